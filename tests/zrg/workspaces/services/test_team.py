"""Members, invitations, ownership: grants follow, history stays."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from guardian.models import UserObjectPermission

from tests.factories import InvitationFactory, MembershipFactory, UserFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.lib.errors import BadInput, Conflict, Forbidden
from zrg.workspaces.access import resolve_access
from zrg.workspaces.context import user_context
from zrg.workspaces.enums import MembershipRole, WorkspaceStatus
from zrg.workspaces.errors import InvitationGone, MailNotConfigured, TooManyRequests
from zrg.workspaces.models import AdminAuditEvent, Invitation, Membership, User, WorkspaceSettings
from zrg.workspaces.rules.permissions import ROLE_PERMISSIONS
from zrg.workspaces.services.grants import permission_drift, sync_all, sync_permissions
from zrg.workspaces.services.invitations import (
    accept_invitation,
    find_invitation,
    invite,
    resend_invitation,
    revoke_invitation,
)
from zrg.workspaces.services.memberships import (
    add_member,
    deactivate_member,
    replace_members,
    require_may_deactivate,
    require_may_give,
    set_extras,
)
from zrg.workspaces.services.workspaces import set_workspace_status, transfer_ownership

pytestmark = pytest.mark.django_db
PHRASE = "a long first passphrase"


def token() -> str:
    return re.search(r"/invite/(\S+)", str(mail.outbox[-1].body)).group(1)


def grants(user: User) -> set[str]:
    return set(UserObjectPermission.objects.filter(user=user).values_list("permission__codename", flat=True))


def test_add_member_derives_grants():
    workspace, user = WorkspaceFactory(), UserFactory()

    add_member(workspace, user, "SETTER", by=workspace.owner, extras=["view_all_leads"])

    assert grants(user) == ROLE_PERMISSIONS["SETTER"] | {"view_all_leads"}
    assert grants(workspace.owner) == ROLE_PERMISSIONS["OWNER"]


def test_add_member_switches_the_old_row_on_again():
    membership = MembershipFactory(is_active=False)

    row, changed = add_member(membership.workspace, membership.user, "SETTER", by=membership.workspace.owner)

    assert (row.pk, row.created_at, row.is_active, changed) == (membership.pk, membership.created_at, True, True)


@pytest.mark.parametrize("extra", ["edit_leads", "manage_team", "view_all_leads", "view_ai_ops"])
def test_portal_takes_no_extra_but_reply(extra):
    membership = MembershipFactory(role="CLIENT_PORTAL")

    with pytest.raises(BadInput):
        set_extras(membership, [extra], by=membership.workspace.owner)
    set_extras(membership, ["reply"], by=membership.workspace.owner)

    assert membership.extra_permissions == ["reply"]


def test_deactivate_ends_sessions_when_nothing_is_left_and_keeps_the_place_in_the_rotation():
    membership = MembershipFactory()
    other = MembershipFactory(workspace=membership.workspace)
    settings = membership.workspace.settings
    sequence = [membership.user_id, other.user_id, membership.user_id, other.user_id]
    WorkspaceSettings.objects.filter(pk=settings.pk).update(round_robin_setter_sequence=sequence)
    client = ZrgClient()
    client.post("/account/login/", {"login": membership.user.email, "password": PHRASE})

    assert deactivate_member(membership, by=membership.workspace.owner)

    settings.refresh_from_db()
    assert settings.round_robin_setter_sequence == sequence
    assert client.get("/api/workspaces").status_code == 401
    assert grants(membership.user) == set()
    assert not deactivate_member(membership, by=membership.workspace.owner)


def test_deactivate_in_one_workspace_keeps_sessions_and_staff_of_another():
    membership = MembershipFactory(role="ADMIN")
    WorkspaceFactory(owner=membership.user)
    admin = MembershipFactory(workspace=membership.workspace, role="ADMIN").user
    access = resolve_access(admin)

    with user_context(admin.pk, ws_all=access.ws_all):
        deactivate_member(membership, by=admin)

    assert User.objects.get(pk=membership.user_id).is_staff


def test_admin_cannot_deactivate_another_admin_but_the_owner_can():
    target = MembershipFactory(role="ADMIN")
    admin = MembershipFactory(workspace=target.workspace, role="ADMIN").user

    with pytest.raises(Forbidden):
        require_may_deactivate(resolve_access(admin), target)
    require_may_deactivate(resolve_access(target.workspace.owner), target)


def test_admin_cannot_make_admins():
    admin = MembershipFactory(role="ADMIN")

    with pytest.raises(Forbidden):
        require_may_give(resolve_access(admin.user), admin.workspace_id, MembershipRole.ADMIN)
    require_may_give(resolve_access(admin.user), admin.workspace_id, MembershipRole.SETTER)


def test_replace_members_keeps_rows_that_stay():
    stays, leaves = MembershipFactory(), None
    workspace = stays.workspace
    leaves = MembershipFactory(workspace=workspace)
    joins = UserFactory()

    counts = replace_members(workspace, "SETTER", [joins, stays.user], by=workspace.owner)

    kept = Membership.objects.get(pk=stays.pk)
    assert counts == {"kept": 1, "added": 1, "removed": 1}
    assert (kept.created_at, kept.is_active) == (stays.created_at, True)
    assert not Membership.objects.get(pk=leaves.pk).is_active


def test_invite_new_address_mails_a_link_that_makes_the_account():
    workspace = WorkspaceFactory(name="Northwind")

    invite(workspace, " New@People.example ", "SETTER", by=workspace.owner, extras=("view_all_leads",))
    user = accept_invitation(token(), display_name="New Person", password=PHRASE)

    assert mail.outbox[0].subject == "[ZRG] You have been added to Northwind"
    assert (user.email, user.display_name) == ("new@people.example", "New Person")
    membership = Membership.objects.get(user=user)
    assert (membership.role, membership.extra_permissions) == ("SETTER", ["view_all_leads"])
    assert Invitation.objects.get().accepted_by == user


def test_invite_existing_account_joins_at_once_without_link():
    workspace, user = WorkspaceFactory(), UserFactory()

    invited = invite(workspace, user.email, "INBOX_MANAGER", by=workspace.owner)

    assert invited.membership.user == user
    assert Invitation.objects.count() == 0
    assert "/invite/" not in str(mail.outbox[0].body)


def test_invite_without_mail_transport_creates_nothing(settings):
    settings.MAIL_CONFIGURED = False
    workspace = WorkspaceFactory()

    with pytest.raises(MailNotConfigured) as caught:
        invite(workspace, "new@people.example", "SETTER", by=workspace.owner)

    assert (caught.value.http_status, caught.value.code) == (409, "mail_not_configured")
    assert Invitation.objects.count() == 0


def test_invitation_token_is_stored_as_hash_only():
    workspace = WorkspaceFactory()

    invite(workspace, "new@people.example", "SETTER", by=workspace.owner)

    assert token() not in str(Invitation.objects.values())
    assert len(Invitation.objects.get().token_hash) == 64


@pytest.mark.parametrize("state", ["used", "revoked", "expired", "deleted workspace"])
def test_invitation_that_ended_is_gone(client, state):
    now = timezone.now()
    invitation = InvitationFactory(
        token="the-token",
        accepted_at=now if state == "used" else None,
        revoked_at=now if state == "revoked" else None,
        expires_at=now - timedelta(seconds=1) if state == "expired" else now + timedelta(hours=1),
    )
    if state == "deleted workspace":
        set_workspace_status(invitation.workspace, WorkspaceStatus.DELETED, by="test")

    with pytest.raises(InvitationGone):
        find_invitation("the-token")
    response = client.get("/invite/the-token")

    assert response.status_code == 410
    assert "no longer valid" in response.content.decode()


def test_invitation_page_creates_the_account_and_signs_in(client):
    invitation = InvitationFactory(token="the-token")

    response = client.post("/invite/the-token", {"display_name": "New", "password": PHRASE, "password_again": PHRASE})

    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/api/workspaces").json()["workspaces"][0]["id"] == str(invitation.workspace_id)


def test_invitation_page_refuses_weak_and_differing_passwords(client):
    InvitationFactory(token="the-token")

    weak = client.post("/invite/the-token", {"display_name": "N", "password": "short", "password_again": "short"})
    differing = client.post("/invite/the-token", {"display_name": "N", "password": PHRASE, "password_again": "x"})

    assert (weak.status_code, differing.status_code) == (422, 422)
    assert Invitation.objects.open().count() == 1


def test_invitation_never_sets_the_password_of_an_account_that_has_one():
    user = UserFactory(email="has@people.example")
    InvitationFactory(token="the-token", email="has@people.example")

    with pytest.raises(Conflict):
        accept_invitation("the-token", display_name="X", password="another long phrase")

    user.refresh_from_db()
    assert user.check_password(PHRASE)


def test_resend_revokes_the_old_link_and_is_limited():
    workspace = WorkspaceFactory()
    invite(workspace, "new@people.example", "SETTER", by=workspace.owner)
    first = token()
    for _ in range(5):
        resend_invitation(Invitation.objects.open().get(), by=workspace.owner)

    with pytest.raises(InvitationGone):
        find_invitation(first)
    with pytest.raises(TooManyRequests):
        resend_invitation(Invitation.objects.open().get(), by=workspace.owner)
    assert Invitation.objects.count() == 6


def test_revoke_closes_the_link():
    invitation = InvitationFactory(token="the-token")

    assert revoke_invitation(invitation, by=invitation.workspace.owner)
    assert not revoke_invitation(invitation, by=invitation.workspace.owner)


def test_accepting_one_invitation_accepts_the_others_of_the_address():
    first = InvitationFactory(token="one", email="new@people.example")
    second = InvitationFactory(token="two", email="new@people.example", role="INBOX_MANAGER")

    user = accept_invitation("one", display_name="New", password=PHRASE)

    assert set(user.memberships.values_list("workspace_id", "role")) == {
        (first.workspace_id, "SETTER"),
        (second.workspace_id, "INBOX_MANAGER"),
    }


def test_transfer_makes_the_old_owner_an_admin():
    membership = MembershipFactory(role="SETTER")
    workspace, old = membership.workspace, membership.workspace.owner

    transfer_ownership(workspace, membership.user, by=old)

    assert workspace.owner == membership.user
    assert Membership.objects.get(user=old, role="ADMIN").is_active
    assert resolve_access(membership.user).by_workspace[workspace.pk].role == "OWNER"
    assert AdminAuditEvent.objects.filter(action="owner.transferred").count() == 1


def test_transfer_to_a_stranger_is_refused():
    workspace = WorkspaceFactory()

    with pytest.raises(BadInput):
        transfer_ownership(workspace, UserFactory(), by=workspace.owner)


def test_deleted_workspace_loses_its_grants():
    membership = MembershipFactory()

    set_workspace_status(membership.workspace, WorkspaceStatus.DELETED, by=membership.workspace.owner)

    assert (grants(membership.user), grants(membership.workspace.owner)) == (set(), set())
    assert resolve_access(membership.user).by_workspace == {}


def test_sync_finds_and_repairs_drift():
    membership = MembershipFactory()
    UserObjectPermission.objects.filter(user=membership.user, permission__codename="reply").delete()

    assert permission_drift(membership.user, membership.workspace).missing == ("reply",)
    assert len(sync_all(repair=True)) == 1
    assert sync_all(repair=False) == []
    assert sync_permissions(membership.user, membership.workspace) is None
