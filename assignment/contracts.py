"""Values that cross the border of assignment."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from assignment.constants import MAILS_PER_BATCH
from zrg.jobs.contracts import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsRouted(Event):
    """Leads arrived in `workspace_id` from another workspace; one log row each, in the same order.

    `mails`: how many of them may be told by an e-mail of their own.
    """

    workspace_id: UUID
    source_workspace_id: UUID
    log_ids: tuple[UUID, ...]
    lead_ids: tuple[UUID, ...]
    mails: int = MAILS_PER_BATCH

    @property
    def key(self) -> str:
        return str(self.log_ids[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationEmpty(Event):
    """A lead waits because no setter of the configured sequence is active. Once per lead and local day."""

    lead_id: UUID
    channel: str | None
    sequence_length: int
    active_setters: int
    day: date

    @property
    def key(self) -> str:
        return f"rotation_empty:{self.lead_id}:{self.day.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentResult:
    """What became of one lead: `assigned` or `kept` with its setter, or `none` with a reason."""

    outcome: str
    user_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingResult:
    """What became of one lead. `result` is a settlement, a failure, or why nothing was done.

    `duplicate_lead_id` is for people of the platform only: a source must not learn who has the person.
    """

    success: bool
    result: str
    code: str | None = None
    destination_workspace_id: UUID | None = None
    matched_rule_id: UUID | None = None
    matched_rule_name: str | None = None
    is_duplicate: bool = False
    duplicate_lead_id: UUID | None = None
    attempt: int | None = None
    next_retry_at: datetime | None = None
    duration_ms: int = 0

    def as_json(self, *, is_platform: bool = False) -> dict[str, Any]:
        """The answer of the API."""
        answer: dict[str, Any] = {
            "success": self.success,
            "result": self.result,
            "code": self.code,
            "destinationWorkspaceId": _text(self.destination_workspace_id),
            "matchedRuleId": _text(self.matched_rule_id),
            "matchedRuleName": self.matched_rule_name,
            "isDuplicate": self.is_duplicate,
            "attempt": self.attempt,
            "nextRetryAt": self.next_retry_at.isoformat() if self.next_retry_at else None,
            "durationMs": self.duration_ms,
        }
        if is_platform:
            answer["duplicateLeadId"] = _text(self.duplicate_lead_id)
        return answer


@dataclass(slots=True, kw_only=True)
class BatchResult:
    """What became of many leads; adds up over batches."""

    MAX_ERRORS = 100

    claimed: int = 0
    settled: Counter[str] = field(default_factory=Counter)
    by_destination: Counter[str] = field(default_factory=Counter)
    retry: int = 0
    deferred: int = 0
    failed: int = 0
    skipped: int = 0
    errors: list[tuple[str, str]] = field(default_factory=list)
    duration_ms: int = 0

    def add(self, other: "BatchResult") -> None:
        """Count another batch too."""
        self.claimed += other.claimed
        self.settled += other.settled
        self.by_destination += other.by_destination
        self.retry += other.retry
        self.deferred += other.deferred
        self.failed += other.failed
        self.skipped += other.skipped
        self.errors = (self.errors + other.errors)[: self.MAX_ERRORS]
        self.duration_ms += other.duration_ms

    def add_single(self, lead_id: UUID, result: RoutingResult) -> None:
        """Count one lead of the single path."""
        if result.result in ("success", "kept", "duplicate"):
            self.settled[result.result] += 1
            if result.result == "success":
                self.by_destination[str(result.destination_workspace_id)] += 1
        elif result.result in ("retry", "deferred", "failed"):
            setattr(self, result.result, getattr(self, result.result) + 1)
            self.note_error(lead_id, result.code or "error")
        else:
            self.skipped += 1

    def note_error(self, lead_id: UUID | str, code: str) -> None:
        """Remember why a lead was not settled; the first hundred."""
        if len(self.errors) < self.MAX_ERRORS:
            self.errors.append((str(lead_id), code))

    def as_json(self) -> dict[str, Any]:
        """The answer of the API."""
        return {
            "claimed": self.claimed,
            "settled": {name: self.settled[name] for name in ("success", "kept", "duplicate")},
            "byDestination": dict(self.by_destination),
            "retry": self.retry,
            "deferred": self.deferred,
            "failed": self.failed,
            "skipped": self.skipped,
            "errors": [{"leadId": lead_id, "code": code} for lead_id, code in self.errors],
            "durationMs": self.duration_ms,
        }


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
