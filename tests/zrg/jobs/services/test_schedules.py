from datetime import UTC, datetime, timedelta

import pytest
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from tests.zrg.jobs.support import schedule_registered
from zrg.jobs import registry
from zrg.jobs.contracts import CronTime, ScheduleSpec
from zrg.jobs.models import ScheduledJob
from zrg.jobs.services.schedules import sync_schedules
from zrg.jobs.services.worker_loop import is_due

pytestmark = pytest.mark.django_db


def spec(cadence):
    return ScheduleSpec(name="demo", cadence=cadence, budget_seconds=60, stale_alert_seconds=300, handler=print)


def entry():
    return PeriodicTask.objects.get(name="zrg:demo")


def test_registered_schedules_get_an_entry_and_a_row():
    sync_schedules()

    names = {spec.name for spec in registry.schedules()}
    assert {"background-jobs", "maintenance", "retention", "rollup-check"} <= names
    assert set(ScheduledJob.objects.values_list("name", flat=True)) == names
    sweep = PeriodicTask.objects.get(name="zrg:background-jobs")
    assert (sweep.task, sweep.args, sweep.queue) == ("zrg.jobs.tasks.tick", '["background-jobs"]', "scheduled")
    assert (sweep.interval.every, sweep.interval.period) == (60, "seconds")
    purge = PeriodicTask.objects.get(name="zrg:retention")
    assert (purge.crontab.minute, purge.crontab.hour, str(purge.crontab.timezone)) == ("0", "5", "UTC")


def test_second_sync_changes_nothing():
    sync_schedules()

    counts = sync_schedules()

    assert (counts["created"], counts["updated"], counts["disabled"]) == (0, 0, 0)


def test_changed_cadence_is_written():
    with schedule_registered(spec(timedelta(minutes=1))):
        sync_schedules()
    with schedule_registered(spec(CronTime(minute="30", hour="4"))):
        sync_schedules()

    assert (entry().interval, entry().crontab.hour) == (None, "4")


def test_cadence_changed_by_hand_survives():
    with schedule_registered(spec(timedelta(minutes=1))):
        sync_schedules()
        by_hand, _ = IntervalSchedule.objects.get_or_create(every=7, period="minutes")
        PeriodicTask.objects.filter(name="zrg:demo").update(interval=by_hand)
        sync_schedules()
    with schedule_registered(spec(timedelta(minutes=2))):
        sync_schedules()

    assert (entry().interval.every, entry().interval.period) == (7, "minutes")


def test_schedule_nobody_registers_any_more_is_disabled_and_comes_back():
    with schedule_registered(spec(timedelta(minutes=1))):
        sync_schedules()
    sync_schedules()
    assert (entry().enabled, ScheduledJob.objects.get(pk="demo").is_registered) == (False, False)

    with schedule_registered(spec(timedelta(minutes=1))):
        sync_schedules()
        assert (entry().enabled, ScheduledJob.objects.get(pk="demo").is_registered) == (True, True)


def test_schedule_switched_off_by_hand_stays_off():
    with schedule_registered(spec(timedelta(minutes=1))):
        sync_schedules()
        PeriodicTask.objects.filter(name="zrg:demo").update(enabled=False)
        sync_schedules()

        assert entry().enabled is False


def test_entries_of_others_are_left():
    crontab = CrontabSchedule.objects.create(minute="1")
    PeriodicTask.objects.create(name="theirs", task="x", crontab=crontab)

    sync_schedules()

    assert PeriodicTask.objects.get(name="theirs").enabled is True


@pytest.mark.parametrize(
    ("cadence", "before", "now", "due"),
    [
        (timedelta(minutes=1), "12:00:30", "12:00:59", False),
        (timedelta(minutes=1), "12:00:30", "12:01:00", True),
        (timedelta(minutes=5), "12:04:59", "12:05:01", True),
        (timedelta(minutes=5), "12:05:01", "12:09:59", False),
        (CronTime(minute="30", hour="4"), "04:29:59", "04:30:00", True),
        (CronTime(minute="30", hour="4"), "04:30:01", "04:31:00", False),
        (CronTime(minute="0"), "11:59:58", "12:00:01", True),
        (None, "00:00:00", "23:59:59", False),
    ],
)
def test_worker_loop_knows_when_a_schedule_is_due(cadence, before, now, due):
    def at(clock):
        return datetime.fromisoformat(f"2026-03-05T{clock}").replace(tzinfo=UTC)

    assert is_due(spec(cadence), at(now), at(before)) is due
