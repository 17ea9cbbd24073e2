"""A person corrects who the lead is (07 R9, Contact)."""

from collections.abc import Mapping

import structlog
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from leads.errors import ProfileTaken
from leads.models import Lead
from leads.rules.contact_editing import FIELDS, contact_changes
from leads.services.changes import announce_data_change
from leads.services.ghl_contacts import request_contact_sync
from zrg.lib import log_events
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)


def edit_contact(lead: Lead, given: Mapping[str, str], *, by: User) -> frozenset[str]:
    """Write what differs and return the names of its columns. Idempotent by value, audited with the old values.

    Raises what `contact_changes` raises, and `ProfileTaken` when another lead has the profile. A new phone
    goes to the lead's CRM contact too. The caller has checked the permission.
    """
    with transaction.atomic():
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        changes = contact_changes(locked, given)
        if not changes:
            return frozenset()
        try:
            with transaction.atomic():
                Lead.objects.filter(pk=locked.pk).update(**changes, changed_at=Now(), updated_at=Now())
        except IntegrityError as error:
            raise ProfileTaken from error
        told = sorted(set(changes) & set(FIELDS) | ({"phone"} if "phone_raw" in changes else set()))
        record_audit(
            "lead.contact_edited",
            actor=by,
            workspace=locked.workspace_id,
            obj=locked,
            before={name: getattr(locked, name) for name in told},
            after={**{name: changes.get(name) for name in told}, "fields": ", ".join(told)},
        )
        if changes.get("phone"):
            request_contact_sync(locked.workspace_id, locked.pk)
    for name, value in changes.items():
        setattr(lead, name, value)
    announce_data_change(lead)
    logger.info(log_events.LEAD_CONTACT_EDITED, lead=str(lead.pk), fields=told)
    return frozenset(changes)
