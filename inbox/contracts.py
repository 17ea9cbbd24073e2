"""What the inbox announces, and the values its services return."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from zrg.jobs.contracts import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(Event):
    """An inbound message was stored."""

    lead_id: UUID
    message_id: UUID

    @property
    def key(self) -> str:
        return f"message_received:{self.message_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(Event):
    """An outbound message was stored, or proved sent."""

    lead_id: UUID
    message_id: UUID

    @property
    def key(self) -> str:
        return f"message_sent:{self.message_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyClassified(Event):
    """Stage `apply_state` has named the intent of a reply."""

    lead_id: UUID
    message_id: UUID
    tag: str

    @property
    def key(self) -> str:
        return f"reply_classified:{self.message_id}:{self.tag}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentChanged(Event):
    """The lead's tag changed; `cause` is inbound, manual, crm, booking or sweep."""

    lead_id: UUID
    previous: str
    new: str
    message_id: UUID | None
    cause: str
    actor_id: UUID | None
    change_id: str

    @property
    def key(self) -> str:
        return f"sentiment_changed:{self.change_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequested(Event):
    """A draft waits for a person who should be told."""

    lead_id: UUID
    draft_id: UUID
    version: int

    @property
    def key(self) -> str:
        return f"review_requested:{self.draft_id}:{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDecided(Event):
    """A draft was approved, rejected or superseded. `decision` tells a second approval of a text that could
    not be sent from the first.
    """

    lead_id: UUID
    draft_id: UUID
    status: str
    version: int
    decision: str = ""

    @property
    def key(self) -> str:
        return f"draft_decided:{self.draft_id}:{self.status}:{self.version}:{self.decision}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOutdated(Event):
    """What the review posts of a draft show is no longer true; `change_id` makes each change its own event."""

    lead_id: UUID
    draft_id: UUID
    change_id: str

    @property
    def key(self) -> str:
        return f"review_outdated:{self.draft_id}:{self.change_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewClickAnswered(Event):
    """A button of a review post was acted upon. `draft_id` is what the button named, which need not exist;
    `result` is a code of 06 R16, `detail` a sentence for whoever pressed it, "" when the post says it all.
    """

    draft_id: UUID
    slack_user: str
    channel_id: str
    action: str
    result: str
    detail: str
    click_id: str

    @property
    def key(self) -> str:
        return f"review_click_answered:{self.click_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMentioned(Event):
    """An internal note names a person who could see the lead when it was written."""

    lead_id: UUID
    note_id: UUID
    person_id: UUID

    @property
    def key(self) -> str:
        return f"person_mentioned:{self.note_id}:{self.person_id}"


SendStatus = Literal["sent", "blocked", "failed", "unknown", "duplicate", "in_progress"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What became of one message; `code` is a stable word, `detail` a sentence for the sender, `retry_after`
    the seconds the provider asked us to wait.
    """

    status: SendStatus
    code: str = ""
    detail: str = ""
    message_id: UUID | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Answer of approve, reject and manual send.

    `state`: queued, already_decided, rejected or blocked; `code` names why it is blocked and
    `http_status` what the edge answers; `data` holds what the screen shows.
    """

    state: Literal["queued", "already_decided", "rejected", "blocked"]
    code: str = ""
    http_status: int = 200
    detail: str = ""
    order_id: UUID | None = None
    due_at: datetime | None = None
    data: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Whom an e-mail goes to; `to_email` None keeps the thread's own recipient."""

    to_email: str | None = None
    cc: tuple[str, ...] | None = None
