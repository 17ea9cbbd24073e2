"""Telling open pages that something about a lead changed."""

from uuid import UUID

from django.db.models.functions import Now

from leads.models import Lead


def touch_lead(lead_id: UUID) -> None:
    """Bump `changed_at`: open lists fetch the row again. Never moves the lead in the list."""
    Lead.objects.filter(pk=lead_id).update(changed_at=Now())
