"""How allauth behaves here: closed sign-up, mails through the outbox, encrypted second factors."""

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from zrg.lib import log_events
from zrg.lib.errors import Forbidden
from zrg.lib.hashing import sha
from zrg.workspaces.crypto import decrypt_text, encrypt_text
from zrg.workspaces.mail import ACCOUNT_MAIL, MAIL_KIND_HEADER
from zrg.workspaces.middleware import client_ip
from zrg.workspaces.models import User
from zrg.workspaces.navigation import absolute
from zrg.workspaces.services.accounts import after_password_change, refuse_reserved
from zrg.workspaces.services.invitations import accept_by_single_sign_on
from zrg.workspaces.step_up import recently_authenticated

logger = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Log-in, reset and notices."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # One text for every failed log-in.
        "account_inactive": _("The address and the password do not match."),
        "email_password_mismatch": _("The address and the password do not match."),
        "invalid_login": _("The address and the password do not match."),
        "too_many_login_attempts": _("Too many attempts. Wait a quarter of an hour and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from invitations, provisioning and commands."""
        return False

    def clean_email(self, email: str) -> str:
        """Addresses on the list of super admins are refused by every form."""
        cleaned = super().clean_email(email).strip().lower()
        refuse_reserved(cleaned)
        return cleaned

    def is_safe_url(self, url: str | None) -> bool:
        """A path of our own that starts with a single slash."""
        if not url or not url.startswith("/") or url.startswith(("//", "/\\")):
            return False
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address attempts are counted by."""
        return client_ip(request) or "unknown"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The public address of a reset link, whatever host the request named."""
        uid, _, token = key.partition("-")
        return absolute(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token}))

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """A plain mail of the kind `account`."""
        return super().render_mail(template_prefix, email, context, {MAIL_KIND_HEADER: ACCOUNT_MAIL, **(headers or {})})

    def get_from_email(self) -> str:
        """Account mails always leave as the platform."""
        return settings.DEFAULT_FROM_EMAIL

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """A closed account fails like a wrong password."""
        user = super().authenticate(request, **credentials)
        if user is None or user.is_active:
            return user
        self.authentication_failed(request, **credentials)
        return None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record a failed log-in without the address."""
        logger.info(log_events.AUTH_LOGIN_FAILED, reason="credentials", who=sha(str(credentials.get("email", "")))[:16])

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Store a password the holder chose; all their sessions end (a change keeps the current one)."""
        super().set_password(user, password)
        assert isinstance(user, User)
        after_password_change(user, keep_session=context.request.session.session_key if _is_change() else None)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not again within fifteen minutes of the last proof, log-in included."""
        return not recently_authenticated(context.request)


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: secrets are stored encrypted."""

    def encrypt(self, text: str) -> str:
        """With the first of the field keys."""
        return encrypt_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        """With any of the field keys."""
        try:
            return decrypt_text(encrypted_text)
        except InvalidToken as error:
            raise ValueError("A second factor was stored with a key that is no longer configured.") from error


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Single sign-on lets in who has an account or an invitation, by a verified address."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """An invited person's first log-in makes the account and gives the roles."""
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise Forbidden(action="self.sign_in")
        if sociallogin.is_existing:
            return
        for address in sociallogin.email_addresses:
            user = (
                accept_by_single_sign_on(address.email, display_name=_name(sociallogin)) if address.verified else None
            )
            if user is not None:
                sociallogin.connect(request, user)
                return

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody else."""
        return False


def _name(sociallogin: Any) -> str:
    data = sociallogin.account.extra_data
    return str({**data.get("id_token", {}), **data.get("userinfo", {})}.get("name", ""))


def _is_change() -> bool:
    return context.request.user.is_authenticated
