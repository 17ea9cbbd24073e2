"""Calls to Slack: with a workspace's token, with the platform's, and to the platform's incoming webhook.

Every method returns a `ProviderResult` and raises nothing for what Slack does; when Slack refuses,
`message` is its own word (`channel_not_found`). A call Slack refuses for its rate comes back at once as
`rate_limited` with `retry_after`: whoever sends can wait better than a connection.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from integrations.enums import Code, Provider
from integrations.env import (
    base_url,
    slack_bot_token,
    slack_timeout_seconds,
    slack_webhook_url,
)
from integrations.errors import NotConfigured
from integrations.results import ProviderResult
from integrations.services.clients import Account, ClientSpec, get_client, required_secret
from integrations.slack import answers
from integrations.transport import Credential, RetryPolicy, Transport
from integrations.wire import Call

DEFAULT_URL = "https://slack.com/api"
PAGE_SIZE = 200
MAX_PAGES = 10
# The circuit of the incoming webhook is not that of the bots.
WEBHOOK_PROVIDER = "SLACK_WEBHOOK"

Blocks = Sequence[dict[str, Any]]


class SlackClient:
    """Typed calls over a `Transport`."""

    def __init__(self, transport: Transport):
        self._transport = transport

    def test_auth(self) -> ProviderResult:
        """Whose token this is; data: Identity."""
        return self._read("auth.test", {}, answers.identity)

    def list_channels(self) -> ProviderResult:
        """Channels that are not archived, at most 2,000; data: tuple[Channel, …]."""
        kinds = {"types": "public_channel,private_channel", "exclude_archived": "true"}
        return self._pages("conversations.list", kinds, answers.channels)

    def list_members(self) -> ProviderResult:
        """People of the team, at most 2,000; data: tuple[Member, …]."""
        return self._pages("users.list", {}, answers.members)

    def get_user(self, user_id: str) -> ProviderResult:
        """One person; data: Member."""
        return self._read("users.info", {"user": user_id}, answers.user)

    def find_user(self, email: str) -> ProviderResult:
        """The person with this address; data: Member. Nobody has it: `not_found`."""
        return self._read("users.lookupByEmail", {"email": email.strip().lower()}, answers.user)

    def join_channel(self, channel_id: str) -> ProviderResult:
        """Become a member of a public channel."""
        return self._write("conversations.join", {"channel": channel_id}, answers.opened)

    def open_direct_message(self, user_id: str) -> ProviderResult:
        """The channel in which a person is written to; data: its id. Repeating it changes nothing."""
        return self._write("conversations.open", {"users": user_id}, answers.opened)

    def post_message(self, channel_id: str, text: str, blocks: Blocks | None = None) -> ProviderResult:
        """Post once; data: Posted. Never repeated after an unknown outcome."""
        body = {"channel": channel_id, "text": text, "unfurl_links": False, "unfurl_media": False}
        return self._write("chat.postMessage", body | ({"blocks": list(blocks)} if blocks else {}), answers.posted)

    def update_message(self, channel_id: str, ts: str, text: str, blocks: Blocks | None = None) -> ProviderResult:
        """Replace a message of ours; without `blocks` those it had go. Data: Posted."""
        body = {"channel": channel_id, "ts": ts, "text": text, "blocks": list(blocks or ())}
        return self._write("chat.update", body, answers.posted)

    def post_ephemeral(self, channel_id: str, user_id: str, text: str) -> ProviderResult:
        """A line in a channel that only one person sees, until they leave it."""
        body = {"channel": channel_id, "user": user_id, "text": text}
        return self._write("chat.postEphemeral", body, answers.accepted)

    def _read(self, method: str, params: dict[str, str], make: Callable[[dict[str, Any]], Any]) -> ProviderResult:
        call = Call(method="GET", path=f"/{method}", template=f"/{method}", params=params)
        return self._transport.request(call, answers.reading(make))

    def _write(self, method: str, body: dict[str, Any], make: Callable[[dict[str, Any]], Any]) -> ProviderResult:
        call = Call(method="POST", path=f"/{method}", template=f"/{method}", json=body)
        return self._transport.request(call, answers.reading(make))

    def _pages(
        self, method: str, params: dict[str, str], make: Callable[[dict[str, Any]], tuple[Any, str | None]]
    ) -> ProviderResult:
        found: list[Any] = []
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            following = {"cursor": cursor} if cursor else {}
            result = self._read(method, {**params, "limit": str(PAGE_SIZE), **following}, make)
            if not result.ok:
                return result
            rows, cursor = result.data
            found.extend(rows)
            if cursor is None:
                break
        return ProviderResult(outcome="ok", status=200, data=tuple(found))


class SlackWebhookClient:
    """The incoming webhook of one channel: no account, no key but its address."""

    def __init__(self, transport: Transport):
        self._transport = transport

    def post(self, text: str) -> ProviderResult:
        """Post once; never repeated after an unknown outcome."""
        call = Call(method="POST", path="", template="/services", json={"text": text}, accepts_text=True)
        return self._transport.request(call, answers.webhook_accepted)


def _workspace_credential(account: Account) -> Credential:
    return _bearer(required_secret(account, "bot_token", Provider.SLACK))


def _platform_credential(account: Account) -> Credential:
    token = slack_bot_token()
    if not token:
        raise NotConfigured(gettext("SLACK_BOT_TOKEN not configured"))
    return _bearer(token)


def _bearer(token: str) -> Credential:
    return Credential(headers={"Authorization": f"Bearer {token}", "Accept": "application/json"})


def _webhook_url(account: Account) -> str:
    url = slack_webhook_url()
    if not url:
        raise NotConfigured(gettext("SLACK_WEBHOOK_URL not configured"))
    return url


def _base_url(account: Account) -> str:
    return base_url("SLACK_API_BASE", DEFAULT_URL)


def _retries() -> RetryPolicy:
    return RetryPolicy(rate_limited=0, network=1)


SPEC: ClientSpec[SlackClient] = ClientSpec(
    provider=Provider.SLACK,
    make=lambda transport, account: SlackClient(transport),
    base_url=_base_url,
    credential=_workspace_credential,
    timeout=slack_timeout_seconds,
    retries=_retries,
    explain=lambda base_url: answers.explain,
)
"""With the token of a workspace: its channels and its approvers."""

PLATFORM_SPEC: ClientSpec[SlackClient] = ClientSpec(
    provider=Provider.SLACK,
    make=lambda transport, account: SlackClient(transport),
    base_url=_base_url,
    credential=_platform_credential,
    timeout=slack_timeout_seconds,
    retries=_retries,
    explain=lambda base_url: answers.explain,
    platform_wide=True,
)
"""With `SLACK_BOT_TOKEN` (`get_client(None, PLATFORM_SPEC)`): direct messages to the platform's staff."""

