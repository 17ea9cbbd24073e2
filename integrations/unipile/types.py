"""Unipile's answers in our words."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["dm", "inmail", "connection_request"]
State = Literal["connected", "pending", "not_connected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A member as our account sees them. `state`: whether we are connected, or an invitation of ours waits."""

    member_id: str
    public_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    state: State = "not_connected"
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatStarted:
    """A message was accepted; either id may be missing."""

    chat_id: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InmailBalance:
    """InMail credits by subscription; None where the account has none."""

    premium: int | None = None
    recruiter: int | None = None
    sales_navigator: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What the way to a member came to, also when it failed.

    `id` is the message's (an invitation has none), `kind` the stage that was tried last, `state` the
    connection as far as it was learned, `subject` that of an InMail.
    """

    id: str | None = None
    chat_id: str | None = None
    kind: Kind | None = None
    state: State | None = None
    member_id: str | None = None
    subject: str | None = None
