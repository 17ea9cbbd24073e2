"""What becomes of the inbox's rows when a person merges two leads."""

from uuid import UUID

from django.utils.translation import gettext

from inbox.enums import (
    DeliveryStatus,
    DraftClosedReason,
    DraftEventSource,
    DraftStatus,
    OrderState,
)
from inbox.models import BulkItem, ConversationSync, Draft, DraftRequest, LeadView, Message, SendOrder
from inbox.models.draft import ENGINE_ORIGINS
from inbox.querysets import DraftQuerySet
from inbox.services.closing import close_draft
from inbox.services.orders import hold_orders_of
from inbox.services.review_posts import outdate_review_posts
from inbox.services.stop_future import request_stop
from leads.enums import LeadStatus
from leads.errors import MergeRefused
from leads.models import Lead
from leads.registry import MergedLeads

LEADS_MERGED = "leads_merged"


def merge_drafts(keep_id: UUID, drop_id: UUID) -> None:
    """Drafts move. Where both leads have a reply waiting on a channel, the one of the lead that stays is kept.

    What was ordered for the lead that goes and has not left is held first: it was written for another
    thread, and would now leave for another address. While a message is on its way nothing is merged.
    """
    _refuse_while_sending((keep_id, drop_id))
    hold_orders_of(drop_id, LEADS_MERGED)
    taken = list(_waiting_replies(keep_id).values_list("channel", flat=True))
    for draft in _waiting_replies(drop_id).filter(channel__in=taken).select_for_update():
        close_draft(
            draft,
            DraftStatus.SUPERSEDED,
            DraftClosedReason.SUPERSEDED_BY_NEWER_INBOUND,
            source=DraftEventSource.SYSTEM,
            reason=LEADS_MERGED,
        )
    Draft.objects.of_lead(drop_id).update(lead_id=keep_id)
    # Buttons under their posts still name the lead that goes.
    for draft in Draft.objects.of_lead(keep_id).pending().filter(auto_send_slack_notified=True):
        outdate_review_posts(draft)


def merge_views(keep_id: UUID, drop_id: UUID) -> None:
    """Who saw the thread that stays keeps that; nobody is told to have seen what they did not."""
    LeadView.objects.filter(lead_id=drop_id).delete()


def merge_syncs(keep_id: UUID, drop_id: UUID) -> None:
    """The conversation that stays has not been compared with all of it: the next opening does."""
    ConversationSync.objects.filter(lead_id__in=[keep_id, drop_id]).delete()


def merge_draft_requests(keep_id: UUID, drop_id: UUID) -> None:
    """What was asked for the lead that goes is asked again for the one that stays, if anybody still wants it."""
    DraftRequest.objects.of_lead(drop_id).delete()


def merge_bulk_items(keep_id: UUID, drop_id: UUID) -> None:
    """What a run did to the lead that goes is no longer undone; the one that stays may be in the same run."""
    BulkItem.objects.filter(lead_id=drop_id).delete()


def stop_campaigns_of_merged(merged: MergedLeads) -> None:
    """Where the lead that stays is stopped, the campaign of the one that went would go on at the provider."""
    lead = Lead.objects.in_workspace(merged.workspace_id).get(pk=merged.keep_id)
    if lead.status == LeadStatus.BLACKLISTED:
        request_stop(lead, again=True)


def _refuse_while_sending(lead_ids: tuple[UUID, UUID]) -> None:
    orders = SendOrder.objects.filter(lead_id__in=lead_ids, state=OrderState.TAKEN)
    messages = Message.objects.filter(lead_id__in=lead_ids, delivery_status=DeliveryStatus.SENDING)
    if orders.exists() or messages.exists():
        raise MergeRefused(gettext("A message to one of the leads is being sent. Try again in a minute."))


def _waiting_replies(lead_id: UUID) -> DraftQuerySet:
    return Draft.objects.of_lead(lead_id).pending().exclude(origin__in=ENGINE_ORIGINS)
