"""The provisioning API: who gets in, what is made, what is refused whole."""

import json
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection

from tests.factories import MembershipFactory, UserFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import (
    AdminAuditEvent,
    IdempotencyKey,
    Invitation,
    Membership,
    User,
    Workspace,
    WorkspaceSettings,
)

pytestmark = pytest.mark.django_db
SECRET = "prov-6c2e9a4f1d8b3507ce92a1f4"
ADMIN_SECRET = "admn-1a7d4c9e5b2f8036da47c0e9"
CRON = "cron-3f1b8e6d2a9c4750be61d8f2"
BOOTSTRAP = "/api/admin/workspaces/bootstrap"
WORKSPACES = "/api/admin/workspaces"
MEMBERS = "/api/admin/workspaces/members"
RESET = "/api/admin/users/reset-link"
BODY = {
    "workspaceName": "Northwind Outbound",
    "brandName": "Northwind",
    "brandLogoUrl": "https://cdn.example.net/nw.png",
    "adminEmail": "owner@northwind.example",
    "adminPassword": "a long first passphrase",
}


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def post(client: ZrgClient, url: str, body: Any, *, headers: dict[str, str] | None = None) -> Any:
    given = {"Authorization": f"Bearer {SECRET}"} if headers is None else headers
    return client.post(url, json.dumps(body), content_type="application/json", headers=given)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {SECRET}"},
        {"x-workspace-provisioning-secret": SECRET},
        {"x-admin-secret": ADMIN_SECRET},
    ],
)
def test_bootstrap_accepts_each_header(client, headers):
    assert post(client, BOOTSTRAP, BODY, headers=headers).status_code == 201


@pytest.mark.parametrize(
    "headers", [{}, {"x-admin-secret": "wrong"}, {"Authorization": f"Bearer {CRON}"}, {"x-cron-secret": CRON}]
)
def test_hard_01_provisioning_auth(client, headers):
    response = post(client, BOOTSTRAP, BODY, headers=headers)

    assert (response.status_code, response.json()) == (401, {"error": "unauthorized"})
    assert Workspace.objects.count() == 0


def test_hard_01_provisioning_auth_refuses_a_secret_in_the_address(client):
    with_right_header = {"Authorization": f"Bearer {SECRET}"}

    by_name = post(client, f"{BOOTSTRAP}?secret={SECRET}", BODY, headers=with_right_header)
    by_value = post(client, f"{BOOTSTRAP}?x={SECRET}", BODY, headers=with_right_header)

    assert (by_name.status_code, by_name.json()) == (400, {"error": "secret_in_query"})
    assert by_value.status_code == 400
    assert Workspace.objects.count() == 0


def test_hard_01_provisioning_auth_without_a_configured_secret(client, settings):
    settings.WORKSPACE_PROVISIONING_SECRETS = settings.ADMIN_ACTIONS_SECRETS = ()

    for url in (BOOTSTRAP, WORKSPACES, MEMBERS, RESET):
        response = post(client, url, BODY, headers={"Authorization": "Bearer "})
        assert (response.status_code, response.json()) == (503, {"error": "not_configured"})


def test_provisioning_never_accepts_the_cron_secret_even_when_listed(client, settings):
    settings.WORKSPACE_PROVISIONING_SECRETS = (CRON, SECRET)

    assert post(client, BOOTSTRAP, BODY, headers={"x-admin-secret": CRON}).status_code == 401


def test_provisioning_is_limited_per_client(client):
    answers = [post(client, BOOTSTRAP, BODY, headers={"x-admin-secret": "wrong"}).status_code for _ in range(31)]

    assert answers == [401] * 30 + [429]


def test_provisioning_refuses_large_and_broken_bodies(client):
    headers = {"Authorization": f"Bearer {SECRET}"}
    large = client.post(BOOTSTRAP, "x" * 300_000, content_type="application/json", headers=headers)
    broken = client.post(BOOTSTRAP, "{", content_type="application/json", headers=headers)
    a_list = client.post(BOOTSTRAP, "[]", content_type="application/json", headers=headers)

    assert [large.status_code, broken.status_code, a_list.status_code] == [413, 400, 400]


def test_bootstrap_creates_account_workspace_settings_and_branding(client):
    response = post(client, BOOTSTRAP, BODY)

    user, workspace = User.objects.get(), Workspace.objects.get()
    assert response.json() == {
        "success": True,
        "userId": str(user.pk),
        "workspaceId": str(workspace.pk),
        "existedUser": False,
        "existedWorkspace": False,
        "passwordApplied": True,
    }
    assert workspace.owner == user
    assert (workspace.settings.brand_name, workspace.settings.brand_logo_url) == (
        "Northwind",
        "https://cdn.example.net/nw.png",
    )
    assert user.check_password("a long first passphrase")
    assert AdminAuditEvent.objects.get(action="workspace.created").actor_label == "provisioning-api"


