"""Slack for review posts: whose bot writes them, to whom, and who pressed a button.

A workspace's own bot comes first; without a connection the platform's bot writes. Everything but
`reviewing_bot` calls Slack, so it is called outside transactions; results are `ProviderResult`s.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from integrations.enums import Code, ConnectionStatus, Provider
from integrations.env import slack_bot_token
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from integrations.services.slack import (
    USER_SECONDS,
    post_directly,
    post_joining,
    read_remembered,
    remember,
    user_of,
)
from integrations.slack.client import PLATFORM_SPEC, SPEC, Blocks, SlackClient
from zrg.lib.hashing import sha
from zrg.workspaces.context import tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """Whose token posts; without one `reason` says why. `team` is the connection's Slack team."""

    kind: Literal["workspace", "platform", ""]
    reason: str = ""
    team: str | None = None


def reviewing_bot(workspace_id: UUID) -> Bot:
    """The bot that writes this workspace's review posts now. A lost connection is not replaced by the
    platform's bot: its team is another one, so nobody's click would count.
    """
    with tenant(workspace_id):
        connection = Connection.objects.in_workspace(workspace_id).of(Provider.SLACK).active().first()
    if connection is None:
        return Bot(kind="platform") if slack_bot_token() else Bot(kind="", reason="slack_not_configured")
    if connection.status == ConnectionStatus.DISCONNECTED:
        return Bot(kind="", reason="slack_disconnected", team=connection.external_account_id)
    return Bot(kind="workspace", team=connection.external_account_id)


def post_review(workspace_id: UUID, target: str, text: str, blocks: Blocks) -> ProviderResult:
    """Post to a person (Slack's id or an address) or a channel, once; data: Posted."""
    client = _client(workspace_id)
    if target.startswith(("C", "G")) and "@" not in target:
        return post_joining(client, target, text, blocks)
    if "@" not in target:
        return post_directly(client, target, text, blocks)
    found = user_of(client, target, team_key=_account(workspace_id))
    return post_directly(client, found.data, text, blocks) if found.ok else found


def update_review(workspace_id: UUID, channel_id: str, ts: str, text: str, blocks: Blocks) -> ProviderResult:
    """Show something else in a post; repeating it changes nothing."""
    return _client(workspace_id).update_message(channel_id, ts, text, blocks)


def tell_privately(workspace_id: UUID, channel_id: str, user_id: str, text: str) -> ProviderResult:
    """A line that only one person sees, where they pressed a button."""
    return _client(workspace_id).post_ephemeral(channel_id, user_id, text)


def email_of(workspace_id: UUID, user_id: str) -> str | None:
    """The address of a person of the team, remembered for a day; None when Slack does not say."""
    key = f"slack:email:{sha(f'{_account(workspace_id)}:{user_id}')}"
    known = read_remembered(key)
    if isinstance(known, str):
        return known or None
    result = _client(workspace_id).get_user(user_id)
    if not result.ok:
        return None
    email: str | None = result.data.email
    remember(key, email or "", USER_SECONDS)
    return email


def team_of(workspace_id: UUID) -> str | None:
    """The team whose clicks count for a workspace: that of its connection, else that of the platform's bot."""
    bot = reviewing_bot(workspace_id)
    if bot.kind != "platform":
        return bot.team
    key = f"slack:team:{sha(slack_bot_token())}"
    known = read_remembered(key)
    if isinstance(known, str):
        return known
    result = get_client(None, PLATFORM_SPEC).test_auth()
    if not result.ok:
        return None
    team: str = result.data.team_id
    remember(key, team, USER_SECONDS)
    return team


def is_worth_repeating(result: ProviderResult) -> bool:
    """Whether a call that did not work may work later. A change of a post may be made twice."""
    return result.code in (Code.RATE_LIMITED, Code.TIMEOUT, Code.NETWORK, Code.PROVIDER_5XX)


def _client(workspace_id: UUID) -> SlackClient:
    if reviewing_bot(workspace_id).kind == "platform":
        return get_client(None, PLATFORM_SPEC)
    return get_client(workspace_id, SPEC)


def _account(workspace_id: UUID) -> str:
    """What remembered people belong to: another token may be of another team."""
    bot = reviewing_bot(workspace_id)
    return f"team:{bot.team}" if bot.kind == "workspace" else slack_bot_token()
