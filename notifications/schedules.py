"""The schedules of this app."""

from datetime import timedelta

from notifications.services.connection_health import tell_due_states
from notifications.services.digests import prepare_due_digests
from notifications.services.outbox import OUTBOX, deliver_outbox
from notifications.services.retention import purge_notifications
from notifications.services.unrouted import announce_unrouted
from zrg.jobs.contracts import RunContext, ScheduleSpec
from zrg.jobs.registry import register_routine, register_schedule

NOTIFICATIONS = "notifications"


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
    register_schedule(
        ScheduleSpec(
            name=NOTIFICATIONS,
            cadence=timedelta(minutes=5),
            budget_seconds=120,
            stale_alert_seconds=1_800,
            handler=look_for_due,
        )
    )
    register_routine("retention", "notifications", purge_notifications)


def look_for_due(context: RunContext) -> None:
    """Schedule `notifications`: what is due by the clock rather than by an event."""
    if context.dry_run:
        return
    context.count("connection_states", tell_due_states())
    context.count("unrouted_calls", announce_unrouted())
    context.count("digests", prepare_due_digests(context, job=NOTIFICATIONS))
