"""What a person who was just made may do, in two statements.

`sync_permissions` compares what is stored with what should be, in thirteen statements; most people of the tests are new
and have nothing stored. `tests/zrg/workspaces/test_factories.py` compares the two ways.
"""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connections

from zrg.workspaces.access import is_super_admin
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.models import User, Workspace
from zrg.workspaces.rules.permissions import grantable_to, permissions_of
from zrg.workspaces.services.grants import STAFF_ROLES, sync_permissions

INSERT = """
INSERT INTO guardian_userobjectpermission (user_id, object_pk, content_type_id, permission_id)
SELECT %s, %s, content_type_id, id FROM auth_permission WHERE content_type_id = %s AND codename = ANY(%s)
"""


def mark_new(user: User) -> None:
    """Nobody gave this person anything yet, and nobody asked for their access."""
    user.__dict__["_nothing_granted"] = True


def grant(user: User, workspace: Workspace, role: str | None, extras: list[str] | tuple[str, ...] = ()) -> None:
    """Write the derived rows of the person's role, the only one they have here if they are new."""
    new = user.__dict__.pop("_nothing_granted", False)
    # What is committed, others may have read already: only the product's way ends what they keep.
    rolled_back = connections["default"].__dict__.get("_zrg_outer_contexts") == 1
    usual = user.is_active and workspace.status == WorkspaceStatus.ACTIVE
    if not (new and rolled_back and usual) or is_super_admin(email=user.email, user_id=user.pk):
        sync_permissions(user, workspace)
        return
    wanted = permissions_of(role, set(extras) & grantable_to(role))
    with connections["default"].cursor() as cursor:
        content_type = ContentType.objects.get_for_model(Workspace)
        cursor.execute(INSERT, [user.pk, str(workspace.pk), content_type.pk, sorted(wanted)])
    if role in STAFF_ROLES and role not in settings.MFA_REQUIRED_ROLES:
        user.is_staff = True
        User.objects.filter(pk=user.pk).update(is_staff=True)
