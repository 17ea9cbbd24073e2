"""What a channel brings to `send_message`: preparing under the lock, the one call, what it says about the lead."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from inbox.contracts import SendResult
from inbox.enums import MessageOrigin, SentBy
from inbox.models import Message
from inbox.services.guards import Block
from integrations.results import ProviderResult
from leads.models import Lead


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One message to send: ids only, no rows, since it crosses transactions.

    `send_key` names it for ever. `guard` runs under the lead's lock in the transaction that writes
    ahead, for what only the caller can check; `settle` runs in the recording transaction. `allow_inmail`
    for orders of people only.
    """

    channel: str
    body: str
    send_key: str
    origin: MessageOrigin
    sent_by: SentBy
    actor_id: UUID | None = None
    draft_id: UUID | None = None
    part_index: int = 0
    subject: str | None = None
    to_override: str | None = None
    cc: list[str] | None = None
    allow_inmail: bool = False
    guard: Callable[[Lead], Block | None] = lambda lead: None
    settle: Callable[[Message, SendResult], None] | None = None


class Prepared(Protocol):
    """Everything the provider call needs; built under the lock, used after the commit."""

    def message_fields(self) -> dict[str, object]:
        """Columns of the Message written ahead."""


class ChannelSender(Protocol):
    """One channel (each module of this package ends with one, listed in `registry`)."""

    def prepare(self, lead: Lead, outbound: Outbound) -> Any | Block:
        """The channel's `Prepared`, or why there is none. Runs under the lead's lock: no provider is called."""

    def deliver(self, prepared: Any) -> ProviderResult:
        """Call the provider once, outside of any transaction."""

    def note_result(self, message: Message, result: ProviderResult) -> None:
        """What the result says about the lead or the message beyond its state; in the recording transaction."""