def test_bootstrap_of_existing_workspace_needs_upsert(client):
    post(client, BOOTSTRAP, BODY)

    again = post(client, BOOTSTRAP, BODY)
    upsert = post(client, BOOTSTRAP, {**BODY, "workspaceName": "NORTHWIND outbound", "brandName": "NW", "upsert": True})

    assert (again.status_code, again.json()["error"]) == (409, "workspace_exists")
    assert (upsert.status_code, upsert.json()["existedWorkspace"]) == (200, True)
    assert WorkspaceSettings.objects.get().brand_name == "NW"
    assert Workspace.objects.get().name == "Northwind Outbound"


def test_bootstrap_never_sets_the_password_of_an_existing_account(client):
    user = UserFactory(email="owner@northwind.example", password="the holder's passphrase")

    response = post(client, BOOTSTRAP, BODY)

    user.refresh_from_db()
    assert (response.status_code, response.json()["passwordApplied"]) == (201, False)
    assert user.check_password("the holder's passphrase")
    assert [message.to for message in mail.outbox] == [["owner@northwind.example"]]


def test_bootstrap_without_password_mails_an_invitation(client):
    response = post(client, BOOTSTRAP, {key: value for key, value in BODY.items() if key != "adminPassword"})

    assert (response.status_code, response.json()["passwordApplied"]) == (201, False)
    assert Invitation.objects.get().email == "owner@northwind.example"
    assert not User.objects.get().has_usable_password()
    assert "/invite/" in str(mail.outbox[0].body)


@pytest.mark.parametrize(
    "change",
    [
        {"workspaceName": " "},
        {"adminEmail": "not an address"},
        {"adminPassword": "short"},
        {"brandLogoUrl": "http://cdn.example.net/nw.png"},
        {"brandName": 7},
    ],
)
def test_bootstrap_with_a_bad_value_makes_nothing(client, change):
    response = post(client, BOOTSTRAP, BODY | change)

    assert response.status_code == 400
    assert (User.objects.count(), Workspace.objects.count()) == (0, 0)


def test_bootstrap_refuses_a_reserved_address(client, settings):
    settings.SUPER_ADMIN_EMAILS = frozenset({"owner@northwind.example"})

    response = post(client, BOOTSTRAP, BODY)

    assert (response.status_code, response.json()["error"]) == (403, "reserved_email")
    assert User.objects.count() == 0


def test_workspaces_creates_members_rotation_and_settings(client):
    UserFactory(email="owner@x.example")
    one, two, manager = (
        UserFactory(email="a@x.example"),
        UserFactory(email="b@x.example"),
        UserFactory(email="im@x.example"),
    )

    response = post(
        client,
        WORKSPACES,
        {
            "name": "Northwind",
            "userEmail": "Owner@x.example",
            "setterEmails": [" A@x.example ", "b@x.example", "a@x.example"],
            "inboxManagerEmail": "im@x.example",
            "roundRobinEnabled": True,
            "roundRobinSequenceEmails": ["a@x.example", "b@x.example", "A@x.example"],
            "settings": {
                "timezone": "Europe/Berlin",
                "workStartTime": "08:30",
                "autoSendScheduleMode": "BUSINESS_HOURS",
            },
        },
    )

    settings = WorkspaceSettings.objects.get()
    assert response.status_code == 201
    assert (settings.timezone, settings.work_start_time, settings.auto_send_schedule_mode) == (
        "Europe/Berlin",
        "08:30",
        "BUSINESS_HOURS",
    )
    assert settings.round_robin_enabled
    assert set(Membership.objects.values_list("user_id", "role")) == {
        (one.pk, "SETTER"),
        (two.pk, "SETTER"),
        (manager.pk, "INBOX_MANAGER"),
    }


def test_hard_01_rotation_duplicates_kept(client):
    workspace = WorkspaceFactory()
    one = MembershipFactory(workspace=workspace, user__email="a@x.example").user
    two = MembershipFactory(workspace=workspace, user__email="b@x.example").user

    response = post(
        client,
        MEMBERS,
        {
            "workspaceId": str(workspace.pk),
            "roundRobinSequenceEmails": ["a@x.example", "b@x.example", "a@x.example"],
        },
    )

    settings = WorkspaceSettings.objects.get(workspace=workspace)
    assert response.status_code == 200
    assert settings.round_robin_setter_sequence == [one.pk, two.pk, one.pk]
    assert settings.round_robin_config_version == 1


def test_workspaces_with_unknown_addresses_makes_nothing_and_lists_all(client):
    UserFactory(email="owner@x.example")

    response = post(
        client,
        WORKSPACES,
        {
            "name": "Northwind",
            "userEmail": "owner@x.example",
            "setterEmails": ["ghost@x.example"],
            "inboxManagerEmails": ["nobody@x.example"],
        },
    )

    assert response.status_code == 400
    assert response.json() == {"error": "unknown_users", "emails": ["ghost@x.example", "nobody@x.example"]}
    assert Workspace.objects.count() == 0


