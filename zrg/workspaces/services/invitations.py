"""Invitations: the only way in besides provisioning and commands.

Tokens are random; only their hash is stored. The mail is a row of the outbox in the same transaction.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from zrg.lib.errors import BadInput, Conflict
from zrg.lib.hashing import sha
from zrg.workspaces.constants import INVITATION_LIFETIME, INVITATION_RESENDS_PER_DAY
from zrg.workspaces.context import platform
from zrg.workspaces.enums import PlatformKind, Role
from zrg.workspaces.errors import InvitationGone, TooManyRequests
from zrg.workspaces.mail import INVITATION_MAIL, require_mail, send_platform_mail
from zrg.workspaces.models import Invitation, Membership, PlatformGrant, User, Workspace
from zrg.workspaces.navigation import absolute, app_link
from zrg.workspaces.services.accounts import check_password, create_account, normalise_email, refuse_reserved
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.services.grants import sync_permissions, sync_staff
from zrg.workspaces.services.memberships import add_member, check_extras

TOKEN_BYTES = 32
INVITATION_TEXT = """Hello,

{inviter} added you to {place} as {role}.

Choose your name and a password here; the link works once, for three days:

{link}

If you did not expect this, ignore this mail: nothing happens.
"""
NOTICE_TEXT = """Hello,

{inviter} added you to {place} as {role}. You can open it with your account:

