"""Who does what: filled once by each app's `ready()`, read by the engine.

Registering the same name twice is a programming error and stops the start.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from zrg.jobs.constants import JOB_MAX_ATTEMPTS, JOBS_QUEUE
from zrg.jobs.contracts import Event, JobContext, RunContext, ScheduleSpec
from zrg.jobs.errors import UnknownSchedule
from zrg.jobs.models import WebhookEvent

JobHandler = Callable[[JobContext], None]
Receiver = Callable[[Any], None]
WebhookProcessor = Callable[[WebhookEvent], str]
Routine = Callable[[RunContext], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """A type of job: who does it, how often it is tried, which queue's workers do it."""

    type: str
    handler: JobHandler
    max_attempts: int
    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverSpec:
    """A receiver of an announced event; lead-bound ones take turns with other jobs of the lead."""

    name: str
    receiver: Receiver
    lead_bound: bool


_jobs: dict[str, JobSpec] = {}
_events: dict[str, type[Event]] = {}
_receivers: dict[str, dict[str, ReceiverSpec]] = defaultdict(dict)
_processors: dict[str, WebhookProcessor] = {}
_schedules: dict[str, ScheduleSpec] = {}
_routines: dict[str, dict[str, Routine]] = defaultdict(dict)
_existence: dict[str, Callable[[UUID], bool]] = {}


def register_job(
    type: str, handler: JobHandler, *, max_attempts: int = JOB_MAX_ATTEMPTS, queue: str = JOBS_QUEUE
) -> None:
    """`handler` does the jobs of `type`, at most `max_attempts` times each."""
    _put(_jobs, type, JobSpec(type=type, handler=handler, max_attempts=max_attempts, queue=queue))


def register_event(event_class: type[Event]) -> None:
    """Make an announced event known (docs/flows.md lists it even without receivers)."""
    name = event_class.__name__
    if _events.setdefault(name, event_class) is not event_class:
        raise ValueError(f"two events are called {name}")


def register_event_receiver(
    event_class: type[Event], name: str, receiver: Receiver, *, lead_bound: bool = False
) -> None:
    """`receiver` is called once per announced event, in a job of its own, outside any transaction."""
    register_event(event_class)
    _put(_receivers[event_class.__name__], name, ReceiverSpec(name=name, receiver=receiver, lead_bound=lead_bound))


def register_webhook_processor(provider: str, processor: WebhookProcessor) -> None:
    """`processor` turns stored calls of `provider` into work.

    It runs inside the event's tenant transaction, together with the status change, and returns the
    outcome (`processed`, `ignored:<reason>`). It may set `lead_id` and `message_id` on the event it gets.
    """
    _put(_processors, provider, processor)


def register_schedule(spec: ScheduleSpec) -> None:
    """Add a line to the table of schedules."""
    if len(spec.name) > ScheduleSpec.MAX_NAME:
        raise ValueError(f"name of schedule too long: {spec.name}")
    _put(_schedules, spec.name, spec)


def register_routine(schedule: str, name: str, routine: Routine) -> None:
    """Add a routine to a schedule made of routines (`maintenance`, `retention`, `rollup-check`)."""
    _put(_routines[schedule], name, routine)


def register_existence(column: str, exists: Callable[[UUID], bool]) -> None:
    """How to see whether the object a job names in `column` (`lead_id`, …) is still there; asked in the
    job's own context, after its handler failed.
    """
    _put(_existence, column, exists)


def existence_checks() -> dict[str, Callable[[UUID], bool]]:
    """All of them, by column."""
    return dict(_existence)


def job_spec(type: str) -> JobSpec | None:
    """The handler of a type; None for a type a newer version wrote."""
    return _jobs.get(type)


def job_types(queue: str | None = None) -> list[str]:
    """Types this version can do, of one queue or all."""
    return sorted(spec.type for spec in _jobs.values() if queue is None or spec.queue == queue)


def queue_of(type: str) -> str:
    """The queue whose workers do jobs of this type."""
    spec = _jobs.get(type)
    return spec.queue if spec else JOBS_QUEUE


def event_class(name: str) -> type[Event] | None:
    return _events.get(name)


def event_names() -> list[str]:
    return sorted(_events)


def receivers_of(event_name: str) -> list[ReceiverSpec]:
    """Receivers of an event in order of registration."""
    return list(_receivers.get(event_name, {}).values())


def receiver_of(event_name: str, name: str) -> ReceiverSpec | None:
    return _receivers.get(event_name, {}).get(name)


def webhook_processor(provider: str) -> WebhookProcessor | None:
    return _processors.get(provider)


def webhook_providers() -> list[str]:
    """Providers whose calls this version can process."""
    return sorted(_processors)


def schedule(name: str) -> ScheduleSpec:
    """One schedule; `UnknownSchedule` when nobody registered it."""
    try:
        return _schedules[name]
    except KeyError:
        raise UnknownSchedule(name) from None


def schedules() -> list[ScheduleSpec]:
    """All schedules by name."""
    return [_schedules[name] for name in sorted(_schedules)]


def has_schedule(name: str) -> bool:
    return name in _schedules


def routines_of(schedule: str) -> Iterable[tuple[str, Routine]]:
    """Routines of a schedule in order of registration."""
    return list(_routines.get(schedule, {}).items())


def _put(table: dict[str, Any], name: str, value: Any) -> None:
    if name in table:
        raise ValueError(f"registered twice: {name}")
    table[name] = value
