"""The schedule of the outbox."""

from datetime import timedelta

from notifications.services.outbox import OUTBOX, deliver_outbox
from notifications.services.retention import purge_outbox
from zrg.jobs.contracts import ScheduleSpec
from zrg.jobs.registry import register_routine, register_schedule


def register() -> None:
    """Add the schedules of this app; called once when it is ready."""
    register_schedule(
        ScheduleSpec(
            name=OUTBOX,
            cadence=timedelta(minutes=1),
            budget_seconds=50,
            stale_alert_seconds=300,
            handler=deliver_outbox,
        )
    )
    register_routine("retention", "notifications", purge_outbox)
