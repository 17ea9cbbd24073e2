"""Scheduled work of routing (the one table of schedules: 04)."""

from assignment.services.routing.health import broken_promises, raise_routing_alerts
from assignment.services.routing.running import (
    cleanup_stale_locks,
    mark_expired,
    process_retry_queue,
    purge_routing,
    run_first_pass,
)
from zrg.jobs.contracts import RunContext


def run_lead_routing(context: RunContext) -> None:
    """Every minute and when woken: new leads find their place."""
    if context.dry_run:
        return
    done = run_first_pass(context.should_stop)
    context.stats |= done.as_json() | {"errors": len(done.errors)}


def run_lead_routing_retry(context: RunContext) -> None:
    """Every five minutes and when an attempt is due."""
    if context.dry_run:
        return
    limit = context.params.get("limit")
    done = process_retry_queue(int(limit) if limit is not None else None, stop=context.should_stop)
    context.stats |= done | {"errors": len(done["errors"])}


def run_lead_routing_locks(context: RunContext) -> None:
    """Every ten minutes: locks whose holder did not come back."""
    if not context.dry_run:
        context.stats |= cleanup_stale_locks()


def run_lead_routing_expire(context: RunContext) -> None:
    """Daily at 02:00."""
    if not context.dry_run:
        context.stats |= mark_expired(context.should_stop)


def run_lead_routing_nightly(context: RunContext) -> None:
    """Daily at 03:00: remove what is past its time, then ask for broken promises."""
    if not context.dry_run:
        context.stats |= purge_routing(context.should_stop)
        broken = broken_promises()
        context.stats["violations"] = len(broken)
        if broken:
            context.report_problem(f"{len(broken)} invariants of routing do not hold: {broken[0][0]}")


def run_lead_routing_health(context: RunContext) -> None:
    """Every hour: judge, and tell operators."""
    context.stats |= raise_routing_alerts(dry_run=context.dry_run)
