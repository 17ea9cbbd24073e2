"""The pager of the operators: one address that is told what cannot wait (`ROUTING_PAGER_WEBHOOK_URL`).

It gets `POST {"source": "zrg", "key": …, "text": …}`; any 2xx answer means that it took it. Equal keys are one alert.
"""

from typing import Any

from django.utils.translation import gettext

from integrations.env import pager_webhook_url
from integrations.errors import NotConfigured
from integrations.results import ProviderResult
from integrations.services.clients import Account, ClientSpec
from integrations.transport import Credential, RetryPolicy, Transport, explain_plainly
from integrations.wire import Call

PROVIDER = "PAGER_WEBHOOK"
TIMEOUT_SECONDS = 10.0


class PagerClient:
    """Typed calls over a `Transport`."""

    def __init__(self, transport: Transport):
        self._transport = transport

    def page(self, text: str, key: str) -> ProviderResult:
        """Tell it once; never repeated after an unknown outcome."""
        body = {"source": "zrg", "key": key, "text": text}
        call = Call(method="POST", path="", template="/pager", json=body, accepts_text=True)
        return self._transport.request(call, _accepted)


def _accepted(body: Any) -> None:
    """Pagers answer as they like."""


def _url(account: Account) -> str:
    url = pager_webhook_url()
    if not url:
        raise NotConfigured(gettext("ROUTING_PAGER_WEBHOOK_URL not configured"))
    return url


SPEC: ClientSpec[PagerClient] = ClientSpec(
    provider=PROVIDER,
    make=lambda transport, account: PagerClient(transport),
    base_url=_url,
    credential=lambda account: Credential(),
    timeout=lambda: TIMEOUT_SECONDS,
    retries=lambda: RetryPolicy(rate_limited=0),
    explain=lambda base_url: explain_plainly,
    platform_wide=True,
)
"""`get_client(None, SPEC)`."""
