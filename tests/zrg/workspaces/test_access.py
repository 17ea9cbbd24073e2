"""resolve_access, can, require: one person, two workspaces."""

import pytest

from tests.factories import MembershipFactory, PlatformGrantFactory, UserFactory, WorkspaceFactory
from zrg.lib.errors import Forbidden, NotVisible, WorkspaceSuspended
from zrg.workspaces.access import can, require, resolve_access
from zrg.workspaces.enums import WorkspaceStatus

pytestmark = pytest.mark.django_db


def test_resolve_access_separates_whole_and_assigned_workspaces():
    user = UserFactory()
    owned = WorkspaceFactory(owner=user)
    assigned = MembershipFactory(user=user, role="SETTER").workspace
    WorkspaceFactory()

    access = resolve_access(user)

    assert access.ws_all == {owned.pk}
    assert access.ws_assigned == {assigned.pk}
    assert access.by_workspace[owned.pk].role == "OWNER"
    assert access.by_workspace[assigned.pk].role == "SETTER"
    assert access.platform is None


def test_resolve_access_with_extra_sees_all_leads():
    membership = MembershipFactory(role="SETTER", extra_permissions=["view_all_leads"])

    access = resolve_access(membership.user)

    assert access.ws_all == {membership.workspace_id}
    assert access.ws_assigned == frozenset()


def test_resolve_access_of_global_admin_reaches_every_workspace_but_deleted():
    grant = PlatformGrantFactory()
    workspace = WorkspaceFactory()
    WorkspaceFactory(status=WorkspaceStatus.DELETED, deleted_at="2026-01-01T00:00:00Z")

    access = resolve_access(grant.user)

    assert access.ws_all == {workspace.pk}
    assert access.by_workspace[workspace.pk].role == "GLOBAL_ADMIN"


def test_hard_01_super_admin_env_only(settings):
    user = UserFactory(email="root@people.example")
    assert resolve_access(user).platform is None

    settings.SUPER_ADMIN_EMAILS = frozenset({"root@people.example"})

    assert resolve_access(user).platform == "SUPER_ADMIN"


def test_hard_01_owner_derived():
    workspace = WorkspaceFactory()
    MembershipFactory(workspace=workspace, user=workspace.owner, role="CLIENT_PORTAL", is_active=False)

    assert resolve_access(workspace.owner).by_workspace[workspace.pk].role == "OWNER"


def test_require_outside_answers_not_visible():
    access = resolve_access(MembershipFactory(role="ADMIN").user)

    with pytest.raises(NotVisible):
        require(access, "workspace.open", WorkspaceFactory())


def test_require_missing_permission_names_the_action():
    membership = MembershipFactory(role="INBOX_MANAGER")

    with pytest.raises(Forbidden) as caught:
        require(resolve_access(membership.user), "settings.edit_general", membership.workspace)

    assert caught.value.data == {"action": "settings.edit_general"}


def test_require_in_suspended_workspace_reads_but_never_writes():
    membership = MembershipFactory(role="ADMIN", workspace=WorkspaceFactory(status=WorkspaceStatus.SUSPENDED))
    access = resolve_access(membership.user)

    assert can(access, "lead.view", membership.workspace)
    with pytest.raises(WorkspaceSuspended):
        require(access, "team.invite", membership.workspace)


def test_hard_01_portal_never_edits():
    membership = MembershipFactory(role="CLIENT_PORTAL", extra_permissions=["reply"])
    access = resolve_access(membership.user)

    assert can(access, "draft.approve", membership.workspace)
    assert not can(access, "lead.edit_status", membership.workspace)
    assert not can(access, "settings.edit_general", membership.workspace)


def test_resolve_access_costs_three_queries_and_one_of_the_cache(django_assert_num_queries):
    MembershipFactory()
    user = MembershipFactory().user

    # cache, grant, (savepoint, context, workspaces, context back, release), devices
    with django_assert_num_queries(8):
        resolve_access(user)
