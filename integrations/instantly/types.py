"""Instantly's answers in our words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign of the account; `status` is the provider's number."""

    id: str
    name: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentReply:
    """The e-mail Instantly made of our reply. `scheduled_id` is what its events about sent mails call it;
    None when it did not name one.
    """

    scheduled_id: str | None = None
    message_id: str | None = None
    thread_id: str | None = None
