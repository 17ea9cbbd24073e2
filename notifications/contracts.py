"""Values of the outbox: what leaves, and what an attempt came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

Outcome = Literal["sent", "retry", "failed", "unknown", "skipped", "suppressed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """`retry`: try again. `failed`: surely refused. `unknown`: it may have arrived, and nothing protects
    from a second one. `skipped`: not tried, for good. `suppressed`: not tried, because
    it may not be told.

    `uncertain`: this attempt may have arrived, but its idempotency key makes another one harmless.
    `untried`: nobody was called (our own brakes), so no attempt is spent. `reference`: the provider's id.
    """

    outcome: Outcome
    reason: str = ""
    reference: str = ""
    retry_after: float | None = None
    uncertain: bool = False
    untried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message to one target, as it leaves. `recipients` are the addresses of a mail."""

    workspace_id: UUID | None
    kind: str
    destination: str
    target: str
    key: str
    text: str
    subject: str = ""
    recipients: tuple[str, ...] = ()
    blocks: Sequence[dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message says: `slack` is escaped for Slack, `text` is plain, `subject` is a mail's."""

    text: str
    slack: str
    subject: str
