"""Small switches of a lead that follow from what was said (02, effects of LEAD_REPLIED)."""

from uuid import UUID

from django.db import connection

from inbox.rules.tags import POSITIVE
from leads.models import Lead

# Nothing is written where nothing changes: an update of a lead costs an entry in each of its indexes.
_SWITCHES = """
UPDATE leads_lead SET
    enrichment_status = CASE WHEN sentiment_tag = ANY (%(positive)s) THEN enrichment_status ELSE 'not_needed' END,
    auto_follow_up_enabled = auto_follow_up_enabled OR sentiment_tag = ANY (%(positive)s)
WHERE id = %(lead)s
  AND CASE WHEN sentiment_tag = ANY (%(positive)s)
      THEN NOT auto_follow_up_enabled AND EXISTS (
          SELECT 1 FROM workspaces_workspacesettings own
          WHERE own.workspace_id = leads_lead.workspace_id AND own.auto_follow_ups_on_reply)
      ELSE enrichment_status = 'pending' END
"""


def apply_reply_switches(lead_id: UUID) -> None:
    """A positive reply may turn follow-ups on (workspace setting); any other ends pending enrichment."""
    with connection.cursor() as cursor:
        cursor.execute(_SWITCHES, {"lead": lead_id, "positive": sorted(POSITIVE)})


def apply_enrichment_switch(lead_id: UUID) -> None:
    """Nobody looks up the phone of a person who did not answer positively."""
    Lead.objects.filter(pk=lead_id, enrichment_status="pending").update(enrichment_status="not_needed")
