"""What assignment does when a reply was read, a tag was set, leads arrived in a workspace."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from assignment.contracts import LeadsRouted
from assignment.enums import AssignmentSource
from assignment.rules.rotation import POSITIVE, should_assign
from assignment.services.rotation import latest_channel, maybe_assign_lead
from assignment.services.routing.arrivals import tell_arrivals
from inbox.contracts import ReplyClassified, SentimentChanged
from inbox.models import Message
from leads.models import Lead
from leads.services.reply_times import refresh_due
from zrg.jobs.errors import Permanent
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant


def rotate_after_reply(event: ReplyClassified) -> None:
    """A reply was read: a positive one gets its lead a setter. Idempotent: an assigned lead is kept."""
    with _lead_must_exist(event.lead_id):
        _rotate(event.workspace_id, event.lead_id, event.tag, event.message_id)


def rotate_after_sentiment(event: SentimentChanged) -> None:
    """The tag changed, whoever changed it; without a message the latest reply says the channel."""
    with _lead_must_exist(event.lead_id):
        _rotate(event.workspace_id, event.lead_id, event.new, event.message_id)


def rotate_arrivals(event: LeadsRouted) -> None:
    """Leads that arrive positive get a setter of their new workspace. One that is gone or moved on keeps no other
    waiting.
    """
    with tenant(event.workspace_id):
        # Counted in the hours and by the targets of where they came from until now.
        refresh_due(*event.lead_ids)
        arrived = Lead.objects.in_workspace(event.workspace_id).unassigned().filter(pk__in=event.lead_ids)
        positive = dict(arrived.filter(sentiment_tag__in=sorted(POSITIVE)).values_list("pk", "sentiment_tag"))
    for lead_id in event.lead_ids:
        if lead_id in positive:
            with suppress(NotVisible):
                _rotate(event.workspace_id, lead_id, positive[lead_id], None, source=AssignmentSource.ROUTING)


def tell_leads_routed(event: LeadsRouted) -> None:
    """Tell the destination about arrivals of rules that ask for it. Idempotent by the event's key."""
    tell_arrivals(event)


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
    maybe_assign_lead(lead_id, workspace_id, sentiment=tag, channel=channel, source=source)


@contextmanager
def _lead_must_exist(lead_id: UUID) -> Iterator[None]:
    try:
        yield
    except NotVisible as error:
        raise Permanent(f"No lead {lead_id} in this workspace") from error


def _channel_of(message_id: UUID) -> str | None:
    return Message.objects.filter(pk=message_id).values_list("channel", flat=True).first()
