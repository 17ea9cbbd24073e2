"""Telling the campaign provider that a stopped lead gets no further campaign step."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from integrations.emailbison import client as emailbison
from integrations.services.clients import get_client
from integrations.services.connections import active_email_provider
from leads.models import Lead
from zrg.jobs.errors import Cancelled, Reschedule
from zrg.workspaces.context import tenant

RETRY_AFTER = timedelta(minutes=10)


class StopRefused(RuntimeError):
    """The provider did not confirm the stop; the job is tried again."""


def stop_future_emails(workspace_id: UUID, lead_id: UUID) -> None:
    """Stop the lead's campaign at EmailBison. Repeating it is harmless."""
    with tenant(workspace_id):
        lead = Lead.objects.select_related("email_campaign").filter(pk=lead_id).first()
        provider = active_email_provider(workspace_id)
    if lead is None or lead.email_campaign is None or not lead.email_bison_lead_id:
        raise Cancelled("no campaign to stop")
    if provider != "EMAILBISON" or lead.email_campaign.provider != provider:
        raise Cancelled("campaign of another provider")
    result = get_client(workspace_id, emailbison.SPEC).stop_future_emails(
        lead.email_campaign.bison_campaign_id, [lead.email_bison_lead_id]
    )
    if result.code == "not_found":
        raise Cancelled("unknown at the provider")
    if result.code == "rate_limited":
        wait = timedelta(seconds=result.retry_after) if result.retry_after else RETRY_AFTER
        raise Reschedule(timezone.now() + wait, "rate limited")
    if not result.ok:
        raise StopRefused(f"{result.outcome}: {result.code}")
