"""The factories write the derived rows of new people themselves: they are those the product writes."""

import pytest

from tests.factories import MembershipFactory, UserFactory, WorkspaceFactory
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import User, Workspace
from zrg.workspaces.services.grants import permission_drift, sync_all, sync_staff

pytestmark = pytest.mark.django_db

FIRST_FACTORS = [[], ["OWNER", "ADMIN"]]


def is_right(user: User, workspace: Workspace) -> bool:
    before = User.objects.get(pk=user.pk).is_staff
    return permission_drift(user, workspace) is None and sync_staff(user) == before == user.is_staff


@pytest.mark.parametrize("mfa", FIRST_FACTORS)
def test_an_owner_has_what_owners_have(settings, mfa):
    settings.MFA_REQUIRED_ROLES = mfa
    workspace = WorkspaceFactory()

    assert is_right(workspace.owner, workspace)


@pytest.mark.parametrize("mfa", FIRST_FACTORS)
@pytest.mark.parametrize("extras", [[], ["reply"]])
@pytest.mark.parametrize("role", list(MembershipRole))
def test_a_member_has_what_the_role_and_the_extras_give(settings, mfa, role, extras):
    settings.MFA_REQUIRED_ROLES = mfa
    membership = MembershipFactory(role=role, extra_permissions=extras)

    assert is_right(membership.user, membership.workspace)


@pytest.mark.parametrize("changes", [{"is_active": False}, {"workspace__status": "suspended"}])
def test_who_left_and_who_is_in_a_suspended_workspace(changes):
    membership = MembershipFactory(role="ADMIN", **changes)

    assert is_right(membership.user, membership.workspace)


def test_people_with_more_than_one_role_in_more_than_one_place():
    person = UserFactory()
    first = WorkspaceFactory(owner=person)
    MembershipFactory(workspace=first, user=person, role="SETTER")
    MembershipFactory(user=person, role="CLIENT_PORTAL")
    MembershipFactory(user=UserFactory(is_active=False), role="ADMIN")

    assert sync_all(repair=False) == []
