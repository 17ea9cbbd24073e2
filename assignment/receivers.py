"""What assignment does when leads arrive in a workspace."""

from datetime import datetime, timedelta
from uuid import UUID

from assignment.contracts import LeadsRouted
from assignment.models import RoutingLog, RoutingRule
from zrg.jobs.contracts import Notice
from zrg.jobs.services.announce import announce
from zrg.workspaces.context import platform, tenant

# Single notices per destination and minute; the rest is one digest.
SINGLE_NOTICES = 5
KIND = "lead_routed"


def tell_leads_routed(event: LeadsRouted) -> None:
    """Tell the destination about arrivals of rules that ask for it. Idempotent by the log rows' ids."""
    logs = _wanted_logs(event)
    if not logs:
        return
    first_minute = min(created for _, created, _ in logs).replace(second=0, microsecond=0)
    with tenant(event.workspace_id):
        told = _arrivals_before(event, first_minute)
        singles = logs[: max(0, SINGLE_NOTICES - told)]
        for log_id, _, lead_id in singles:
            announce(
                Notice(
                    workspace_id=event.workspace_id,
                    kind=KIND,
                    text="A new lead arrived.",
                    lead_id=lead_id,
                    notice_key=str(log_id),
                )
            )
        rest = len(logs) - len(singles)
        if rest:
            announce(
                Notice(
                    workspace_id=event.workspace_id,
                    kind=KIND,
                    text=f"{rest} more {'lead' if rest == 1 else 'leads'} arrived.",
                    notice_key=f"digest:{event.log_ids[0]}",
                )
            )


def _wanted_logs(event: LeadsRouted) -> list[tuple[UUID, datetime, UUID]]:
    """Log rows whose rule asks for a notice; the rules are the source's, so its context reads them."""
    with platform():
        rows = list(
            RoutingLog.objects.in_workspace(event.workspace_id)
            .filter(pk__in=event.log_ids)
            .order_by("created_at", "id")
            .values_list("id", "created_at", "lead_id", "matched_rule_id")
        )
        rules = RoutingRule.objects.in_workspace(event.source_workspace_id).filter(
            pk__in={row[3] for row in rows if row[3]}
        )
        telling = {pk for pk, actions in rules.values_list("pk", "actions") if actions.get("notify_via")}
    return [(log_id, created, lead_id) for log_id, created, lead_id, rule_id in rows if rule_id in telling]


def _arrivals_before(event: LeadsRouted, minute: datetime) -> int:
    return (
        RoutingLog.objects.in_workspace(event.workspace_id)
        .filter(
            destination_workspace_id=event.workspace_id,
            routing_result="success",
            created_at__gte=minute,
            created_at__lt=minute + timedelta(minutes=1),
        )
        .exclude(pk__in=event.log_ids)
        .count()
    )
