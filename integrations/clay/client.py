"""Questions to the two Clay tables of the installation.

A table takes a row and answers later by `POST /api/webhooks/clay`; what it says at once means
nothing but "accepted". Call outside transactions only.
"""

from functools import partial
from typing import Any

from django.utils.translation import gettext

from integrations.clay.types import Subject
from integrations.enums import RouteProvider
from integrations.env import clay_requests_per_minute, clay_table_url, clay_timeout_seconds
from integrations.errors import NotConfigured
from integrations.results import ProviderResult
from integrations.services.clients import Account, ClientSpec, get_client
from integrations.throttle import Throttle
from integrations.transport import Credential, RetryPolicy, Transport, explain_plainly
from integrations.wire import Call

PROVIDER = RouteProvider.CLAY.value
DEFER_SECONDS = 60
"""How long a question waits that the budget does not allow."""


class ClayClient:
    """One table over a `Transport`."""

    def __init__(self, transport: Transport, kind: str):
        self._transport = transport
        self._kind = kind

    def ask(self, subject: Subject) -> ProviderResult:
        """Put a row into the table; `ok` means accepted. `unknown`: it may have been, never repeat it."""
        call = Call(
            method="POST",
            path="",
            template=f"/table/{self._kind}",
            json=_row(subject, self._kind),
            accepts_text=True,
        )
        return self._transport.request(call, lambda answer: None)


def clay_client(kind: str) -> ClayClient:
    """The client of the table for `linkedin` or `phone`, the same for all workspaces."""
    return get_client(None, _SPECS[kind])


def is_configured(kind: str) -> bool:
    """Whether this installation has a table for the kind."""
    return bool(clay_table_url(kind))


def take_budget() -> bool:
    """Take one question of the present minute, for the whole deployment; False when none is left."""
    budget = Throttle(provider=PROVIDER, account="platform", limit=clay_requests_per_minute(), seconds=60)
    return budget.wait() == 0


def _row(subject: Subject, kind: str) -> dict[str, str]:
    full_name = " ".join(part for part in (subject.first_name, subject.last_name) if part)
    row = {
        "leadId": str(subject.lead_id),
        "emailAddress": subject.email,
        "firstName": subject.first_name,
        "lastName": subject.last_name,
        "fullName": full_name,
        "companyName": subject.company_name,
        "companyDomain": subject.company_domain,
        "state": subject.state,
        "linkedInProfile": subject.linkedin_url if kind == "phone" else None,
    }
    return {name: value for name, value in row.items() if value}


def _base_url(account: Account, kind: str) -> str:
    url = clay_table_url(kind)
    if not url:
        raise NotConfigured(gettext("There is no Clay table for {kind}").format(kind=kind))
    return url


def _make(transport: Transport, account: Account, kind: str) -> ClayClient:
    return ClayClient(transport, kind)


def _explain(base_url: str) -> Any:
    return explain_plainly


def _spec(kind: str) -> ClientSpec[ClayClient]:
    return ClientSpec(
        provider=PROVIDER,
        make=partial(_make, kind=kind),
        base_url=partial(_base_url, kind=kind),
        credential=lambda account: Credential(),
        timeout=clay_timeout_seconds,
        # A question the table refuses for its rate goes back to its job, which waits longer than a worker should.
        retries=lambda: RetryPolicy(rate_limited=0),
        explain=_explain,
        platform_wide=True,
    )


_SPECS = {kind: _spec(kind) for kind in ("linkedin", "phone")}
