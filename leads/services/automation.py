"""Switches of one lead: whether the AI answers alone, follows up, books (07 R9)."""

import uuid

import structlog
from django.db import transaction
from django.db.models.functions import Now

from leads.contracts import LeadAutomationChanged
from leads.enums import Automation, LeadStatus
from leads.errors import LeadIsStopped
from leads.models import Lead
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.workspaces.models import User, WorkspaceSettings
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

# The column of the workspace's own switch, which acts beside the lead's.
WORKSPACE_COLUMNS = {
    Automation.AUTO_REPLY: "auto_send_enabled",
    Automation.FOLLOW_UPS: "auto_follow_ups_on_reply",
    Automation.AUTO_BOOK: "auto_book_meetings",
}


def set_automation(lead: Lead, switch: Automation, *, on: bool, by: User) -> bool:
    """Turn one switch of a lead on or off; returns whether it changed. Idempotent by value, audited.

    Raises `LeadIsStopped` when somebody turns a switch of a stopped lead on.
    """
    with transaction.atomic():
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        if on and locked.status == LeadStatus.BLACKLISTED:
            raise LeadIsStopped
        setattr(lead, switch.column, on)
        if getattr(locked, switch.column) == on:
            return False
        Lead.objects.filter(pk=lead.pk).update(**{switch.column: on}, changed_at=Now(), updated_at=Now())
        state = "on" if on else "off"
        record_audit(
            "lead.automation_set",
            actor=by,
            workspace=locked.workspace_id,
            obj=locked,
            before={"state": "off" if on else "on"},
            after={"switch": switch.label.lower(), "state": state},
        )
        announce(
            LeadAutomationChanged(
                workspace_id=locked.workspace_id,
                lead_id=locked.pk,
                switch=switch.value,
                on=on,
                change_id=uuid.uuid4().hex,
            )
        )
    logger.info(log_events.LEAD_AUTOMATION_SET, lead=str(lead.pk), switch=switch.value, state=state)
    return True


def workspace_defaults(workspace_id: uuid.UUID) -> dict[Automation, bool]:
    """What the workspace does by itself, for each switch."""
    row = WorkspaceSettings.objects.filter(workspace_id=workspace_id).values(*WORKSPACE_COLUMNS.values()).first() or {}
    return {switch: bool(row.get(column)) for switch, column in WORKSPACE_COLUMNS.items()}
