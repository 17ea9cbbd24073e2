"""What leads do when an app below announces or hands over something."""

from uuid import UUID

import structlog
from django.db.models import F
from django.db.models.functions import Greatest, Now

from integrations.contracts import (
    EmailOpened,
    EnrichmentAnswer,
    LeadPush,
    LinkedInConnected,
    ProviderIds,
    ProviderSwitched,
)
from leads.enums import LeadSource, LinkedInConnection
from leads.errors import NoUsableIdentity
from leads.models import Lead
from leads.services.enrichment_answers import apply_answer
from leads.services.linkedin import LinkedInFacts, note_linkedin
from leads.services.matching import find_lead, find_or_create_lead
from leads.services.pushing import take_push
from zrg.lib import log_events
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

CLEAR_BATCH = 2_000


def receive_email_opened(contract: EmailOpened) -> str:
    """Count an opened e-mail on an existing lead; nobody becomes a lead by opening one."""
    match = find_lead(contract.workspace_id, contract.person, contract.ids)
    if match is None:
        return "ignored:unknown_lead"
    Lead.objects.filter(pk=match.lead.pk).update(
        email_open_count=F("email_open_count") + 1,
        email_last_opened_at=Greatest(F("email_last_opened_at"), contract.opened_at),
        updated_at=Now(),
    )
    return "processed"


def receive_enrichment_answer(contract: EnrichmentAnswer) -> str:
    """Fill what Clay found into the lead that was asked about."""
    return apply_answer(contract)


def receive_pushed_lead(contract: LeadPush) -> str:
    """A lead that another program collected."""
    return take_push(contract)


def receive_linkedin_connected(contract: LinkedInConnected) -> str:
    """The lead this member is, made if there is none, is connected with the workspace's account now."""
    ids = ProviderIds(linkedin_id=contract.linkedin_id, linkedin_url=contract.profile_url)
    try:
        match = find_or_create_lead(contract.workspace_id, contract.person, ids, source=LeadSource.WEBHOOK)
    except NoUsableIdentity:
        return "ignored:no_usable_identity"
    facts = LinkedInFacts(connection=LinkedInConnection.CONNECTED, reached=True)
    note_linkedin(match.lead, facts, at=contract.received_at)
    return "processed"


def drop_provider_ids(event: ProviderSwitched) -> None:
    """Forget the former provider's ids of every lead: at the new one they name strangers. Idempotent."""
    assert event.workspace_id is not None
    dropped, last = 0, UUID(int=0)
    while True:
        with tenant(event.workspace_id):
            holding = Lead.objects.in_workspace(event.workspace_id).holding_provider_ids()
            ids = list(holding.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CLEAR_BATCH])
            Lead.objects.filter(pk__in=ids).update(
                email_bison_lead_id=None, sender_account_id=None, changed_at=Now(), updated_at=Now()
            )
        dropped += len(ids)
        if len(ids) < CLEAR_BATCH:
            break
        last = ids[-1]
    logger.info(log_events.LEAD_PROVIDER_IDS_DROPPED, workspace=str(event.workspace_id), count=dropped)
