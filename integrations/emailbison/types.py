"""EmailBison's answers in our words; ids are strings, addresses lower-case, times aware."""

from dataclasses import dataclass, field
from datetime import datetime

from integrations.contracts import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign of the provider's workspace."""

    id: str
    name: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRecord:
    """The provider's lead; `variables` by name as written there."""

    id: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    title: str | None = None
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderEmail:
    """One mailbox of the provider's workspace."""

    id: str
    email: str | None = None
    name: str | None = None
    status: str | None = None
    raw: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentReply:
    """The reply the provider accepted; the id is None when it did not name one."""

    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRecord:
    """An e-mail of a thread, theirs or (folder `sent`) ours."""

    id: str
    lead_id: str | None = None
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    from_address: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    received_at: datetime | None = None
    folder: str | None = None
    kind: str | None = None
    automated: bool = False
    interested: bool | None = None

    @property
    def is_outgoing(self) -> bool:
        """Whether we wrote it."""
        return (self.folder or "").lower() == "sent" or "outgoing" in (self.kind or "").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledEmail:
    """A campaign step, sent or due."""

    id: str
    lead_id: str | None = None
    subject: str | None = None
    html: str | None = None
    status: str | None = None
    sent_at: datetime | None = None
    sender_email_id: str | None = None
    raw_message_id: str | None = None
