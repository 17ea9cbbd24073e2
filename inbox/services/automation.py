"""Small switches of a lead that follow from what was said (02, effects of LEAD_REPLIED)."""

from uuid import UUID

from inbox.rules.tags import POSITIVE
from leads.models import Lead
from zrg.workspaces.models import WorkspaceSettings


def apply_reply_switches(lead_id: UUID) -> None:
    """A positive reply may turn follow-ups on (workspace setting); any other ends pending enrichment."""
    lead = Lead.objects.only("workspace_id", "sentiment_tag").get(pk=lead_id)
    if lead.sentiment_tag not in POSITIVE:
        apply_enrichment_switch(lead_id)
        return
    if WorkspaceSettings.objects.filter(workspace_id=lead.workspace_id, auto_follow_ups_on_reply=True).exists():
        Lead.objects.filter(pk=lead_id).update(auto_follow_up_enabled=True)


def apply_enrichment_switch(lead_id: UUID) -> None:
    """Nobody looks up the phone of a person who did not answer positively."""
    Lead.objects.filter(pk=lead_id, enrichment_status="pending").update(enrichment_status="not_needed")
