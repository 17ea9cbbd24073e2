"""Turning the JSON of Slack's answers into typed values. Slack refuses with 200 and `"ok": false`."""

from collections.abc import Callable
from typing import Any

from integrations import fields as f
from integrations.enums import Code
from integrations.slack.types import Channel, Identity, Member, Posted
from integrations.transport import Refused, UnexpectedAnswer, code_of_status, error_text

# The token is the problem, so every further call will be refused too.
AUTH_ERRORS = frozenset(["invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"])
# Slack did nothing, and may do it later.
BUSY_ERRORS = frozenset(["internal_error", "fatal_error", "service_unavailable", "request_timeout"])
RATE_ERRORS = frozenset(["ratelimited", "rate_limited"])
NOT_FOUND_ERRORS = frozenset(["channel_not_found", "user_not_found", "users_not_found", "message_not_found"])

NOT_IN_CHANNEL = "not_in_channel"


def code_of(error: str) -> Code:
    """Our code of Slack's word."""
    if error in AUTH_ERRORS:
        return Code.AUTH_FAILED
    if error in BUSY_ERRORS:
        return Code.PROVIDER_5XX
    if error in RATE_ERRORS:
        return Code.RATE_LIMITED
    return Code.NOT_FOUND if error in NOT_FOUND_ERRORS else Code.BAD_REQUEST


def explain(status: int, body: Any) -> tuple[str, str]:
    """Code and word of an answer that is no 2xx."""
    word = f.text(f.obj(body).get("error")) or error_text(body)
    return code_of_status(status), word or f"status {status}"


def reading(make: Callable[[dict[str, Any]], Any]) -> Callable[[Any], Any]:
    """A reader that refuses what Slack refused; the message is Slack's own word."""

    def read(body: Any) -> Any:
        answer = f.obj(body)
        if answer.get("ok") is True:
            return make(answer)
        error = f.text(answer.get("error"))
        if answer.get("ok") is False and error:
            raise Refused(code_of(error), error)
        raise UnexpectedAnswer("answer does not say whether it is ok")

    return read


def identity(answer: dict[str, Any]) -> Identity:
    team_id = f.text(answer.get("team_id"))
    if team_id is None:
        raise UnexpectedAnswer("answer names no team")
    return Identity(team_id=team_id, team_name=f.text(answer.get("team")), bot_user_id=f.text(answer.get("user_id")))


def channels(answer: dict[str, Any]) -> tuple[tuple[Channel, ...], str | None]:
    """One page of channels, and the cursor of the next."""
    found = tuple(
        Channel(
            id=channel_id,
            name=f.text(entry.get("name")) or channel_id,
            is_private=f.flag(entry.get("is_private")) is True,
            is_member=f.flag(entry.get("is_member")) is True,
        )
        for entry in _entries(answer, "channels")
        if (channel_id := f.text(entry.get("id"))) and f.flag(entry.get("is_archived")) is not True
    )
    return found, _next_cursor(answer)


def members(answer: dict[str, Any]) -> tuple[tuple[Member, ...], str | None]:
    """One page of people; bots and people who left are none."""
    found = tuple(member for entry in _entries(answer, "members") if (member := _person(entry)) is not None)
    return found, _next_cursor(answer)


def user(answer: dict[str, Any]) -> Member:
    """One person."""
    member = _member(f.obj(answer.get("user")))
    if member is None:
        raise UnexpectedAnswer("answer names no user")
    return member


def opened(answer: dict[str, Any]) -> str:
    """The channel of a direct message."""
    channel_id = f.text(f.obj(answer.get("channel")).get("id"))
    if channel_id is None:
        raise UnexpectedAnswer("answer names no channel")
    return channel_id


def posted(answer: dict[str, Any]) -> Posted:
    channel, ts = f.text(answer.get("channel")), f.text(answer.get("ts"))
    if channel is None or ts is None:
        raise UnexpectedAnswer("answer names no message")
    return Posted(channel=channel, ts=ts)


def accepted(answer: dict[str, Any]) -> None:
    """A call of which nothing but its success matters."""


def webhook_accepted(body: Any) -> None:
    """An incoming webhook answers `ok` in plain text, and anything else for no."""
    if body != "ok":
        raise Refused(Code.BAD_REQUEST, body if isinstance(body, str) and body else "the webhook did not say ok")


def _person(entry: dict[str, Any]) -> Member | None:
    # Slackbot is not marked as a bot.
    left_or_bot = f.flag(entry.get("deleted")) is True or f.flag(entry.get("is_bot")) is True
    return None if left_or_bot or entry.get("id") == "USLACKBOT" else _member(entry)


def _member(entry: dict[str, Any]) -> Member | None:
    user_id = f.text(entry.get("id"))
    if user_id is None:
        return None
    profile = f.obj(entry.get("profile"))
    names = (profile.get("display_name"), profile.get("real_name"), entry.get("real_name"), entry.get("name"))
    return Member(
        id=user_id,
        name=next((name for name in map(f.text, names) if name), user_id),
        email=f.email(profile.get("email")),
        avatar_url=f.text(profile.get("image_48")),
    )


def _entries(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = answer.get(name)
    if not isinstance(found, list):
        raise UnexpectedAnswer(f"answer holds no {name}")
    return [entry for entry in found if isinstance(entry, dict)]


def _next_cursor(answer: dict[str, Any]) -> str | None:
    return f.text(f.obj(answer.get("response_metadata")).get("next_cursor"))
