"""Taking row locks in the one order that is used everywhere: lead, then draft, order or message.

Two transactions that lock in different orders can wait for each other for ever; everything that decides
about a lead's texts starts here.
"""

from uuid import UUID

from inbox.models import Draft, Message
from leads.models import Lead
from zrg.lib.errors import NotVisible

MERGE_TRIES = 3
"""A merge may move a row to another lead between reading its lead and locking it."""


def lock_lead_and_draft(draft_id: UUID) -> tuple[Lead, Draft]:
    """Both rows, locked; `NotVisible` when the draft is gone."""
    for _ in range(MERGE_TRIES):
        lead_id = Draft.objects.filter(pk=draft_id).values_list("lead_id", flat=True).first()
        if lead_id is None:
            break
        lead = _locked(lead_id)
        draft = Draft.objects.select_for_update().filter(pk=draft_id).first()
        if lead is not None and draft is not None and draft.lead_id == lead.pk:
            return lead, draft
    raise NotVisible


def lock_lead_and_message(message_id: UUID) -> tuple[Lead, Message]:
    """Both rows, locked; `NotVisible` when the message is gone."""
    for _ in range(MERGE_TRIES):
        lead_id = Message.objects.filter(pk=message_id).values_list("lead_id", flat=True).first()
        if lead_id is None:
            break
        lead = _locked(lead_id)
        message = Message.objects.select_for_update().filter(pk=message_id).first()
        if lead is not None and message is not None and message.lead_id == lead.pk:
            return lead, message
    raise NotVisible


def _locked(lead_id: UUID) -> Lead | None:
    return Lead.objects.select_for_update().filter(pk=lead_id).first()
