"""Sending mail through Resend, with the workspace's key and address or the platform's.

Methods return a `ProviderResult` and raise nothing for what Resend does.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from integrations import fields as f
from integrations.enums import Code, Provider
from integrations.env import (
    base_url,
    resend_api_key,
    resend_from_email,
    resend_requests_per_second,
    resend_timeout_seconds,
)
from integrations.errors import NotConfigured
from integrations.results import ProviderResult
from integrations.services.clients import Account, ClientSpec, get_client
from integrations.throttle import Throttle
from integrations.transport import Credential, RetryPolicy, Transport, UnexpectedAnswer, code_of_status, failure
from integrations.wire import Call
from zrg.lib.hashing import sha

DEFAULT_URL = "https://api.resend.com"
MAX_RECIPIENTS = 50
MAX_IDEMPOTENCY_KEY = 256
# The same key while the first call still runs: it was not performed a second time.
IN_PROGRESS = "concurrent_idempotent_requests"

_AUTH_NAMES = frozenset(["missing_api_key", "invalid_api_key"])
# A key that may send and nothing else is a working key.
_RESTRICTED = "restricted_api_key"
_INVALID_KEY = "api key is invalid"


class ResendClient:
    """Typed calls over a `Transport`. `sender` is the address mails leave from, "" when none is known."""

    def __init__(self, transport: Transport, *, sender: str):
        self._transport = transport
        self.sender = sender

    def send_email(
        self, *, to: Sequence[str], subject: str, text: str, idempotency_key: str, html: str | None = None
    ) -> ProviderResult:
        """One mail to at most 50 people; data: its id. Within 24 hours the same key never sends a second
        one, so an unknown outcome may be tried again with it.
        """
        if not self.sender:
            return failure(Code.NOT_CONFIGURED, "no sender address is configured")
        if not 1 <= len(to) <= MAX_RECIPIENTS:
            return failure(Code.BAD_REQUEST, f"a mail goes to 1 to {MAX_RECIPIENTS} people")
        body = {"from": self.sender, "to": list(to), "subject": subject, "text": text}
        return self._transport.request(
            Call(
                method="POST",
                path="/emails",
                template="/emails",
                json=body | ({"html": html} if html else {}),
                headers={"Idempotency-Key": _fitting(idempotency_key)},
            ),
            _id_of,
        )

    def list_domains(self) -> ProviderResult:
        """Sending domains; a key that may only send is told so (`_RESTRICTED`)."""
        return self._transport.request(Call(method="GET", path="/domains", template="/domains"), lambda body: None)


def explain(status: int, body: Any) -> tuple[str, str]:
    """Code and sentence of an error answer. Not every 401 or 403 says that the key is bad."""
    answer = f.obj(body)
    name, said = f.text(answer.get("name")) or "", f.text(answer.get("message")) or ""
    sentence = f"{name}: {said}".strip(": ") or f"status {status}"
    if name in _AUTH_NAMES or said.lower().startswith(_INVALID_KEY):
        return Code.AUTH_FAILED, sentence
    if name == _RESTRICTED:
        return Code.BAD_REQUEST, sentence
    if status == 403:
        # The domain is not verified, or the account may only write to its owner.
        return Code.SENDER_INVALID, sentence
    return code_of_status(status), sentence


def check(workspace_id: UUID) -> ProviderResult:
    """Ask whether the workspace's key works (lists the domains); writes its health."""
    result = get_client(workspace_id, SPEC).list_domains()
    is_restricted = result.outcome == "failed" and result.message.startswith(_RESTRICTED)
    return ProviderResult(outcome="ok", status=result.status) if is_restricted else result


def _id_of(body: Any) -> str:
    found = f.text(f.obj(body).get("id"))
    if found is None:
        raise UnexpectedAnswer("answer names no mail")
    return found


def _fitting(key: str) -> str:
    return key if len(key) <= MAX_IDEMPOTENCY_KEY else f"h:{sha(key)}"


def effective_sender(account: Account) -> str:
    """The connection's address, else the platform's; "" when there is none."""
    own = f.text(account.connection.config.get("from_email")) if account.connection else None
    return own or resend_from_email()


def _credential(account: Account) -> Credential:
    key = account.secrets.get("api_key") or resend_api_key()
    if not key:
        raise NotConfigured(gettext("RESEND_API_KEY not configured"))
    return Credential(headers={"Authorization": f"Bearer {key}", "Accept": "application/json"})


def _throttle(account: Account) -> Throttle:
    has_own_key = account.connection is not None and "api_key" in account.secrets
    owner = str(account.connection.pk) if has_own_key and account.connection else "platform"
    return Throttle(provider=Provider.RESEND, account=owner, limit=resend_requests_per_second(), seconds=1.0)


SPEC: ClientSpec[ResendClient] = ClientSpec(
    provider=Provider.RESEND,
    make=lambda transport, account: ResendClient(transport, sender=effective_sender(account)),
    base_url=lambda account: base_url("RESEND_API_BASE", DEFAULT_URL),
    credential=_credential,
    timeout=resend_timeout_seconds,
    # Whoever sends repeats with the same key; a connection does not wait for it.
    retries=lambda: RetryPolicy(rate_limited=0, network=0),
    explain=lambda base_url: explain,
    throttle=_throttle,
    platform_wide=True,
)
