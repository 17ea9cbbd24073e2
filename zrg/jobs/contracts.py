"""Values that cross the border of the engine: announced events, contexts of handlers, schedules."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from zrg.jobs.constants import PRIORITY_NORMAL, SCHEDULED_QUEUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of announced events: a frozen dataclass of ids and short values.

    A subclass defines `key`, unique per occurrence, so that announcing it twice is a duplicate. Fields
    may be UUID, str, int, float, bool, datetime, date, an Enum, None, or a tuple of these; they travel
    as JSON. A field `lead_id` makes the event usable by lead-bound receivers; `message_id` and
    `draft_id` are copied to the job's own columns.
    """

    # None only for events of the installation itself.
    workspace_id: UUID | None

    @property
    def key(self) -> str:
        """The event's own key, without workspace and event name."""
        raise TypeError(f"{type(self).__name__} defines no key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Event):
    """Something a person should hear about. `notice_key` makes repeats duplicates.

    `ways` ("email", "slack", for the platform also "pager") are those to use; without any the usual one.
    """

    kind: str
    text: str
    notice_key: str
    lead_id: UUID | None = None
    link: str = ""
    ways: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.notice_key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskNeeded(Event):
    """A person has to do something for a lead: one task per kind and message."""

    kind: str
    lead_id: UUID
    message_id: UUID | None = None
    text: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.lead_id}:{self.message_id or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """What a job handler gets: ids and short values, no rows and no transaction.

    The handler opens `tenant(ctx.workspace_id)` for each short unit of work. `deadline` is the
    `time.monotonic()` instant by which it has to be done; `attempts` counts this attempt too,
    `reschedules` how often the job was put off so far (those spend no attempt).
    """

    id: UUID
    type: str
    workspace_id: UUID
    lead_id: UUID | None
    message_id: UUID | None
    draft_id: UUID | None
    payload: Mapping[str, Any]
    attempts: int
    max_attempts: int
    correlation_id: str
    deadline: float
    reschedules: int = 0

    @property
    def is_last_attempt(self) -> bool:
        """Whether a failure now is final."""
        return self.attempts >= self.max_attempts

    def seconds_left(self) -> float:
        """Seconds until the deadline, never negative."""
        return max(0.0, self.deadline - time.monotonic())


@dataclass(slots=True, kw_only=True)
class RunContext:
    """What a scheduled job gets. It asks `should_stop()` between units and counts in `stats`.

    `params` are the run's parameters over the schedule's defaults. With `dry_run` nothing is written.
    `deadline` is a `time.monotonic()` instant.
    """

    job: str
    deadline: float
    correlation_id: str
    params: Mapping[str, Any] = field(default_factory=dict)
    task_run_id: UUID | None = None
    stats: dict[str, Any] = field(default_factory=dict)
    beat: Callable[[], None] = lambda: None
    stopping: Callable[[], bool] = lambda: False
    out_of_time: bool = False
    problems: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def dry_run(self) -> bool:
        return bool(self.params.get("dryRun"))

    def should_stop(self) -> bool:
        """True when time is up or the process ends; the run is then PARTIAL and continued later."""
        if self.stopping() or time.monotonic() >= self.deadline:
            self.out_of_time = True
        return self.out_of_time

    def heartbeat(self) -> None:
        """Say that the run is alive (also done by a thread every 30 s)."""
        self.beat()

    def count(self, name: str, by: int = 1) -> None:
        """Add to a counter of `stats`; safe from several threads."""
        with self._lock:
            self.stats[name] = self.stats.get(name, 0) + by

    def report_problem(self, problem: str) -> None:
        """Note a partial failure; the run goes on and ends PARTIAL with this as its last error."""
        self.problems.append(problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class CronTime:
    """A cadence by the wall clock in UTC, in crontab fields."""

    minute: str = "0"
    hour: str = "*"
    day_of_week: str = "*"

    def __str__(self) -> str:
        return f"{self.minute} {self.hour} * * {self.day_of_week} UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSpec:
    """One line of the table of schedules.

    `cadence` None means on demand. `stale_alert_seconds` is the age of the last good run that raises an
    alert. `also` names schedules its HTTP dispatch dispatches too. `queue` is where nudges run.
    `grace_seconds` is how long work begun within the budget may go on after it.
    `bounds` are the job's own limits of numeric parameters.
    """

    name: str
    cadence: timedelta | CronTime | None
    budget_seconds: int
    stale_alert_seconds: int | None
    handler: Callable[[RunContext], None]
    default_params: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    queue: str = SCHEDULED_QUEUE
    grace_seconds: int = 0
    bounds: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    MAX_NAME: ClassVar[int] = 64

    def cadence_text(self) -> str:
        """The cadence as the admin shows it."""
        if isinstance(self.cadence, timedelta):
            return f"every {int(self.cadence.total_seconds())} s"
        return str(self.cadence) if self.cadence else "on demand"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An inbound call as the webhook view hands it over for storing.

    `raw` is the parsed body; `raw_text`, when given, is the same body as JSON text free of NUL and saves
    serialising it again. `workspace_id` None is only for `unrouted=True`.
    """

    provider: str
    event_type: str
    dedupe_key: str
    workspace_id: UUID | None
    raw: Any = None
    raw_text: str | None = None
    connection_id: UUID | None = None
    priority: int = PRIORITY_NORMAL
    verified: bool = True
    unrouted: bool = False
    provider_workspace_id: str | None = None
    provider_workspace_name: str | None = None
    campaign_id: str | None = None
    campaign_name: str | None = None
    provider_lead_id: str | None = None
    lead_email: str | None = None
    lead_first_name: str | None = None
    lead_last_name: str | None = None
    sender_email_id: str | None = None
    sender_email: str | None = None
    sender_name: str | None = None
    scheduled_email_id: str | None = None
    email_subject: str | None = None
    email_status: str | None = None
    email_sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """What storing an inbound call found: its row, and whether it was there already."""

    event_id: UUID
    deduped: bool
