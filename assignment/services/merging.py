"""What becomes of the ledgers of assignment when a person merges two leads.

The history of setters moves to the lead that stays. The records of routing keep the id they were written
for, as they do when a lead is deleted: they are append-only, and a delivery must stay the one its log row
names. Where they are shown, the leads merged into one are asked for as well (`absorbed_ids`).
"""

from uuid import UUID

from django.db import connection

from assignment.enums import AssignmentSource
from assignment.models import LeadAssignmentEvent
from assignment.services.rotation import record_event
from leads.models import Lead
from leads.registry import MergedLeads


def merge_assignment_events(keep_id: UUID, drop_id: UUID) -> None:
    """Rows move by a function of the table's owner, the only role that may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT zrg_merge_assignment_events(%s::uuid, %s::uuid)", [keep_id, drop_id])


def keep_routing_records(keep_id: UUID, drop_id: UUID) -> None:
    """Logs and attributions stay as they are."""


def explain_assignment(merged: MergedLeads) -> None:
    """Where the joint history ends with another setter than the lead has, a row says who decided so."""
    events = LeadAssignmentEvent.objects.in_workspace(merged.workspace_id).filter(lead_id=merged.keep_id)
    newest = events.newest_first().first()
    setter_id = Lead.objects.values_list("assigned_to_id", flat=True).get(pk=merged.keep_id)
    if newest is None or newest.assigned_to_id == setter_id:
        return
    record_event(
        LeadAssignmentEvent(
            workspace_id=merged.workspace_id,
            lead_id=merged.keep_id,
            assigned_to_id=setter_id,
            previous_assigned_to_id=newest.assigned_to_id,
            assigned_by_id=merged.by_id,
            source=AssignmentSource.MANUAL,
        )
    )
