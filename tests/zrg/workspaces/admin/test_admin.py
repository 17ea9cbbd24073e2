"""The admin: whose rows show, what may be saved, what is written down."""

import json
import re

import pytest
from django.core import mail
from django.db.models.fields.files import FieldFile
from django.urls import reverse

from tests.factories import (
    InvitationFactory,
    MembershipFactory,
    PlatformGrantFactory,
    UserFactory,
    WorkspaceFactory,
)
from tests.factories.workspaces import PASSWORD
from zrg.workspaces.models import AdminAuditEvent, Invitation, Membership, OperatorSwitch, PlatformGrant, Workspace
from zrg.workspaces.services.invitations import accept_invitation

pytestmark = pytest.mark.django_db
LISTS = ("workspace", "workspacesettings", "membership", "invitation", "user", "adminauditevent")


def url(model: str, page: str = "changelist", *args: object) -> str:
    return reverse(f"admin:workspaces_{model}_{page}", args=args)


@pytest.fixture
def owner(client):
    workspace = WorkspaceFactory(name="Mine")
    client.login_as(workspace.owner).step_up()
    return workspace.owner


def test_login_of_the_admin_is_the_products(client):
    response = client.get("/admin/")

    assert response.status_code == 302
    assert client.get(response["Location"])["Location"].startswith("/account/login/?next=")


@pytest.mark.parametrize("role", ["INBOX_MANAGER", "SETTER", "CLIENT_PORTAL"])
def test_admin_is_closed_to_other_roles(client, role):
    client.login_as(MembershipFactory(role=role).user)

    response = client.get("/admin/", follow=True)

    assert response.status_code == 403


def test_admin_needs_the_second_factor_where_it_is_demanded(client, settings):
    settings.MFA_REQUIRED_ROLES = frozenset({"OWNER"})
    client.login_as(WorkspaceFactory().owner)

    assert client.get("/admin/")["Location"] == reverse("mfa_activate_totp")


@pytest.mark.parametrize("model", LISTS)
def test_lists_open_for_owner_and_platform(client, owner, model):
    assert client.get(url(model)).status_code == 200

    client.login_as(PlatformGrantFactory().user)
    assert client.get(url(model)).status_code == 200


def test_owner_sees_own_workspaces_only(client, owner):
    WorkspaceFactory(name="Foreign")
    foreign = MembershipFactory(user__email="foreign@people.example")
    mine = MembershipFactory(workspace=owner.owned_workspaces.get(), user__email="mine@people.example")

    workspaces = client.get(url("workspace")).content.decode()
    members = client.get(url("membership")).content.decode()
    people = client.get(url("user")).content.decode()

    assert "Mine" in workspaces
    assert "Foreign" not in workspaces
    assert str(mine.pk) in members
    assert str(foreign.pk) not in members
    assert "mine@people.example" in people
    assert "foreign@people.example" not in people


def test_foreign_row_is_not_found_by_id(client, owner):
    foreign = MembershipFactory()

    for model, key in (("membership", foreign.pk), ("workspacesettings", foreign.workspace.settings.pk)):
        response = client.get(url(model, "change", key))
        assert response.status_code == 302
        assert response["Location"] == "/admin/"


def test_settings_are_saved_by_the_service_and_audited(client, owner):
    settings = owner.owned_workspaces.get().settings
    page = client.get(url("workspacesettings", "change", settings.pk))
    form = page.context["adminform"].form
    values = {name: _posted(form.initial.get(name)) for name in form.fields}

    response = client.post(
        url("workspacesettings", "change", settings.pk),
        {name: value for name, value in values.items() if value not in (None, False)} | {"company_name": "Northwind"},
    )

    assert response.status_code == 302, response.context and response.context["adminform"].form.errors
    settings.refresh_from_db()
    assert (settings.company_name, settings.version) == ("Northwind", 2)
    event = AdminAuditEvent.objects.get(action="settings.changed")
    assert (event.after, event.actor) == ({"company_name": "Northwind"}, owner)
    assert "auto_send_revision_enabled" not in form.fields


def _posted(value: object) -> object:
    if isinstance(value, FieldFile):
        return None
    if isinstance(value, list):
        return ",".join(str(entry) for entry in value) if value else None
    if isinstance(value, dict):
        return json.dumps(value)
    return value


def test_invite_from_the_admin(client, owner):
    workspace = owner.owned_workspaces.get()

    response = client.post(
        url("invitation", "add"), {"workspace": str(workspace.pk), "email": "new@people.example", "role": "SETTER"}
    )

    assert response.status_code == 302
    assert Invitation.objects.get().email == "new@people.example"


def test_invite_into_a_foreign_workspace_is_refused(client, owner):
    foreign = WorkspaceFactory()

    response = client.post(
        url("invitation", "add"), {"workspace": str(foreign.pk), "email": "new@people.example", "role": "SETTER"}
    )

    assert response.status_code == 200
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize(("action", "open_after"), [("revoke", 0), ("resend", 1)])
def test_actions_on_invitations(client, owner, action, open_after):
    invitation = InvitationFactory(workspace=owner.owned_workspaces.get())

    client.post(url("invitation"), {"action": action, "_selected_action": [str(invitation.pk)]})

    assert Invitation.objects.open().count() == open_after
    assert AdminAuditEvent.objects.get(action="admin.action").after["action"] == action


