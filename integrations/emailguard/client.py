"""Asking EmailGuard whether a mailbox exists. Optional: without EMAILGUARD_API_KEY nobody is asked.

Only a clear "invalid" counts. A time-out, an error, an answer in words we do not know: the address is
usable, because an outage must never stop people from being written to.
"""

from typing import Any

from django.core.cache import cache
from django.db import DatabaseError
from django.utils.translation import gettext
from redis.exceptions import RedisError

from integrations import fields as f
from integrations.env import base_url, secret
from integrations.errors import NotConfigured
from integrations.results import ProviderResult
from integrations.services.clients import Account, ClientSpec, get_client
from integrations.transport import Credential, RetryPolicy, Transport, explain_plainly
from integrations.wire import Call
from zrg.lib.hashing import sha

PROVIDER = "EMAILGUARD"
DEFAULT_URL = "https://app.emailguard.io"
TIMEOUT_SECONDS = 5.0
"""A person's message waits for this."""
REMEMBERED_SECONDS = 30 * 24 * 3_600

_INVALID_WORDS = ("invalid",)
_VERDICT_FIELDS = ("verdict", "status", "result")


class EmailGuardClient:
    """The one call over a `Transport`."""

    def __init__(self, transport: Transport):
        self._transport = transport

    def look_up(self, email: str) -> ProviderResult:
        """What is known of a mailbox; data: True when it is clearly invalid, else False."""
        call = Call(
            method="POST",
            path="/api/v1/email-host-lookup",
            template="/api/v1/email-host-lookup",
            json={"email": email},
        )
        return self._transport.request(call, says_invalid)


def is_clearly_invalid(email: str) -> bool:
    """Whether no mail should go to this address. Asked once in 30 days; call outside of transactions only."""
    if not secret("EMAILGUARD_API_KEY"):
        return False
    key = f"emailguard:{sha(email.strip().lower())}"
    known = _remembered(key)
    if known is not None:
        return known
    result = get_client(None, SPEC).look_up(email)
    if not result.ok:
        return False
    _remember(key, invalid=bool(result.data))
    return bool(result.data)


def says_invalid(body: Any) -> bool:
    """Whether an answer says "invalid" in so many words, at its top or in `data`."""
    answers = (f.obj(body), f.obj(f.obj(body).get("data")))
    return any(
        str(answer.get(name)).strip().lower() in _INVALID_WORDS for answer in answers for name in _VERDICT_FIELDS
    )


def _remembered(key: str) -> bool | None:
    try:
        known = cache.get(key)
    except (DatabaseError, RedisError, OSError):
        return None
    return known if isinstance(known, bool) else None


def _remember(key: str, *, invalid: bool) -> None:
    try:
        cache.set(key, invalid, timeout=REMEMBERED_SECONDS)
    except (DatabaseError, RedisError, OSError):
        return


def _credential(account: Account) -> Credential:
    key = secret("EMAILGUARD_API_KEY")
    if not key:
        raise NotConfigured(gettext("EMAILGUARD_API_KEY not configured"))
    return Credential(headers={"Authorization": f"Bearer {key}", "Accept": "application/json"})


SPEC: ClientSpec[EmailGuardClient] = ClientSpec(
    provider=PROVIDER,
    make=lambda transport, account: EmailGuardClient(transport),
    base_url=lambda account: base_url("EMAILGUARD_API_BASE", DEFAULT_URL),
    credential=_credential,
    timeout=lambda: TIMEOUT_SECONDS,
    # Whoever waits for the message gains nothing by a repetition.
    retries=lambda: RetryPolicy(rate_limited=0),
    explain=lambda base_url: explain_plainly,
    platform_wide=True,
)
