"""Using codes of a second factor once each."""

import time

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.db import transaction

from zrg.workspaces.models import User

# Where an authenticator app's row remembers the last time step it accepted.
LAST_STEP = "last_step"


def use_code(user: User, code: str, *, now: float | None = None) -> Authenticator | None:
    """The device whose code this is, used up in the same transaction; None for a wrong or used code.

    A time step is accepted one before and one after now, and never again nor an earlier one: the row
    is locked, so two requests with the same code cannot both succeed.
    """
    with transaction.atomic():
        devices = Authenticator.objects.select_for_update().filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN)
        for device in devices.order_by("pk"):
            if _use(device, code, time.time() if now is None else now):
                return device
    return None


def remember_step(device: Authenticator, code: str, *, now: float | None = None) -> None:
    """Mark the step of the code that enrolled an authenticator app as used."""
    step = matching_step(decrypt(device.data["secret"]), code, time.time() if now is None else now)
    if step is not None:
        device.data[LAST_STEP] = step
        device.save(update_fields=["data"])


def matching_step(secret: str, code: str, now: float) -> int | None:
    """The time step this code belongs to, within the tolerance."""
    current = int(now) // app_settings.TOTP_PERIOD
    tolerance = app_settings.TOTP_TOLERANCE
    for step in range(current - tolerance, current + tolerance + 1):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None


def _use(device: Authenticator, code: str, now: float) -> bool:
    if device.type != Authenticator.Type.TOTP:
        return bool(device.wrap().validate_code(code))
    step = matching_step(decrypt(device.data["secret"]), code, now)
    if step is None or step <= device.data.get(LAST_STEP, -1):
        return False
    device.data[LAST_STEP] = step
    device.save(update_fields=["data"])
    return True
