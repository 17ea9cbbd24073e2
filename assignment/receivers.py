"""What assignment does when a reply was read, a tag was set, leads arrived in a workspace."""

from datetime import datetime, timedelta
from uuid import UUID

from assignment.contracts import LeadsRouted
from assignment.enums import AssignmentSource
from assignment.models import RoutingLog, RoutingRule
from assignment.rules.rotation import POSITIVE, should_assign
from assignment.services.rotation import latest_channel, maybe_assign_lead
from inbox.contracts import ReplyClassified, SentimentChanged
from inbox.models import Message
from leads.models import Lead
from leads.services.reply_times import refresh_due
from zrg.jobs.contracts import Notice
from zrg.jobs.errors import Permanent
from zrg.jobs.services.announce import announce
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import platform, tenant

# Single notices per destination and minute; the rest is one digest.
SINGLE_NOTICES = 5
KIND = "lead_routed"


def rotate_after_reply(event: ReplyClassified) -> None:
    """A reply was read: a positive one gets its lead a setter. Idempotent: an assigned lead is kept."""
    _rotate(event.workspace_id, event.lead_id, event.tag, event.message_id)


def rotate_after_sentiment(event: SentimentChanged) -> None:
    """The tag changed, whoever changed it; without a message the latest reply says the channel."""
    _rotate(event.workspace_id, event.lead_id, event.new, event.message_id)


def rotate_arrivals(event: LeadsRouted) -> None:
    """Leads that arrive positive get a setter of their new workspace."""
    with tenant(event.workspace_id):
        # Counted in the hours and by the targets of where they came from until now.
        refresh_due(*event.lead_ids)
        arrived = Lead.objects.in_workspace(event.workspace_id).unassigned().filter(pk__in=event.lead_ids)
        positive = dict(arrived.filter(sentiment_tag__in=sorted(POSITIVE)).values_list("pk", "sentiment_tag"))
    for lead_id in event.lead_ids:
        if lead_id in positive:
            _rotate(event.workspace_id, lead_id, positive[lead_id], None, source=AssignmentSource.ROUTING)


def tell_leads_routed(event: LeadsRouted) -> None:
    """Tell the destination about arrivals of rules that ask for it. Idempotent by the log rows' ids."""
    logs = _wanted_logs(event)
    if not logs:
        return
    first_minute = min(created for _, created, _, _ in logs).replace(second=0, microsecond=0)
    with tenant(event.workspace_id):
        told = _arrivals_before(event, first_minute)
        singles = logs[: max(0, SINGLE_NOTICES - told)]
        for log_id, _, lead_id, ways in singles:
            announce(
                Notice(
                    workspace_id=event.workspace_id,
                    kind=KIND,
                    text="A new lead arrived.",
                    lead_id=lead_id,
                    notice_key=str(log_id),
                    ways=ways,
                )
            )
        others = logs[len(singles) :]
        if others:
            rest = len(others)
            announce(
                Notice(
                    workspace_id=event.workspace_id,
                    kind=KIND,
                    text=f"{rest} more {'lead' if rest == 1 else 'leads'} arrived.",
                    notice_key=f"digest:{event.log_ids[0]}",
                    ways=tuple(sorted({way for _, _, _, ways in others for way in ways})),
                )
            )


def _rotate(
    workspace_id: UUID | None,
    lead_id: UUID,
    tag: str,
    message_id: UUID | None,
    *,
    source: str = AssignmentSource.ROUND_ROBIN,
) -> None:
    assert workspace_id is not None
    if not should_assign(tag):
        return
    with tenant(workspace_id):
        channel = _channel_of(message_id) if message_id else latest_channel(lead_id)
    try:
        maybe_assign_lead(lead_id, workspace_id, sentiment=tag, channel=channel, source=source)
    except NotVisible as error:
        raise Permanent(f"No lead {lead_id} in this workspace") from error


def _channel_of(message_id: UUID) -> str | None:
    return Message.objects.filter(pk=message_id).values_list("channel", flat=True).first()


def _wanted_logs(event: LeadsRouted) -> list[tuple[UUID, datetime, UUID, tuple[str, ...]]]:
    """Log rows whose rule asks for a notice, with its ways; the rules are the source's, which only it sees."""
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
        telling = {pk: tuple(actions.get("notify_via", ())) for pk, actions in rules.values_list("pk", "actions")}
    return [
        (log_id, created, lead_id, ways)
        for log_id, created, lead_id, rule_id in rows
        if rule_id and (ways := telling.get(rule_id))
    ]


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
