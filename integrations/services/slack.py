"""Slack for one workspace: connecting it, its channels and people, posting where it is allowed to.

Everything here calls Slack, so it is called outside transactions; results are `ProviderResult`s.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import DatabaseError
from django.utils.translation import gettext
from redis.exceptions import RedisError

from integrations.enums import Code, Provider
from integrations.env import slack_bot_token
from integrations.errors import ConnectionRefused
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.rules.connections import requirement
from integrations.services.clients import get_client
from integrations.services.connections import ConnectionInput, save_connection
from integrations.services.health import record_provider_outcome
from integrations.slack.answers import NOT_IN_CHANNEL
from integrations.slack.client import PLATFORM_SPEC, SPEC, Blocks, SlackClient, client_for_token, is_word
from integrations.slack.types import Channel, Identity, Member
from zrg.lib.hashing import sha
from zrg.lib.log_events import SLACK_CACHE_UNAVAILABLE
from zrg.lib.secrets_hygiene import clean_secret_input
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User, Workspace

LISTS_SECONDS = 3_600
USER_SECONDS = 86_400
NOBODY_SECONDS = 3_600
# Stands for an address nobody in the team has.
_NOBODY = ""

logger = structlog.get_logger(__name__)


def connect_slack(
    workspace: Workspace,
    bot_token: str | None,
    *,
    signing_secret: str | None = None,
    remove: frozenset[str] = frozenset(),
    version: str | None = None,
    by: User | str | None,
) -> Connection:
    """Store a workspace's Slack after the token said whose it is; returns the saved connection.

    A blank or masked secret keeps the stored one, `remove` names secrets to clear. Raises
    `ConnectionRefused` when Slack refuses the token or cannot be asked, or none is known; then nothing is
    saved. `version`: see `ConnectionInput`. Opens its own transaction after the call.
    """
    typed = clean_secret_input("bot_token", bot_token)
    identity = _identify(typed) if typed else None
    with tenant(workspace.pk):
        existing = Connection.objects.in_workspace(workspace).of(Provider.SLACK).active().first()
        if identity is None and existing is None:
            raise ConnectionRefused(requirement(Provider.SLACK), field="bot_token")
        secrets = {"bot_token": typed, "signing_secret": signing_secret}
        given = ConnectionInput(secrets=secrets, remove=remove, version=version, checked=True)
        saved = save_connection(
            workspace, Provider.SLACK, _with_identity(given, identity) if identity else given, by=by
        )
    if identity is not None:
        _forget(_list_keys(workspace.pk))
        record_provider_outcome(saved, ProviderResult(outcome="ok", status=200))
    return saved


def remember_identity(connection: Connection, identity: Identity) -> None:
    """Complete a connection whose token was stored before Slack could be asked (provisioning)."""
    with tenant(connection.workspace_id):
        row = Connection.objects.in_workspace(connection.workspace_id).active().filter(pk=connection.pk)
        found = row.select_related("workspace").first()
        if found is not None and found.external_account_id is None:
            given = _with_identity(ConnectionInput(checked=True), identity)
            saved = save_connection(found.workspace, Provider.SLACK, given, by=None)
            record_provider_outcome(saved, ProviderResult(outcome="ok", status=200))


def list_channels(workspace_id: UUID, *, refresh: bool = False) -> ProviderResult:
    """Channels to choose from, remembered for an hour; data: tuple[Channel, …]."""
    key = _list_keys(workspace_id)[0]
    return _remembered(key, Channel, lambda: get_client(workspace_id, SPEC).list_channels(), refresh)


def list_members(workspace_id: UUID, *, refresh: bool = False) -> ProviderResult:
    """People to choose from, remembered for an hour; data: tuple[Member, …]."""
    key = _list_keys(workspace_id)[1]
    return _remembered(key, Member, lambda: get_client(workspace_id, SPEC).list_members(), refresh)


def post_to_channel(workspace_id: UUID, channel_id: str, text: str, blocks: Blocks | None = None) -> ProviderResult:
    """Post once with the workspace's bot; data: Posted. A public channel it is not in is joined first, once."""
    return post_joining(get_client(workspace_id, SPEC), channel_id, text, blocks)


def post_joining(client: SlackClient, channel_id: str, text: str, blocks: Blocks | None) -> ProviderResult:
    """`post_to_channel` with a client at hand."""
    result = client.post_message(channel_id, text, blocks)
    if not is_word(result, NOT_IN_CHANNEL):
        return result
    joined = client.join_channel(channel_id)
    if joined.ok:
        return client.post_message(channel_id, text, blocks)
    # A private channel cannot be joined: then the first refusal says what a person has to do.
    return result if joined.code in (Code.BAD_REQUEST, Code.NOT_FOUND) else _not_posted(joined)


