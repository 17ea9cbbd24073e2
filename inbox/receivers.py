"""What the inbox does when an app below announces something."""

from inbox.enums import DraftClosedReason
from inbox.services.flags import refresh_lead_flags
from inbox.services.stopping import cancel_waiting_orders, reject_pending_drafts
from leads.contracts import LeadStopped
from leads.enums import LeadStatus
from leads.models import Lead
from zrg.workspaces.context import tenant


def close_drafts_of_stopped_lead(event: LeadStopped) -> None:
    """A lead stopped from below (import, admin) keeps no pending draft and no waiting order."""
    assert event.workspace_id is not None
    with tenant(event.workspace_id):
        lead = Lead.objects.select_for_update().filter(pk=event.lead_id).first()
        if lead is None or lead.status not in (LeadStatus.BLACKLISTED, LeadStatus.UNQUALIFIED):
            return
        reject_pending_drafts(event.lead_id, DraftClosedReason.LEAD_OPTED_OUT)
        cancel_waiting_orders(event.lead_id, event.reason)
        refresh_lead_flags(event.lead_id)
