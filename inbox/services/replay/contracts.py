"""Values of a replay that its steps hand on."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from inbox.rules.replay import Change, Grade, Marks
from zrg.ai.contracts import Trial

RevisionMode = Literal["platform", "force", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A thread named by hand: the id of a lead or of one of its messages. `labels` and `booking_link` replace what the
    original draft had; None takes the original's.
    """

    thread: UUID
    labels: tuple[str, ...] | None = None
    booking_link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A reply that is answered again; `risk` is its selection score."""

    message_id: UUID
    lead_id: UUID
    channel: str
    sent_at: datetime
    tag: str
    risk: float
    labels: tuple[str, ...] | None = None
    booking_link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The cases in the order they run, and the threads that were named and not found."""

    cases: tuple[Chosen, ...]
    unknown: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a run goes. `threshold`: the least blended score that passes. `timeout` in seconds, of one case."""

    workspace_id: UUID
    run_id: str
    threshold: float
    revision: RevisionMode = "platform"
    trial: Trial = field(default_factory=Trial)
    retries: int = 1
    timeout: float = 180.0
    concurrency: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of one case. `texts` holds inbound, draft and reference and is written only when asked for;
    everything else is ids, hashes, figures and codes.
    """

    chosen: Chosen
    grade: Grade
    reason: str = ""
    codes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    path: str = ""
    models: dict[str, str] = field(default_factory=dict)
    marks: Marks | None = None
    judgements: int = 0
    objective: float | None = None
    decision: str = ""
    confidence: float | None = None
    revision: str = ""
    reference: dict[str, Any] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    ms: int = 0
    attempts: int = 1
    change: Change = ""
