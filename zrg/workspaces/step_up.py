"""Whether the person proved again, lately, who they are (password or second factor)."""

import time

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from zrg.workspaces.constants import STEP_UP_SECONDS

PROOFS = frozenset({"password", "mfa"})


def recently_authenticated(request: HttpRequest, *, now: float | None = None) -> bool:
    """Whether a password or a second factor was given in this session within the last 15 minutes."""
    if not request.user.is_authenticated:
        return False
    moment = time.time() if now is None else now
    records = get_authentication_records(request, request.user)
    return any(record.get("method") in PROOFS and moment - record["at"] < STEP_UP_SECONDS for record in records)
