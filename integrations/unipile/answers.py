"""Turning the JSON of Unipile's answers into typed values."""

from typing import Any

from integrations import fields as f
from integrations.enums import Code
from integrations.transport import UnexpectedAnswer, code_of_status
from integrations.unipile.types import ChatStarted, InmailBalance, Profile, State

CONNECTED_DISTANCES = frozenset(["DISTANCE_1", "FIRST_DEGREE", "SELF"])
_CODES = {
    "disconnected_account": Code.LINKEDIN_DISCONNECTED,
    "recipient_cannot_be_reached": Code.LINKEDIN_UNREACHABLE,
    "user_unreachable": Code.LINKEDIN_UNREACHABLE,
    # A subscription the account lacks says nothing about the account itself.
    "feature_not_subscribed": Code.PAYMENT_REQUIRED,
    "subscription_required": Code.PAYMENT_REQUIRED,
    "insufficient_credits": Code.PAYMENT_REQUIRED,
    # 403 about one member.
    "resource_access_restricted": Code.UNPROCESSABLE,
    "already_invited_recently": Code.CONFLICT,
    "cannot_resend_yet": Code.CONFLICT,
}
"""What the last word of an error's type means, whatever its status."""


def explain(status: int, body: Any) -> tuple[str, str]:
    """Code and sentence of an error answer (`{"status", "type", "title", "detail"}`)."""
    given = f.obj(body)
    kind = (f.text(given.get("type")) or "").rsplit("/", 1)[-1]
    said = ": ".join(part for part in (f.text(given.get("title")), f.text(given.get("detail"))) if part)
    said = said or f.text(body) or kind or f"status {status}"
    if kind in _CODES:
        return _CODES[kind], said
    words = said.lower()
    if status == 401 and ("disconnected" in words or "reconnect" in words):
        return Code.LINKEDIN_DISCONNECTED, said
    if status == 422 and ("cannot be reached" in words or "not reachable" in words):
        return Code.LINKEDIN_UNREACHABLE, said
    if status == 402 or (status in (403, 422) and ("credit" in words or "balance" in words)):
        return Code.PAYMENT_REQUIRED, said
    return code_of_status(status), said


def profile(body: Any) -> Profile:
    """A member; Unipile puts some facts beside the others or under `specifics`."""
    given = f.obj(body)
    facts = {**f.obj(given.get("specifics")), **given}
    member_id = f.text(facts.get("provider_id"))
    if member_id is None:
        raise UnexpectedAnswer("answer names no member")
    return Profile(
        member_id=member_id,
        public_id=f.text(facts.get("public_identifier")),
        first_name=f.text(facts.get("first_name")),
        last_name=f.text(facts.get("last_name")),
        state=_state(facts),
        is_open=f.flag(facts.get("is_open_profile")) is True or f.flag(facts.get("open_profile")) is True,
    )


def chat_started(body: Any) -> ChatStarted:
    """The answer to a message."""
    given = f.obj(body)
    started = ChatStarted(chat_id=f.text(given.get("chat_id")), message_id=f.text(given.get("message_id")))
    if started == ChatStarted() and given.get("object") != "ChatStarted":
        raise UnexpectedAnswer("answer names no chat")
    return started


def invited(body: Any) -> None:
    """The answer to an invitation."""
    given = f.obj(body)
    if f.text(given.get("invitation_id")) is None and given.get("object") != "UserInvitationSent":
        raise UnexpectedAnswer("answer names no invitation")


def inmail_balance(body: Any) -> InmailBalance:
    """Credits that are left."""
    given = f.obj(body)
    return InmailBalance(
        premium=_number(given.get("premium")),
        recruiter=_number(given.get("recruiter")),
        sales_navigator=_number(given.get("sales_navigator")),
    )


def _state(facts: dict[str, Any]) -> State:
    distance = (f.text(facts.get("network_distance")) or "").upper()
    if distance in CONNECTED_DISTANCES or f.flag(facts.get("is_relationship")) is True:
        return "connected"
    return "pending" if _waits(facts.get("invitation")) or _waits(facts.get("pending_invitation")) else "not_connected"


def _waits(value: Any) -> bool:
    """Whether an invitation of ours waits for the member (one of theirs for us does not count)."""
    if not isinstance(value, dict):
        return f.flag(value) is True
    status, kind = f.text(value.get("status")), f.text(value.get("type"))
    return (status or "PENDING").upper() == "PENDING" and (kind or "SENT").upper() == "SENT" and bool(status or kind)


def _number(value: Any) -> int | None:
    found = f.text(value)
    return int(found) if found and found.isdecimal() else None