def post_to_member(workspace_id: UUID, user_id: str, text: str, blocks: Blocks | None = None) -> ProviderResult:
    """Write to a person of the workspace's team, once; data: Posted, by which it can be changed later."""
    return post_directly(get_client(workspace_id, SPEC), user_id, text, blocks)


def post_to_staff(email: str, text: str) -> ProviderResult:
    """Write to a person of the platform by address, with the platform's bot; data: Posted."""
    client = get_client(None, PLATFORM_SPEC)
    found = user_of(client, email, team_key=slack_bot_token())
    return post_directly(client, found.data, text, None) if found.ok else found


def post_to_staff_channel(channel: str, text: str) -> ProviderResult:
    """Post once into a channel of the platform's own Slack; data: Posted. A public one it is not in is joined first."""
    return post_joining(get_client(None, PLATFORM_SPEC), channel, text, None)


def _identify(token: str) -> Identity:
    result = client_for_token(token).test_auth()
    if not result.ok:
        raise ConnectionRefused(
            gettext("Slack token validation failed: {message}").format(message=result.message or result.code),
            field="bot_token",
        )
    identity: Identity = result.data
    return identity


def _with_identity(given: ConnectionInput, identity: Identity) -> ConnectionInput:
    about = {"team_name": identity.team_name, "bot_user_id": identity.bot_user_id}
    return replace(given, external_account_id=identity.team_id, config=about)


def post_directly(client: SlackClient, user_id: str, text: str, blocks: Blocks | None) -> ProviderResult:
    """Write to a person, once; data: Posted."""
    opened = client.open_direct_message(user_id)
    return client.post_message(opened.data, text, blocks) if opened.ok else _not_posted(opened)


def _not_posted(result: ProviderResult) -> ProviderResult:
    """What went wrong before the post: however it ended, nothing was posted."""
    return replace(result, outcome="failed")


def user_of(client: SlackClient, email: str, *, team_key: str) -> ProviderResult:
    """The user id of an address, remembered for a day; that nobody has it, for an hour. `team_key` tells
    teams apart: another token may belong to another one.
    """
    key = f"slack:user:{sha(f'{team_key}:{email.strip().lower()}')}"
    known = read_remembered(key)
    if known is not None:
        return _found(known)
    result = client.find_user(email)
    if result.ok:
        remember(key, result.data.id, USER_SECONDS)
        return _found(result.data.id)
    if result.code == Code.NOT_FOUND:
        remember(key, _NOBODY, NOBODY_SECONDS)
    return result


def _found(user_id: str) -> ProviderResult:
    if user_id == _NOBODY:
        return ProviderResult(outcome="failed", code=Code.NOT_FOUND.value, message="users_not_found")
    return ProviderResult(outcome="ok", data=user_id)


def _list_keys(workspace_id: UUID) -> tuple[str, str]:
    return f"slack:channels:1:{workspace_id}", f"slack:members:1:{workspace_id}"


def _remembered(
    key: str, kind: type[Channel] | type[Member], ask: Callable[[], ProviderResult], refresh: bool
) -> ProviderResult:
    known = None if refresh else read_remembered(key)
    if known is not None:
        return ProviderResult(outcome="ok", data=tuple(kind(**entry) for entry in known))
    result = ask()
    if result.ok:
        remember(key, [asdict(entry) for entry in result.data], LISTS_SECONDS)
    return result


def read_remembered(key: str) -> Any:
    """What was remembered of Slack; None when nothing was, or the cache is away."""
    try:
        return cache.get(key)
    except (DatabaseError, RedisError, OSError) as down:
        logger.warning(SLACK_CACHE_UNAVAILABLE, error=type(down).__name__)
        return None


def remember(key: str, value: Any, seconds: int) -> None:
    """Keep an answer of Slack for a while."""
    try:
        cache.set(key, value, seconds)
    except (DatabaseError, RedisError, OSError) as down:
        logger.warning(SLACK_CACHE_UNAVAILABLE, error=type(down).__name__)


def _forget(keys: tuple[str, ...]) -> None:
    try:
        cache.delete_many(keys)
    except (DatabaseError, RedisError, OSError) as down:
        logger.warning(SLACK_CACHE_UNAVAILABLE, error=type(down).__name__)
