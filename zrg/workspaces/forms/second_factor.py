"""Codes of a second factor, each accepted once: decided in the database, under a lock."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm as BaseAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as BaseReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator

from zrg.workspaces.services.second_factor import use_code


class OnceOnlyCode:
    """Replaces the cache-based check: a step of an authenticator app counts once, also under a race."""

    user: Any
    cleaned_data: dict[str, Any]
    authenticator: Authenticator

    def clean_code(self) -> str:
        """The code, used up now."""
        clear_limit = check_rate_limit(self.user)
        code = self.cleaned_data["code"]
        used = use_code(self.user, code)
        if used is None:
            main = Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN).first()
            if main is not None:
                self._emit_authentication_failed(main)  # type: ignore[attr-defined]
            raise get_adapter().validation_error("incorrect_code")
        self.authenticator = used
        clear_limit()
        return code


class AuthenticateForm(OnceOnlyCode, BaseAuthenticateForm):
    """The second step of a log-in."""


class ReauthenticateForm(OnceOnlyCode, BaseReauthenticateForm):
    """Proof by code within a session."""
