"""Saying that facts of a lead changed."""

import uuid

from leads.contracts import LeadDataChanged
from leads.models import Lead
from zrg.jobs.services.announce import announce


def announce_data_change(lead: Lead) -> None:
    """Wake follow-ups that wait for a missing fact; others have nothing to recheck."""
    if lead.followups_blocked:
        announce(LeadDataChanged(workspace_id=lead.workspace_id, lead_id=lead.pk, change_id=uuid.uuid4().hex))
