"""Phones of the team are never phones of leads."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext

from leads.models import Lead
from notifications.rules.delivery_words import mask_target
from zrg.lib.phone import PhoneResolution, phone_match_keys, phones_match
from zrg.workspaces.models import WorkspaceSettings


def phones_of_leads(workspace_id: UUID, phones: Iterable[str]) -> frozenset[str]:
    """Those of these E.164 numbers that belong to a lead of the workspace; one query."""
    asked = list(dict.fromkeys(phones))
    if not asked:
        return frozenset()
    keys = {key for phone in asked for key in phone_match_keys(phone, None)}
    rows = Lead.objects.in_workspace(workspace_id).filter(
        Q(phone__in=asked) | Q(phone__isnull=True, phone_national__in=keys)
    )
    known = [
        PhoneResolution(e164=e164, national=national) for e164, national in rows.values_list("phone", "phone_national")
    ]
    return frozenset(phone for phone in asked if any(phones_match(PhoneResolution(e164=phone), lead) for lead in known))


def check_phones(row: WorkspaceSettings) -> None:
    """Refuse to keep a lead's number as one of the team: it would be told about itself."""
    taken = phones_of_leads(row.workspace_id, row.notification_phones)
    if taken:
        listed = ", ".join(mask_target(phone) for phone in sorted(taken))
        raise ValidationError(
            gettext("A lead has this number: {listed}. It would be told about itself.").format(listed=listed),
            code="lead_phone",
        )
