"""Taking row locks in the one order that is used everywhere: lead, then draft, order or message.

Two transactions that lock in different orders can wait for each other for ever; everything that decides
about a lead's texts starts here.
"""

from typing import TypeVar
from uuid import UUID

from inbox.models import Draft, Message
from leads.models import Lead
from zrg.lib.errors import NotVisible

Row = TypeVar("Row", Draft, Message)
MERGE_TRIES = 3
"""A merge may move a row to another lead between reading its lead and locking it."""


def lock_lead_and_draft(draft_id: UUID) -> tuple[Lead, Draft]:
    """Both rows, locked; `NotVisible` when the draft is gone."""
    return _lock_with_lead(Draft, draft_id)


def lock_lead_and_message(message_id: UUID) -> tuple[Lead, Message]:
    """Both rows, locked; `NotVisible` when the message is gone."""
    return _lock_with_lead(Message, message_id)


def _lock_with_lead(model: type[Row], pk: UUID) -> tuple[Lead, Row]:
    for _ in range(MERGE_TRIES):
        lead_id = model.objects.filter(pk=pk).values_list("lead_id", flat=True).first()
        if lead_id is None:
            break
        lead = Lead.objects.select_for_update().filter(pk=lead_id).first()
        row = model.objects.select_for_update().filter(pk=pk).first()
        if lead is not None and row is not None and row.lead_id == lead.pk:
            return lead, row
    raise NotVisible
