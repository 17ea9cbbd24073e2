"""SmartLead's answers in our words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign of the account."""

    id: str
    name: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedReply:
    """SmartLead took the reply into its queue; it names no id."""

    message: str = ""
