"""Assignment: who gets a lead, inside a workspace and between workspaces."""

from datetime import timedelta

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class AssignmentConfig(AppConfig):
    name = "assignment"
    label = "assignment"

    def ready(self) -> None:
        # Models must be loaded first.
        from assignment.activity import make_activity_functions  # noqa: PLC0415
        from assignment.going_back import refuse_going_back, report_left_behind  # noqa: PLC0415

        pre_migrate.connect(refuse_going_back, sender=self)
        post_migrate.connect(make_activity_functions, sender=self)
        post_migrate.connect(report_left_behind, sender=self)
        _register_routing()
        _register_rotation()


def _register_routing() -> None:
    from assignment import jobs, schedules  # noqa: PLC0415  # models must be loaded first
    from assignment.contracts import LeadsRouted  # noqa: PLC0415
    from assignment.models import LeadAttribution, RoutingLog, RoutingQueueEntry  # noqa: PLC0415
    from assignment.receivers import tell_leads_routed  # noqa: PLC0415
    from assignment.services.merging import keep_routing_records  # noqa: PLC0415
    from assignment.services.routing import gauges  # noqa: PLC0415
    from assignment.services.routing.arrivals import LEAD_ARRIVALS  # noqa: PLC0415
    from assignment.services.routing.fallback import check_fallback  # noqa: PLC0415
    from assignment.services.routing.health import check_routing  # noqa: PLC0415
    from assignment.services.routing.imports import import_routing  # noqa: PLC0415
    from assignment.views import agreements, routing, routing_rules, routing_settings  # noqa: PLC0415
    from inbox.registry import register_drawer_section  # noqa: PLC0415
    from leads.registry import register_import_figures, register_merge  # noqa: PLC0415
    from zrg.jobs import registry  # noqa: PLC0415
    from zrg.jobs.constants import ROUTING_QUEUE  # noqa: PLC0415
    from zrg.jobs.contracts import CronTime, ScheduleSpec  # noqa: PLC0415
    from zrg.workspaces.registry import (  # noqa: PLC0415
        register_column_check,
        register_health_check,
        register_section_states,
        register_settings_section,
    )

    gauges.register()
    register_import_figures(import_routing)
    register_health_check("routing", check_routing)
    register_drawer_section(routing.SECTION)
    register_settings_section(agreements.SECTION)
    register_section_states(agreements.TAB, agreements.section_state)
    register_settings_section(routing_rules.SECTION)
    register_settings_section(routing_settings.SECTION)
    register_column_check("routing_fallback", check_fallback)
    register_column_check("routing_fallback_workspace", check_fallback)
    register_section_states(routing_rules.TAB, routing_rules.section_state)
    registry.register_event_receiver(LeadsRouted, "assignment.tell_leads_routed", tell_leads_routed)
    registry.register_job(LEAD_ARRIVALS, jobs.tell_arrivals_of_minute)
    # The row of the lead that goes is removed with it; the one that stays has its own.
    register_merge(RoutingQueueEntry, lambda keep_id, drop_id: None)
    register_merge(RoutingLog, keep_routing_records)
    register_merge(LeadAttribution, keep_routing_records)
    plan = (
        ("lead-routing", timedelta(minutes=1), 50, 300, schedules.run_lead_routing),
        ("lead-routing-retry", timedelta(minutes=5), 240, 900, schedules.run_lead_routing_retry),
        ("lead-routing-locks", timedelta(minutes=10), 30, 1_800, schedules.run_lead_routing_locks),
        ("lead-routing-expire", CronTime(minute="0", hour="2"), 300, 26 * 3_600, schedules.run_lead_routing_expire),
        ("lead-routing-health", CronTime(minute="0"), 60, 7_200, schedules.run_lead_routing_health),
        ("lead-routing-nightly", CronTime(minute="0", hour="3"), 600, 26 * 3_600, schedules.run_lead_routing_nightly),
    )
    for name, cadence, budget, stale, handler in plan:
        registry.register_schedule(
            ScheduleSpec(
                name=name,
                cadence=cadence,
                budget_seconds=budget,
                stale_alert_seconds=stale,
                handler=handler,
                queue=ROUTING_QUEUE,
                bounds={"limit": (1, 1_000)} if name == "lead-routing-retry" else {},
            )
        )


def _register_rotation() -> None:
    from assignment import jobs, receivers  # noqa: PLC0415  # models must be loaded first
    from assignment.bulk_actions import ASSIGN, ROUTE  # noqa: PLC0415
    from assignment.contracts import LeadsRouted, RotationEmpty  # noqa: PLC0415
    from assignment.models import LeadAssignmentEvent  # noqa: PLC0415
    from assignment.services import rotation_figures  # noqa: PLC0415
    from assignment.services.backfilling import ASSIGNMENT_BACKFILL  # noqa: PLC0415
    from assignment.services.doctor import examine_rotation  # noqa: PLC0415
    from assignment.services.merging import explain_assignment, merge_assignment_events  # noqa: PLC0415
    from assignment.views import drawer, rotation  # noqa: PLC0415
    from inbox.contracts import ReplyClassified, SentimentChanged  # noqa: PLC0415
    from inbox.registry import register_bulk_action, register_drawer_section  # noqa: PLC0415
    from leads.registry import register_merge, register_merge_follower  # noqa: PLC0415
    from zrg.jobs import registry  # noqa: PLC0415
    from zrg.workspaces.registry import (  # noqa: PLC0415
        register_doctor_check,
        register_section_states,
        register_settings_section,
    )

    register_doctor_check("rotation", examine_rotation)
    registry.register_event(RotationEmpty)
    for event, name, receiver in (
        (ReplyClassified, "rotate_after_reply", receivers.rotate_after_reply),
        (SentimentChanged, "rotate_after_sentiment", receivers.rotate_after_sentiment),
        (LeadsRouted, "rotate_arrivals", receivers.rotate_arrivals),
    ):
        registry.register_event_receiver(event, f"assignment.{name}", receiver)  # type: ignore[arg-type]
    registry.register_job(ASSIGNMENT_BACKFILL, jobs.run_backfill)
    registry.register_routine("rollup-check", "assignment.events", jobs.check_events)
    register_merge(LeadAssignmentEvent, merge_assignment_events)
    register_merge_follower(explain_assignment)
    register_settings_section(rotation.SECTION)
    register_section_states(rotation.TAB, rotation.section_state)
    register_drawer_section(drawer.SECTION)
    register_bulk_action(ASSIGN)
    register_bulk_action(ROUTE)
    rotation_figures.register()