def test_workspaces_with_create_missing_invites(client):
    UserFactory(email="owner@x.example")

    response = post(
        client,
        WORKSPACES,
        {"name": "N", "userEmail": "owner@x.example", "setterEmails": ["new@x.example"], "createMissing": True},
    )

    assert response.status_code == 201
    assert Invitation.objects.get().email == "new@x.example"
    assert Membership.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"userEmail": "ghost@x.example"}, 404, "user_not_found"),
        ({"settings": {"autoSendRevisionEnabled": True, "nonsense": 1}}, 400, "unknown_settings"),
        ({"settings": {"timezone": "Mars/Olympus"}}, 400, "bad_input"),
        ({"setterEmails": [], "roundRobinSequenceEmails": ["owner@x.example"]}, 400, "sequence_not_setters"),
        ({"emailBisonApiKey": "key-1234567890", "instantlyApiKey": "key-1234567890"}, 400, "ambiguous_email_provider"),
        ({"emailProvider": "EMAILBISON"}, 400, None),
    ],
)
def test_workspaces_refusals_make_nothing(client, change, status, error):
    UserFactory(email="owner@x.example")

    response = post(client, WORKSPACES, {"name": "N", "userEmail": "owner@x.example", **change})

    assert response.status_code == status
    if error:
        assert response.json()["error"] == error
    assert Workspace.objects.count() == 0


def test_members_is_a_difference_that_keeps_created_at(client):
    workspace = WorkspaceFactory()
    stays = MembershipFactory(workspace=workspace, user__email="stays@x.example")
    leaves = MembershipFactory(workspace=workspace, user__email="leaves@x.example")
    UserFactory(email="joins@x.example")

    response = post(
        client, MEMBERS, {"workspaceId": str(workspace.pk), "setterEmails": ["joins@x.example", "stays@x.example"]}
    )

    assert response.json()["members"]["setter"] == {"kept": 1, "added": 1, "removed": 1, "invited": 0}
    after = Membership.objects.get(pk=stays.pk)
    assert (after.created_at, after.is_active) == (stays.created_at, True)
    leaves.refresh_from_db()
    assert not leaves.is_active
    assert Membership.objects.active().filter(workspace=workspace).count() == 2


def test_members_absent_key_changes_nothing_and_empty_list_removes_all(client):
    membership = MembershipFactory()
    body = {"workspaceId": str(membership.workspace_id)}

    post(client, MEMBERS, body)
    assert Membership.objects.active().count() == 1
    post(client, MEMBERS, body | {"setterEmails": []})
    assert Membership.objects.active().count() == 0


def test_members_of_unknown_workspace_answers_404(client):
    response = post(client, MEMBERS, {"workspaceId": "6b0e4b3c-56b1-4b30-9d6f-0f1c1c1c1c1c", "setterEmails": []})

    assert (response.status_code, response.json()) == (404, {"error": "workspace_not_found"})


def test_reset_link_is_mailed(client):
    user = UserFactory()

    response = post(client, RESET, {"userEmail": user.email})

    assert response.json() == {"success": True}
    assert "/account/password/reset/key/" in str(mail.outbox[0].body)
    assert "key" not in response.content.decode()


def test_status_is_masked(client):
    membership = MembershipFactory(role=MembershipRole.ADMIN)

    response = client.get(
        f"/api/admin/workspaces/{membership.workspace_id}", headers={"Authorization": f"Bearer {SECRET}"}
    )

    body = response.json()
    assert response.status_code == 200
    assert body["members"] == [{"email": membership.user.email, "role": "ADMIN"}]
    assert body["settings"]["timezone"] == "America/New_York"


def test_idempotency_key_repeats_the_answer_and_refuses_another_body(client):
    headers = {"Authorization": f"Bearer {SECRET}", "Idempotency-Key": "abc"}

    first = post(client, BOOTSTRAP, BODY, headers=headers)
    again = post(client, BOOTSTRAP, BODY, headers=headers)
    other = post(client, BOOTSTRAP, {**BODY, "workspaceName": "Other"}, headers=headers)

    assert (again.status_code, again.json()) == (201, first.json())
    assert (other.status_code, other.json()["error"]) == (409, "idempotency_key_reused")
    assert Workspace.objects.count() == 1


def test_idempotency_key_of_a_failed_call_is_free_again(client):
    headers = {"Authorization": f"Bearer {SECRET}", "Idempotency-Key": "abc"}
    assert post(client, BOOTSTRAP, {**BODY, "adminPassword": "short"}, headers=headers).status_code == 400

    assert post(client, BOOTSTRAP, BODY, headers=headers).status_code == 201
    assert IdempotencyKey.objects.count() == 1


def test_provisioning_leaves_no_context_behind(client):
    post(client, BOOTSTRAP, BODY)

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('zrg.context', true)")
        assert cursor.fetchone() == ("platform",)  # the test's own
