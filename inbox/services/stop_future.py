"""Telling the campaign provider that a stopped lead gets no further campaign step."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from integrations.emailbison import client as emailbison
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from integrations.services.connections import active_email_provider
from leads.enums import LeadStatus
from leads.models import EmailCampaign, Lead
from leads.services.merging import absorbed_leads
from zrg.jobs.errors import Cancelled, Reschedule
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.enqueue import enqueue_job, job_key, requeue_job
from zrg.workspaces.context import tenant

PROVIDER = "EMAILBISON"
STOP_FUTURE_EMAILS = "STOP_FUTURE_EMAILS"
RETRY_AFTER = timedelta(minutes=10)


class StopRefused(RuntimeError):
    """The provider did not confirm the stop; the job is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A lead in a campaign, by the ids the provider knows both under."""

    campaign_id: str
    lead_id: str


def request_stop(lead: Lead, *, again: bool) -> None:
    """Queue the stop where the provider may know the lead; `again` when this is a new reason to tell it."""
    if not (lead.email_bison_lead_id or absorbed_leads(lead.workspace_id, lead.pk)):
        return
    key = _key(lead)
    queued = enqueue_job(STOP_FUTURE_EMAILS, lead.workspace_id, dedupe_key=key, payload={"lead_id": str(lead.pk)})
    if again and not queued:
        requeue_job(key)


def request_stop_once(lead: Lead) -> None:
    """As `request_stop`, unless the stop in force was told (or is about to be) already."""
    told = BackgroundJob.objects.filter(dedupe_key=job_key(_key(lead)), updated_at__gte=lead.blacklisted_at)
    if not told.exists():
        request_stop(lead, again=True)


def refuse_step(lead: Lead, place: Place) -> None:
    """A campaign step reached somebody who is stopped: no further one of that campaign, whoever started it."""
    if lead.status != LeadStatus.BLACKLISTED:
        return
    key = f"{_key(lead)}:{place.campaign_id}:{place.lead_id}"
    payload = {"lead_id": str(lead.pk), "campaign": place.campaign_id, "provider_lead": place.lead_id}
    if not enqueue_job(STOP_FUTURE_EMAILS, lead.workspace_id, dedupe_key=key, payload=payload):
        requeue_job(key)


def stop_future_emails(workspace_id: UUID, lead_id: UUID, place: Place | None = None) -> None:
    """Stop the lead's campaign at EmailBison, and those of the leads merged into it; or the one at `place`.
    Repeating it is harmless.
    """
    with tenant(workspace_id):
        lead = Lead.objects.filter(pk=lead_id).first()
        if active_email_provider(workspace_id) != PROVIDER or lead is None:
            raise Cancelled("no campaign of the active provider")
        places = [place] if place else _places(lead)
    if not places:
        raise Cancelled("no campaign to stop")
    client = get_client(workspace_id, emailbison.SPEC)
    for one in places:
        _check(client.stop_future_emails(one.campaign_id, [one.lead_id]))


def _check(result: ProviderResult) -> None:
    if result.ok or result.code == "not_found":  # unknown there: nothing is sent from there
        return
    if result.code == "rate_limited":
        wait = timedelta(seconds=result.retry_after) if result.retry_after else RETRY_AFTER
        raise Reschedule(timezone.now() + wait, "rate limited")
    raise StopRefused(f"{result.outcome}: {result.code}")


def _places(lead: Lead) -> list[Place]:
    known = [(lead.email_campaign_id, lead.email_bison_lead_id)]
    known += [(one.email_campaign_id, one.email_bison_lead_id) for one in absorbed_leads(lead.workspace_id, lead.pk)]
    campaigns = EmailCampaign.objects.in_workspace(lead.workspace_id).filter(
        pk__in=[campaign for campaign, _ in known if campaign], provider=PROVIDER
    )
    names = dict(campaigns.values_list("pk", "bison_campaign_id"))
    places = [
        Place(campaign_id=names[campaign], lead_id=provider_lead)
        for campaign, provider_lead in known
        if campaign in names and provider_lead
    ]
    return list(dict.fromkeys(places))


def _key(lead: Lead) -> str:
    return f"{lead.workspace_id}:{lead.pk}:{STOP_FUTURE_EMAILS}"
