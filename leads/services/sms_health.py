"""What texting a lead was like the last times."""

from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Now

from leads.metrics import count_sms_blocked
from leads.models import Lead
from leads.rules.filling import fill_phone
from zrg.lib.phone import PhoneResolution

SMS_DND = "sms_dnd"
BLOCKED_REASONS = frozenset([SMS_DND, "missing_phone", "invalid_country_code", "phone_normalization_failed"])
"""Why a person cannot be texted at all, as opposed to a provider that is down."""
DND_TRUSTED_FOR = timedelta(hours=1)
"""How long a do-not-disturb of the provider is taken as it was told."""


def is_dnd_fresh(lead: Lead, now: datetime) -> bool:
    """Whether the provider said so lately that the person does not want SMS."""
    told_at = lead.sms_dnd_updated_at
    return lead.sms_dnd_active and told_at is not None and now - told_at < DND_TRUSTED_FOR


def is_sms_blocked(lead: Lead) -> bool:
    """Whether the last attempt to text the lead was refused for who they are."""
    blocked_at, success_at = lead.sms_last_blocked_at, lead.sms_last_success_at
    return blocked_at is not None and (success_at is None or blocked_at > success_at)


def note_sms_blocked(lead: Lead, reason: str, *, now: datetime, told_by_provider: bool) -> None:
    """Count one refusal of `BLOCKED_REASONS`. Only the provider's own word (not our memory of it) keeps
    a do-not-disturb alive, so that it is asked again after an hour.
    """
    count_sms_blocked(reason)
    dnd = {"sms_dnd_active": True, "sms_dnd_updated_at": now} if reason == SMS_DND and told_by_provider else {}
    Lead.objects.filter(pk=lead.pk).update(
        sms_last_blocked_at=now,
        sms_last_blocked_reason=reason,
        sms_consecutive_blocked_count=F("sms_consecutive_blocked_count") + 1,
        changed_at=Now(),
        updated_at=Now(),
        **dnd,
    )


def note_sms_success(lead: Lead, phone: PhoneResolution, *, now: datetime) -> None:
    """An SMS was accepted: nothing blocks any more, and the number it went to is the lead's."""
    dnd = {"sms_dnd_active": False, "sms_dnd_updated_at": now} if lead.sms_dnd_active else {}
    Lead.objects.filter(pk=lead.pk).update(
        sms_last_success_at=now,
        sms_consecutive_blocked_count=0,
        changed_at=Now(),
        updated_at=Now(),
        **dnd,
        **fill_phone(lead, phone, None),
    )
