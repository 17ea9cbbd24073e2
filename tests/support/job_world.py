"""What a scenario of the job engine builds and sees while it is played."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import OperationalError

from tests.zrg.jobs.support import make_workspace
from zrg.jobs import errors
from zrg.jobs.enums import RunStatus
from zrg.jobs.models import BackgroundJob, TaskRun
from zrg.jobs.services.claiming import ClaimedJob
from zrg.jobs.services.runs import run_task

ROLLBACK = r"rolls? ?back|rolled back|transaction (fails|is undone|aborts)"
TYPE = "SMS_INBOUND_POST_PROCESS"
DAY = "2026-03-05"
# The table of schedules; those this version does not have yet are played by a stand-in.
JOBS = frozenset(
    [
        "background-jobs",
        "outbox",
        "notifications",
        "followups",
        "reactivations",
        "autosend",
        "unknown-sends",
        "availability",
        "appointment-reconcile",
        "emailbison/availability-slot",
        "booking-qualification-jobs",
        "calendar-health",
        "calendly-subscriptions",
        "enrichment",
        "integration-health",
        "conversation-sync",
        "response-timing",
        "analytics-facts",
        "insights/booked-summaries",
        "insights/context-packs",
        "insights/message-performance",
        "insights/message-performance-eval",
        "ai-retry",
        "ai-retention",
        "maintenance",
        "retention",
        "rollup-check",
        "lead-routing",
        "lead-routing-retry",
        "lead-routing-locks",
        "lead-routing-expire",
        "lead-routing-health",
        "lead-routing-nightly",
    ]
)


@dataclass
class World:
    """What a scenario has built and seen so far."""

    stack: ExitStack
    logs: list[dict[str, Any]]
    workspaces: dict[str, Any] = field(default_factory=dict)
    messages: dict[str, UUID] = field(default_factory=dict)
    made: int = 0
    order: list[str] = field(default_factory=list)
    last_call: tuple[str, str] | None = None
    claims: dict[str, list[ClaimedJob]] = field(default_factory=dict)
    handler: Callable[[Any], Any] = lambda ctx: None
    waits_for_drain: bool = False
    gone: bool = False
    savepoint: str | None = None
    returns: list[Any] = field(default_factory=list)
    claimed: list[int] = field(default_factory=list)
    responses: list[Any] = field(default_factory=list)
    stats: dict[str, Any] = field(default_factory=dict)
    broker_down: bool = False
    sent: list[str] = field(default_factory=list)
    old_run: TaskRun | None = None
    webhook: dict[str, Any] | None = None
    now: str | None = None

    def workspace(self, name: str = "A") -> Any:
        if name not in self.workspaces:
            self.workspaces[name] = make_workspace(name)
        return self.workspaces[name]

    def job(self, name: str = "A", **values: Any) -> BackgroundJob:
        defaults = {"type": TYPE, "dedupe_key": uuid4().hex, "workspace": self.workspace(name)}
        return BackgroundJob.objects.create(**{**defaults, **values})


def behaviour(step: str) -> Callable[[Any], Any]:
    if not re.search(r"rais|fails|throws", step, re.IGNORECASE):
        return lambda ctx: None
    if re.search(r"Reschedule", step):
        seconds = int(match[1]) if (match := re.search(r"\+ ?(\d+) ?s", step)) else 60
        return raising(lambda: errors.Reschedule(datetime.now(UTC) + timedelta(seconds=seconds), "not yet"))
    text = match[1] if (match := re.search(r"\(['\"]?(.*?)['\"]?\)", step)) else "boom"
    kinds: dict[str, Callable[[str], Exception]] = {
        "Permanent": errors.Permanent,
        "Cancelled": errors.Cancelled,
        "OperationalError": OperationalError,
        "ValueError": ValueError,
        "RuntimeError": RuntimeError,
        "TimeoutError": TimeoutError,
    }
    kind = next((make for name, make in kinds.items() if name in step), ValueError)
    return raising(lambda: kind(text))


def raising(make: Callable[[], Exception]) -> Callable[[Any], Any]:
    def behave(_: Any) -> None:
        raise make()

    return behave


def run_waiting() -> None:
    for run in TaskRun.objects.filter(status=RunStatus.ENQUEUED).order_by("created_at"):
        run_task(run.pk)
