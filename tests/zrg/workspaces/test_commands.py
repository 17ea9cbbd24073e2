"""Commands of tenancy, the demo, health."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests.factories import MembershipFactory, UserFactory, WorkspaceFactory
from zrg.workspaces.models import Membership, PlatformGrant, User, Workspace

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_sync_permissions_check_fails_on_drift_and_repair_mends_it():
    from guardian.models import UserObjectPermission

    MembershipFactory()
    assert run("sync_permissions", "--check") == "0 differences found\n"
    UserObjectPermission.objects.all().delete()

    with pytest.raises(CommandError):
        run("sync_permissions", "--check")
    run("sync_permissions")
    assert run("sync_permissions", "--check") == "0 differences found\n"


def test_grant_global_admin():
    user = UserFactory()

    run("grant_global_admin", user.email)

    user.refresh_from_db()
    assert PlatformGrant.objects.live().get().user == user
    assert user.is_staff
    with pytest.raises(CommandError):
        run("grant_global_admin", "nobody@people.example")


def test_create_workspace():
    owner = UserFactory()

    run("create_workspace", "--name", " North  wind ", "--owner", owner.email)

    assert Workspace.objects.get().name == "North wind"
    with pytest.raises(CommandError):
        run("create_workspace", "--name", "x" * 121, "--owner", owner.email)


def test_createsuperuser_makes_an_ordinary_account(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a long first passphrase")

    output = run("createsuperuser", "--email", "root@people.example", "--noinput")

    user = User.objects.get()
    assert (user.is_superuser, user.is_staff) == (False, False)
    assert "SUPER_ADMIN_EMAILS" in output


def test_rls_report_lists_closed_tables():
    assert run("rls_report").endswith("tables, all closed\n")


def test_list_access():
    membership = MembershipFactory(extra_permissions=["export_data"])

    output = run("list_access", membership.user.email)

    assert "SETTER (assigned leads) extras=export_data" in output


def test_load_demo_is_safe_to_repeat(monkeypatch):
    monkeypatch.setenv("ZRG_DEMO_PASSWORD", "a long demo phrase")
    run("load_demo")
    before = User.objects.get(email="owner@demo.example").password
    run("load_demo")

    workspace = Workspace.objects.get()
    assert workspace.is_synthetic
    assert workspace.owner.check_password("a long demo phrase")
    assert workspace.owner.password == before
    assert Membership.objects.get().user.email == "setter@demo.example"


def test_readyz_names_components_and_hides_details(client, settings):
    WorkspaceFactory()

    response = client.get("/readyz")
    detailed = client.get("/readyz", headers={"x-cron-secret": settings.CRON_SECRET})

    assert {response.json()["components"][name] for name in ("database", "migrations", "role")} == {"ok"}
    assert detailed.json()["components"]["role"]["ok"] is True


def test_metrics_need_their_token(client, settings):
    assert client.get("/metrics").status_code == 503
    settings.METRICS_TOKEN = "metrics-token-1234567890abcdef"

    assert client.get("/metrics").status_code == 401
    page = client.get("/metrics", headers={"Authorization": "Bearer metrics-token-1234567890abcdef"})
    assert page.status_code == 200
    assert b"zrg_logins_total" in page.content
