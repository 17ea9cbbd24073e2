"""What the inbox does when an app below announces something."""

from inbox.contracts import SentimentChanged
from inbox.enums import DraftClosedReason
from inbox.rules.tags import is_positive
from inbox.services.automation import apply_enrichment_switch
from inbox.services.drafting.requests import draft_after_tag
from inbox.services.flags import refresh_lead_flags
from inbox.services.sentiment import CAUSE_INBOUND
from inbox.services.stop_future import request_stop_once
from inbox.services.stopping import cancel_waiting_orders, reject_pending_drafts
from leads.contracts import LeadStopped
from leads.enums import LeadStatus
from leads.models import Lead
from leads.services.enrichment_sources import ask_after_reply
from zrg.workspaces.context import tenant


def enrich_after_sentiment(event: SentimentChanged) -> None:
    """A tag that no reply caused (a person, a sheet, a sweep) asks or stops asking; for replies the pipeline
    does that. Idempotent: nothing is asked twice.
    """
    assert event.workspace_id is not None
    if event.cause == CAUSE_INBOUND:
        return
    with tenant(event.workspace_id):
        lead = Lead.objects.in_workspace(event.workspace_id).filter(pk=event.lead_id).first()
        if lead is None:
            return
        if is_positive(lead.sentiment_tag):
            ask_after_reply(lead)
        else:
            apply_enrichment_switch(lead.pk)


def draft_after_sentiment(event: SentimentChanged) -> None:
    """A person set a tag that gets drafts: each channel the lead wrote on gets one. Idempotent: a channel for
    which a draft waits or is being written gets none.
    """
    assert event.workspace_id is not None
    if event.actor_id is None:
        return
    with tenant(event.workspace_id):
        lead = Lead.objects.select_for_update().filter(pk=event.lead_id).first()
        if lead is not None and lead.sentiment_tag == event.new:
            draft_after_tag(lead, by_id=event.actor_id)


def close_drafts_of_stopped_lead(event: LeadStopped) -> None:
    """A lead stopped from below (import, admin) keeps no pending draft, no waiting order and no campaign."""
    assert event.workspace_id is not None
    with tenant(event.workspace_id):
        lead = Lead.objects.select_for_update().filter(pk=event.lead_id).first()
        if lead is None or lead.status not in (LeadStatus.BLACKLISTED, LeadStatus.UNQUALIFIED):
            return
        reject_pending_drafts(event.lead_id, DraftClosedReason.LEAD_OPTED_OUT)
        cancel_waiting_orders(event.lead_id, event.reason)
        if lead.status == LeadStatus.BLACKLISTED:
            request_stop_once(lead)
        refresh_lead_flags(event.lead_id)
