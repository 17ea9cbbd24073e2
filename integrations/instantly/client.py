"""Calls to Instantly with one account's key.

Every method returns a `ProviderResult` and raises nothing for what the provider does; `data` holds the
types of `integrations.instantly.types`. Call outside transactions only.
"""

from collections.abc import Sequence
from uuid import UUID

from integrations import env
from integrations.enums import Provider
from integrations.instantly import answers
from integrations.instantly.types import Campaign
from integrations.results import ProviderResult
from integrations.services.clients import Account, ClientSpec, get_client, required_secret
from integrations.throttle import Throttle
from integrations.transport import Credential, RetryPolicy, Transport, explain_plainly
from integrations.wire import Call
from zrg.lib.hashing import sha

DEFAULT_URL = "https://api.instantly.ai/api/v2"
WINDOW_SECONDS = 10.0
PAGE_SIZE = 100
MAX_PAGES = 200


class InstantlyClient:
    """Typed calls over a `Transport` (which knows address, key, pace and health)."""

    def __init__(self, transport: Transport):
        self._transport = transport

    def list_campaigns(self) -> ProviderResult:
        """All campaigns; data: tuple[Campaign, …]."""
        found: list[Campaign] = []
        params = {"limit": str(PAGE_SIZE)}
        seen: set[str] = set()
        for _ in range(MAX_PAGES):
            call = Call(method="GET", path="/campaigns", template="/campaigns", params=params)
            result = self._transport.request(call, answers.campaign_page)
            if not result.ok:
                return result
            page, following = result.data
            found.extend(page)
            if following is None or following in seen:
                break
            seen.add(following)
            params = {"limit": str(PAGE_SIZE), "starting_after": following}
        return ProviderResult(outcome="ok", status=200, data=tuple(found))

    def send_reply(
        self,
        *,
        reply_to_uuid: str,
        eaccount: str,
        subject: str,
        html: str,
        text: str,
        cc: Sequence[str] = (),
    ) -> ProviderResult:
        """Answer an e-mail from the mailbox it came to; data: SentReply. Never repeated after an unknown outcome.

        The provider offers no recipient: the reply goes to whoever wrote that e-mail.
        """
        body = {
            "reply_to_uuid": reply_to_uuid,
            "eaccount": eaccount,
            "subject": subject,
            "body": {"html": html, "text": text},
            "cc_address_email_list": ",".join(cc),
            "bcc_address_email_list": "",
        }
        return self._transport.request(
            Call(method="POST", path="/emails/reply", template="/emails/reply", json=body), answers.sent_reply
        )


def check(workspace_id: UUID) -> ProviderResult:
    """Ask the provider whether the workspace's key works (list the campaigns); writes its health."""
    return get_client(workspace_id, SPEC).list_campaigns()


def _credential(account: Account) -> Credential:
    key = required_secret(account, "api_key", Provider.INSTANTLY)
    return Credential(headers={"Authorization": f"Bearer {key}", "Accept": "application/json"})


def _throttle(account: Account) -> Throttle:
    # The key is the account: workspaces that share it share its limit.
    owner = sha(account.secrets.get("api_key", ""))[:16]
    return Throttle(
        provider=Provider.INSTANTLY, account=owner, limit=env.instantly_requests_per_10s(), seconds=WINDOW_SECONDS
    )


SPEC: ClientSpec[InstantlyClient] = ClientSpec(
    provider=Provider.INSTANTLY,
    make=lambda transport, account: InstantlyClient(transport),
    base_url=lambda account: env.base_url("INSTANTLY_API_BASE", DEFAULT_URL),
    credential=_credential,
    timeout=env.instantly_timeout_seconds,
    retries=RetryPolicy,
    explain=lambda base_url: explain_plainly,
    throttle=_throttle,
)