{link}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What came of an invitation: a membership at once, or a mail with a link."""

    email: str
    membership: Membership | None = None
    invitation: Invitation | None = None


def invite(workspace: Workspace, email: str, role: str, *, by: User | str, extras: tuple[str, ...] = ()) -> Invited:
    """Add somebody to a workspace: an active account at once, anybody else by a link.

    409 `mail_not_configured` and nothing created when the platform cannot send mail. A second
    invitation of the same address to the same role replaces the first one's link.
    """
    require_mail()
    address = normalise_email(email)
    refuse_reserved(address)
    wanted = check_extras(role, extras)
    with transaction.atomic():
        user = User.objects.filter(email=address, is_active=True).first()
        if user is not None:
            membership, changed = add_member(workspace, user, role, by=by, extras=wanted)
            if changed:
                _send_notice(workspace, membership, by=by)
            return Invited(email=address, membership=membership)
        invitation = _open_invitation(workspace, address, role, wanted, by=by)
    return Invited(email=address, invitation=invitation)


def invite_global_admin(email: str, *, by: User) -> Invitation:
    """Invite a global admin; the permission is checked by the caller."""
    require_mail()
    address = normalise_email(email)
    refuse_reserved(address)
    with transaction.atomic():
        return _open_invitation(None, address, PlatformKind.GLOBAL_ADMIN, [], by=by)


def invite_owner(workspace: Workspace, *, by: User | str) -> Invitation:
    """The link with which the owner of a provisioned workspace chooses a password."""
    require_mail()
    with transaction.atomic():
        return _open_invitation(workspace, workspace.owner.email, Role.OWNER.value, [], by=by)


def resend_invitation(invitation: Invitation, *, by: User | str) -> Invitation:
    """Revoke the old link and mail a new one; at most five a day for one address and role."""
    require_mail()
    with transaction.atomic():
        row = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if row.accepted_at is not None:
            raise Conflict(gettext("The invitation was accepted already."))
        since = timezone.now() - timedelta(days=1)
        same = Invitation.objects.filter(workspace=row.workspace, email=row.email, role=row.role)
        if same.filter(created_at__gt=since).count() > INVITATION_RESENDS_PER_DAY:
            raise TooManyRequests(retry_after=86_400)
        return _open_invitation(row.workspace, row.email, row.role, list(row.extra_permissions), by=by)


def revoke_invitation(invitation: Invitation, *, by: User | str) -> bool:
    """Make an open link useless; False when it was not open."""
    with transaction.atomic():
        revoked = Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=timezone.now())
        if revoked:
            record_audit("invitation.revoked", actor=by, workspace=invitation.workspace_id, obj=invitation)
    return bool(revoked)


def find_invitation(token: str, *, now: datetime | None = None) -> Invitation:
    """The open invitation of a link; `InvitationGone` when it was used, revoked or has expired.

    Runs under the platform context: nobody is signed in yet.
    """
    moment = now or timezone.now()
    row = Invitation.objects.open().select_related("workspace").filter(token_hash=sha(token)).first()
    if row is None or row.expires_at <= moment:
        raise InvitationGone
    if row.workspace is not None and row.workspace.status == "deleted":
        raise InvitationGone
    return row


def accept_invitation(token: str, *, display_name: str, password: str) -> User:
    """Create the account (or let the provisioned owner choose the password) and give the role.

    Nobody sets a password of an account that has one: such an invitation is for log-in only.
    """
    with platform(), transaction.atomic():
        invitation = find_invitation(token)
        if not Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=timezone.now()):
            raise InvitationGone
        user = _account_for(invitation, display_name=display_name, password=password)
        _accept_all(invitation, user)
    return user


def accept_by_single_sign_on(email: str, *, display_name: str) -> User | None:
    """The account of an invited address that another service has verified; None without an invitation.

    The account has no password; its holder can choose one by a reset link.
    """
    with platform(), transaction.atomic():
        open_ones = Invitation.objects.open().filter(email=email, expires_at__gt=timezone.now())
        invitation = open_ones.select_related("workspace").select_for_update(of=("self",)).first()
        if invitation is None or User.objects.filter(email=email).exists():
            return None
        user = create_account(email, display_name=display_name or email.split("@")[0])
        _accept_all(invitation, user)
    return user


def needs_password(invitation: Invitation) -> bool:
    """Whether the holder of this link still has to choose a password."""
    user = User.objects.filter(email=invitation.email).first()
    return user is None or not user.has_usable_password()


def _accept_all(invitation: Invitation, user: User) -> None:
    # Whoever followed one link holds the mailbox: the other open invitations of the address count too.
    others = Invitation.objects.open().filter(email=invitation.email, expires_at__gt=timezone.now())
    for row in [invitation, *others.select_related("workspace")]:
        Invitation.objects.filter(pk=row.pk).update(accepted_at=timezone.now(), accepted_by=user)
        _give_role(row, user)
        record_audit("invitation.accepted", actor=user, workspace=row.workspace_id, obj=row)


def _account_for(invitation: Invitation, *, display_name: str, password: str) -> User:
    user = User.objects.select_for_update().filter(email=invitation.email).first()
    if user is None:
        if not display_name.strip():
            raise BadInput(gettext("Your name, please."), field="display_name")
        return create_account(invitation.email, password=password, display_name=display_name)
    if user.has_usable_password():
        raise Conflict(gettext("This account has a password already. Sign in with it."), code="account_exists")
    check_password(password, user=user)
    user.set_password(password)
    user.display_name = display_name.strip()[:120] or user.display_name
    user.save(update_fields=["password", "display_name"])
    return user


def _give_role(invitation: Invitation, user: User) -> None:
    by = invitation.created_by or "invitation"
    if invitation.workspace is None:
        PlatformGrant.objects.update_or_create(
            user=user, defaults={"revoked_at": None, "granted_by": invitation.created_by}
        )
        sync_staff(user)
    elif invitation.role == Role.OWNER:
        sync_permissions(user, invitation.workspace)
    else:
        add_member(invitation.workspace, user, invitation.role, by=by, extras=invitation.extra_permissions)


def _open_invitation(
    workspace: Workspace | None, email: str, role: str, extras: list[str], *, by: User | str
) -> Invitation:
    Invitation.objects.open().filter(workspace=workspace, email=email, role=role).update(revoked_at=timezone.now())
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = Invitation.objects.create(
        workspace=workspace,
        email=email,
        role=role,
        extra_permissions=extras,
        token_hash=sha(token),
        expires_at=timezone.now() + INVITATION_LIFETIME,
        created_by=by if isinstance(by, User) else None,
    )
    place = workspace.name if workspace else "the installation"
    send_platform_mail(
        to=email,
        subject=f"[ZRG] You have been added to {place}",
        text=INVITATION_TEXT.format(
            inviter=_inviter(by), place=place, role=row.get_role_display().lower(), link=absolute(f"/invite/{token}")
        ),
        kind=INVITATION_MAIL,
        dedupe_key=f"invitation:{row.pk}",
        workspace_id=workspace.pk if workspace else None,
    )
    record_audit("invitation.created", actor=by, workspace=workspace, obj=row, after={"email": email, "role": role})
    return row


def _send_notice(workspace: Workspace, membership: Membership, *, by: User | str) -> None:
    send_platform_mail(
        to=membership.user.email,
        subject=f"[ZRG] You have been added to {workspace.name}",
        text=NOTICE_TEXT.format(
            inviter=_inviter(by),
            place=workspace.name,
            role=membership.get_role_display().lower(),
            link=app_link(workspace.pk),
        ),
        kind=INVITATION_MAIL,
        workspace_id=workspace.pk,
    )


def _inviter(by: User | str) -> str:
    return by.get_full_name() if isinstance(by, User) else "Your agency"