def test_deactivate_member_from_the_admin(client, owner):
    membership = MembershipFactory(workspace=owner.owned_workspaces.get())

    client.post(url("membership"), {"action": "deactivate", "_selected_action": [str(membership.pk)]})

    assert not Membership.objects.get(pk=membership.pk).is_active


def test_owner_hands_over_and_an_admin_cannot(client, owner):
    workspace = owner.owned_workspaces.get()
    membership = MembershipFactory(workspace=workspace, role="ADMIN")
    body = {"action": "hand_over", "_selected_action": [str(membership.pk)]}

    assert client.login_as(membership.user).step_up().post(url("membership"), body).status_code == 403
    client.login_as(owner).step_up().post(url("membership"), body)

    workspace.refresh_from_db()
    assert workspace.owner == membership.user


def test_writes_need_a_recent_login(client):
    workspace = WorkspaceFactory()
    membership = MembershipFactory(workspace=workspace)
    client.login_as(workspace.owner)

    response = client.post(url("membership"), {"action": "deactivate", "_selected_action": [str(membership.pk)]})

    assert response["Location"].startswith("/account/reauthenticate/")
    assert Membership.objects.get(pk=membership.pk).is_active


def test_owner_cannot_suspend_or_create_workspaces(client, owner):
    workspace = owner.owned_workspaces.get()

    suspend = client.post(url("workspace"), {"action": "suspend", "_selected_action": [str(workspace.pk)]})
    create = client.post(url("workspace", "add"), {"name": "New", "owner": str(owner.pk)})

    assert (suspend.status_code, create.status_code) == (403, 403)
    assert list(Workspace.objects.values_list("name", "status")) == [("Mine", "active")]


def test_platform_creates_and_suspends_workspaces(client):
    admin = PlatformGrantFactory().user
    client.login_as(admin).step_up()
    owner = UserFactory()

    client.post(
        url("workspace", "add"),
        {
            "name": "New",
            "owner": str(owner.pk),
            "workspace_type": "standard",
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
        },
    )
    workspace = Workspace.objects.get(name="New")
    client.post(url("workspace"), {"action": "suspend", "_selected_action": [str(workspace.pk)]})

    workspace.refresh_from_db()
    assert (workspace.status, workspace.settings.version) == ("suspended", 1)


def test_audit_cannot_be_changed_in_the_admin(client, owner):
    event = AdminAuditEvent.objects.create(action="x", workspace=owner.owned_workspaces.get())

    assert client.get(url("adminauditevent", "add")).status_code == 403
    assert client.post(url("adminauditevent", "change", event.pk), {"action": "y"}).status_code == 403
    assert client.post(url("adminauditevent", "delete", event.pk), {"post": "yes", "reason": "x"}).status_code == 403


def test_switches_are_for_super_admins(client, settings):
    admin = PlatformGrantFactory().user
    client.login_as(admin).step_up()
    body = {"key": "OUTBOUND_DISABLED", "value": "on", "reason": "incident"}

    assert client.post(url("operatorswitch", "add"), body).status_code == 403
    settings.SUPER_ADMIN_EMAILS = frozenset({admin.email})
    without_reason = client.post(url("operatorswitch", "add"), body | {"reason": ""})
    with_reason = client.post(url("operatorswitch", "add"), body)

    assert (without_reason.status_code, with_reason.status_code) == (200, 302)
    row = OperatorSwitch.objects.get()
    assert (row.value, row.set_by, row.reason) == (True, admin, "incident")
    assert AdminAuditEvent.objects.get(action="switch.set").reason == "incident"


def test_hard_01_super_admin_env_only_grants_need_one(client):
    admin = PlatformGrantFactory().user
    client.login_as(admin).step_up()

    response = client.post(url("platformgrant", "add"), {"user": str(UserFactory().pk), "kind": "GLOBAL_ADMIN"})

    assert response.status_code == 403
    assert PlatformGrant.objects.count() == 1


def test_super_admin_invites_a_global_admin(client, settings):
    admin = PlatformGrantFactory().user
    client.login_as(admin).step_up()
    body = {"workspace": "", "email": "new@people.example", "role": "GLOBAL_ADMIN"}

    assert client.post(url("invitation", "add"), body).status_code == 200
    settings.SUPER_ADMIN_EMAILS = frozenset({admin.email})
    assert client.post(url("invitation", "add"), body).status_code == 302

    user = accept_invitation(
        re.search(r"/invite/(\S+)", str(mail.outbox[-1].body)).group(1), display_name="New", password=PASSWORD
    )
    assert PlatformGrant.objects.live().filter(user=user).count() == 1
    assert user.is_staff


def test_access_explorer_explains(client, owner):
    membership = MembershipFactory(workspace=owner.owned_workspaces.get())

    page = client.get(
        reverse("admin:workspaces_access_explorer"),
        {"user": str(membership.user_id), "workspace": str(membership.workspace_id)},
    )

    assert page.status_code == 200
    assert page.context["found"]["role"] == "SETTER"
    assert ("lead.view", "assigned") in page.context["found"]["decisions"]
