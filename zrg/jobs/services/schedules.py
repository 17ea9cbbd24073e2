"""Writing the registry's schedules into the tables of the clock and of the admin."""

import json
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from zrg.jobs import registry
from zrg.jobs.constants import SCHEDULED_QUEUE
from zrg.jobs.contracts import CronTime, ScheduleSpec
from zrg.jobs.models import ScheduledJob
from zrg.lib import log_events

log = structlog.get_logger(__name__)

PREFIX = "zrg:"
TICK_TASK = "zrg.jobs.tasks.tick"
# A tick nobody took within this is worthless: the next one is there.
TICK_EXPIRES_SECONDS = 120


def sync_schedules() -> dict[str, int]:
    """Make the clock tick for every registered schedule; safe to repeat, run at every deploy.

    A cadence changed by hand in the admin survives; a schedule that is no longer registered is
    disabled. Returns how many entries were created, updated, kept, disabled.
    """
    counts = {"created": 0, "updated": 0, "kept": 0, "disabled": 0}
    with transaction.atomic():
        for spec in registry.schedules():
            counts[_sync_one(spec)] += 1
        counts["disabled"] = _disable_unregistered()
    log.info(log_events.SCHEDULE_SYNCED, **counts)
    return counts


def _sync_one(spec: ScheduleSpec) -> str:
    before = ScheduledJob.objects.filter(pk=spec.name).first()
    ScheduledJob.objects.update_or_create(
        name=spec.name,
        defaults={
            "cadence": spec.cadence_text(),
            "budget_seconds": spec.budget_seconds,
            "stale_alert_seconds": spec.stale_alert_seconds,
            "default_params": dict(spec.default_params),
            "is_registered": True,
            "updated_at": Now(),
        },
    )
    entry = PeriodicTask.objects.filter(name=PREFIX + spec.name).first()
    if spec.cadence is None:
        return "kept"
    if entry is None:
        PeriodicTask.objects.create(
            name=PREFIX + spec.name,
            task=TICK_TASK,
            args=json.dumps([spec.name]),
            queue=SCHEDULED_QUEUE,
            routing_key=SCHEDULED_QUEUE,
            exchange=SCHEDULED_QUEUE,
            expire_seconds=TICK_EXPIRES_SECONDS,
            **_cadence_columns(spec.cadence),
        )
        return "created"
    return _update(entry, spec, before)


def _update(entry: PeriodicTask, spec: ScheduleSpec, before: ScheduledJob | None) -> str:
    changes: dict[str, Any] = {}
    by_hand = before is None or _cadence_text(entry) != before.cadence
    if not by_hand and spec.cadence is not None and _cadence_text(entry) != spec.cadence_text():
        changes |= {"interval": None, "crontab": None, **_cadence_columns(spec.cadence)}
    if before is not None and not before.is_registered:
        changes["enabled"] = True
    if not changes:
        return "kept"
    for name, value in changes.items():
        setattr(entry, name, value)
    entry.save()
    return "updated"


def _disable_unregistered() -> int:
    known = [PREFIX + spec.name for spec in registry.schedules()]
    gone = PeriodicTask.objects.filter(name__startswith=PREFIX, enabled=True).exclude(name__in=known)
    names = list(gone.values_list("name", flat=True))
    for entry in gone:
        entry.enabled = False
        entry.save()
    ScheduledJob.objects.filter(pk__in=[name.removeprefix(PREFIX) for name in names]).update(
        is_registered=False, updated_at=Now()
    )
    return len(names)


def _cadence_columns(cadence: timedelta | CronTime) -> dict[str, Any]:
    if isinstance(cadence, timedelta):
        interval, _ = IntervalSchedule.objects.get_or_create(
            every=int(cadence.total_seconds()), period=IntervalSchedule.SECONDS
        )
        return {"interval": interval}
    crontab, _ = CrontabSchedule.objects.get_or_create(
        minute=cadence.minute, hour=cadence.hour, day_of_week=cadence.day_of_week, timezone="UTC"
    )
    return {"crontab": crontab}


def _cadence_text(entry: PeriodicTask) -> str:
    """The entry's cadence in the words of ScheduleSpec.cadence_text."""
    if entry.interval is not None:
        seconds = timedelta(**{entry.interval.period: entry.interval.every}).total_seconds()
        return f"every {int(seconds)} s"
    if entry.crontab is not None:
        crontab = entry.crontab
        return str(CronTime(minute=crontab.minute, hour=crontab.hour, day_of_week=crontab.day_of_week))
    return ""
