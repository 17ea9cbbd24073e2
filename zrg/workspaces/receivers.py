"""What happens here when allauth reports a log-in or a changed second factor."""

from typing import Any

import structlog
from allauth.account.signals import user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from django.http import HttpRequest

from zrg.lib import log_events
from zrg.lib.hashing import sha
from zrg.workspaces.access import bump_access
from zrg.workspaces.metrics import count_login
from zrg.workspaces.models import User
from zrg.workspaces.services.accounts import touch_login
from zrg.workspaces.services.grants import sync_staff
from zrg.workspaces.services.second_factor import remember_step


def connect() -> None:
    """Connect the receivers; called once when the app is ready."""
    user_logged_in.connect(on_logged_in, dispatch_uid="zrg.logged_in")
    authenticator_added.connect(on_device_added, dispatch_uid="zrg.device_added")
    for signal in (authenticator_removed, authenticator_reset):
        signal.connect(on_devices_changed, dispatch_uid=f"zrg.devices_changed.{id(signal)}")
    authentication_failed.connect(on_code_refused, dispatch_uid="zrg.code_refused")


def on_logged_in(*, user: User, **_: Any) -> None:
    """Renew the derived staff flag: the list of super admins may have changed meanwhile."""
    touch_login(user)
    count_login("ok")
    structlog.get_logger(__name__).info(log_events.AUTH_LOGIN_OK, who=sha(user.email)[:16])


def on_device_added(*, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """The code that enrolled an app is used; roles that demand a device open now."""
    if authenticator.type == Authenticator.Type.TOTP and "code" in request.POST:
        remember_step(authenticator, request.POST["code"])
    on_devices_changed(user=user)


def on_devices_changed(*, user: User, **_: Any) -> None:
    """Devices decide about the staff flag and the enrolment gate."""
    sync_staff(user)
    bump_access([user.pk])


def on_code_refused(*, user: User, **_: Any) -> None:
    """Record a wrong code without its text."""
    count_login("mfa_failed")
    structlog.get_logger(__name__).info(log_events.AUTH_MFA_FAILED, who=sha(user.email)[:16])
