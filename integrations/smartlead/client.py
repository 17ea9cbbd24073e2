"""Calls to SmartLead with one account's key.

Every method returns a `ProviderResult` and raises nothing for what the provider does; `data` holds the
types of `integrations.smartlead.types`. Call outside transactions only.
"""

from collections.abc import Sequence
from urllib.parse import quote
from uuid import UUID

from integrations import env
from integrations.enums import Provider
from integrations.results import ProviderResult
from integrations.services.clients import Account, ClientSpec, get_client, required_secret
from integrations.smartlead import answers
from integrations.throttle import Throttle
from integrations.transport import Credential, RetryPolicy, Transport, explain_plainly
from integrations.wire import Call
from zrg.lib.hashing import sha

DEFAULT_URL = "https://server.smartlead.ai/api/v1"
WINDOW_SECONDS = 2.0
# The limit counts calls of two seconds; a refused call waits for the next window, twice.
RATE_LIMIT_RETRIES = 2


class SmartLeadClient:
    """Typed calls over a `Transport` (which knows address, key, pace and health)."""

    def __init__(self, transport: Transport):
        self._transport = transport

    def list_campaigns(self) -> ProviderResult:
        """All campaigns; data: tuple[Campaign, …]."""
        return self._transport.request(Call(method="GET", path="/campaigns", template="/campaigns"), answers.campaigns)

    def send_reply(
        self,
        *,
        campaign_id: str,
        stats_id: str,
        message_html: str,
        to_email: str,
        cc: Sequence[str] = (),
        answered_message_id: str | None = None,
        answered_at: str | None = None,
        answered_html: str = "",
    ) -> ProviderResult:
        """Answer a reply in its thread; data: QueuedReply. Never repeated after an unknown outcome.

        `answered_*` name the reply, which is quoted below ours; `answered_at` in ISO.
        """
        answered = {
            "reply_message_id": answered_message_id,
            "reply_email_time": answered_at,
            "reply_email_body": answered_html,
        }
        body = {
            "email_stats_id": stats_id,
            "email_body": message_html,
            **{name: value for name, value in answered.items() if value},
            "to_email": to_email,
            "cc": ",".join(cc),
            "bcc": "",
            "add_signature": True,
        }
        return self._transport.request(
            Call(
                method="POST",
                path=f"/campaigns/{quote(campaign_id, safe='')}/reply-email-thread",
                template="/campaigns/{id}/reply-email-thread",
                json=body,
                accepts_text=True,
            ),
            answers.queued_reply,
        )


def check(workspace_id: UUID) -> ProviderResult:
    """Ask the provider whether the workspace's key works (list the campaigns); writes its health."""
    return get_client(workspace_id, SPEC).list_campaigns()


def _credential(account: Account) -> Credential:
    return Credential(params={"api_key": required_secret(account, "api_key", Provider.SMARTLEAD)})


def _throttle(account: Account) -> Throttle:
    # The key is the account: workspaces that share it share its limit.
    owner = sha(account.secrets.get("api_key", ""))[:16]
    return Throttle(
        provider=Provider.SMARTLEAD, account=owner, limit=env.smartlead_requests_per_2s(), seconds=WINDOW_SECONDS
    )


def _wait(result: ProviderResult, repetitions: int) -> float:
    return WINDOW_SECONDS if result.retry_after is None else result.retry_after


SPEC: ClientSpec[SmartLeadClient] = ClientSpec(
    provider=Provider.SMARTLEAD,
    make=lambda transport, account: SmartLeadClient(transport),
    base_url=lambda account: env.base_url("SMARTLEAD_API_BASE", DEFAULT_URL),
    credential=_credential,
    timeout=env.smartlead_timeout_seconds,
    retries=lambda: RetryPolicy(rate_limited=RATE_LIMIT_RETRIES, rate_limit_wait=_wait),
    explain=lambda base_url: explain_plainly,
    throttle=_throttle,
)
