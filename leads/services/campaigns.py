"""Campaigns appear when a provider first mentions them."""

import unicodedata
from uuid import UUID

from django.db import connection, transaction

from leads.models import EmailCampaign, SmsCampaign

# Asked by every event that names a campaign, so it is not put together anew for each.
_KNOWN = "SELECT id, name FROM leads_emailcampaign WHERE workspace_id = %s AND provider = %s AND bison_campaign_id = %s"
MAX_NAME = 255
MAX_PROVIDER_ID = 64


def upsert_email_campaign(
    workspace_id: UUID, provider: str, campaign_id: str, name: str | None = None
) -> EmailCampaign | None:
    """The campaign with this id of the provider, made if new; a changed name is taken over.

    Idempotent by (workspace, provider, id). None for an id that is blank or too long.
    """
    campaign_id = str(campaign_id).strip()
    if not campaign_id or len(campaign_id) > MAX_PROVIDER_ID:
        return None
    shown = (name or "").strip()[:MAX_NAME]
    campaign, created = _known_campaign(workspace_id, provider, campaign_id), False
    if campaign is None:
        campaign, created = EmailCampaign.objects.only("name").get_or_create(
            workspace_id=workspace_id, provider=provider, bison_campaign_id=campaign_id, defaults={"name": shown}
        )
    if not created and shown and campaign.name != shown:
        campaign.name = shown
        campaign.save(update_fields=["name", "updated_at"])
    return campaign


def _known_campaign(workspace_id: UUID, provider: str, campaign_id: str) -> EmailCampaign | None:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [workspace_id, str(provider), campaign_id])
        row = cursor.fetchone()
    return EmailCampaign.from_db(connection.alias, ("id", "name"), row) if row else None


def upsert_sms_campaign(workspace_id: UUID, label: str | None) -> SmsCampaign | None:
    """The label's campaign, made if new, keeping the name as first seen; None for a blank label."""
    name = (label or "").strip()[:MAX_NAME]
    normalized = normalize_label(name)[:MAX_NAME]
    if not normalized:
        return None
    with transaction.atomic():
        campaign, _created = SmsCampaign.objects.get_or_create(
            workspace_id=workspace_id, name_normalized=normalized, defaults={"name": name}
        )
    return campaign


def normalize_label(label: str) -> str:
    """NFKC, trimmed, inner white space collapsed, lower case."""
    return " ".join(unicodedata.normalize("NFKC", label).split()).lower()
