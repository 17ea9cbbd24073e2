"""Accounts: creating them, ending their sessions, links to choose a password.

Nobody sets the password of an account that exists; a link goes to its holder instead.
"""

import structlog
from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from zrg.lib import log_events
from zrg.lib.errors import BadInput
from zrg.lib.hashing import sha
from zrg.workspaces.access import bump_access, is_super_admin
from zrg.workspaces.errors import ReservedEmail
from zrg.workspaces.mail import ACCOUNT_MAIL, send_platform_mail
from zrg.workspaces.models import User, UserPreference
from zrg.workspaces.navigation import absolute
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.services.grants import sync_staff
from zrg.workspaces.services.sessions import end_sessions

MAX_PASSWORD = 128
RESET_TEXT = """Hello,

choose a password for {email} here; the link works once, for one hour:

{link}

If you did not expect this, ignore this mail: nothing changes.
"""

logger = structlog.get_logger(__name__)


def refuse_reserved(email: str) -> None:
    """Refuse an address the list of super admins names: whoever plants its account would be trusted."""
    if is_super_admin(email=email):
        raise ReservedEmail


def normalise_email(email: str) -> str:
    """A valid address in lower case; 422 otherwise."""
    cleaned = email.strip().lower()
    try:
        validate_email(cleaned)
    except ValidationError as error:
        raise BadInput(gettext("Not an e-mail address."), field="email") from error
    return cleaned


def check_password(password: str, *, user: User) -> None:
    """The password rules for somebody who chooses one; 422 with the reasons."""
    if len(password) > MAX_PASSWORD:
        raise BadInput(
            gettext("At most {max_password} characters.").format(max_password=MAX_PASSWORD), field="password"
        )
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages), field="password", messages=error.messages) from error


def create_account(
    email: str, *, password: str | None = None, display_name: str = "", by_command: bool = False
) -> User:
    """A new account with a verified address. Reserved addresses only by a command.

    Without a password nobody can log in until the holder chose one by link.
    """
    address = normalise_email(email)
    if not by_command:
        refuse_reserved(address)
    user = User(email=address, display_name=display_name.strip()[:120])
    if password is not None:
        check_password(password, user=user)
    with transaction.atomic():
        user.set_password(password)
        user.save(force_insert=True)
        EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
        UserPreference.objects.create(user=user)
        sync_staff(user)
    return user


def send_reset_link(user: User) -> None:
    """Mail the holder a link to choose a password (one hour, once)."""
    link = reset_link(user)
    send_platform_mail(
        to=user.email,
        subject="[ZRG] Choose your password",
        text=RESET_TEXT.format(email=user.email, link=link),
        kind=ACCOUNT_MAIL,
    )
    logger.info(log_events.AUTH_PASSWORD_RESET_REQUESTED, who=sha(user.email)[:16])


def reset_link(user: User) -> str:
    """The address at which the holder chooses a password."""
    key = EmailAwarePasswordResetTokenGenerator().make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return absolute(path)


def after_password_change(user: User, *, keep_session: str | None) -> None:
    """End the other sessions after the holder chose a new password."""
    end_sessions(user, keep_session=keep_session)
    logger.info(log_events.AUTH_PASSWORD_RESET_COMPLETED, who=sha(user.email)[:16])


def set_account_active(user: User, active: bool, *, by: User | str, reason: str = "") -> None:
    """Open or close an account; closing ends all its sessions at once."""
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk).exclude(is_active=active).update(is_active=active)
        if not changed:
            return
        user.is_active = active
        sync_staff(user)
        bump_access([user.pk])
        if not active:
            end_sessions(user)
        record_audit(
            "user.activated" if active else "user.deactivated", actor=by, workspace=None, obj=user, reason=reason
        )


def reset_second_factor(user: User, *, by: User, reason: str) -> int:
    """Remove all devices of a person who lost them; ends all their sessions. Super admins only."""
    with transaction.atomic():
        removed, _ = Authenticator.objects.filter(user=user).delete()
        end_sessions(user)
        sync_staff(user)
        bump_access([user.pk])
        record_audit("user.second_factor_reset", actor=by, workspace=None, obj=user, reason=reason)
    return removed


def touch_login(user: User) -> None:
    """After a log-in: the staff flag as the rows and the environment say now."""
    sync_staff(user)
    User.objects.filter(pk=user.pk).update(last_seen_at=timezone.now())