WEBHOOK_SPEC: ClientSpec[SlackWebhookClient] = ClientSpec(
    provider=WEBHOOK_PROVIDER,
    make=lambda transport, account: SlackWebhookClient(transport),
    base_url=_webhook_url,
    credential=lambda account: Credential(),
    timeout=slack_timeout_seconds,
    retries=_retries,
    explain=lambda base_url: answers.explain,
    platform_wide=True,
)
"""`SLACK_WEBHOOK_URL` (`get_client(None, WEBHOOK_SPEC)`)."""


def check(workspace_id: UUID) -> ProviderResult:
    """Ask whether the workspace's token works; writes its health."""
    return get_client(workspace_id, SPEC).test_auth()


def client_for_token(token: str) -> SlackClient:
    """A client for a token that is not stored (yet). Writes nobody's health and no circuit."""
    return SlackClient(
        Transport(
            provider=Provider.SLACK,
            base_url=base_url("SLACK_API_BASE", DEFAULT_URL),
            credential=_bearer(token),
            timeout=slack_timeout_seconds(),
            retries=_retries(),
            explain=answers.explain,
        )
    )


def is_word(result: ProviderResult, word: str) -> bool:
    """Whether Slack refused with exactly this word."""
    return result.outcome == "failed" and result.code in (Code.BAD_REQUEST, Code.NOT_FOUND) and result.message == word
