"""What is known about a lead without asking Clay: the message, the providers' own records, the signature.

Each source fills what is still empty. Functions that call a provider or a model open their own short
transactions and are called outside of any.
"""

import re
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import DatabaseError
from redis.exceptions import RedisError

from integrations.emailbison import client as emailbison
from integrations.emailbison.types import LeadRecord
from integrations.enums import Provider
from integrations.ghl import client as ghl
from integrations.models import Connection
from integrations.services.clients import get_client
from integrations.services.connections import active_email_provider
from leads.enums import EnrichmentKind, EnrichmentSource, EnrichmentTrigger, SentimentTag
from leads.models import Lead
from leads.rules.contact_text import find_contacts, has_contact_hint, is_assistants
from leads.rules.enrichment import missing_kinds
from leads.rules.facts import Facts, accepted_phone
from leads.services.enriching import AskResult, request_enrichment
from leads.services.filling import fill_lead
from leads.services.questions import settle_status
from leads.services.signatures import read_signature
from zrg.ai.contracts import CallScope
from zrg.lib.linkedin import extract_linkedin_urls
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

ASK_RECORDS_EVERY_SECONDS = 24 * 3_600
"""A provider's record of a lead is read once a day at most; replies come in bursts, records seldom change."""

_VARIABLES = {
    "phone": ("phone", "mobile", "phonenumber"),
    "company_website": ("website",),
    "company_name": ("company",),
    "company_state": ("companystate",),
    "industry": ("industry",),
    "employee_headcount": ("employeeheadcount",),
    "job_title": ("title",),
    "timezone": ("timezone",),
}
_FILLED_FROM_RECORDS = (
    "company_website",
    "company_name",
    "company_state",
    "industry",
    "employee_headcount",
    "job_title",
    "timezone",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A reply as its writer's own text: body and signature without quotes; `own_text` is what we wrote."""

    text: str
    own_text: str = ""


def enrich_from_message(workspace_id: UUID, lead_id: UUID, written: Written) -> frozenset[str]:
    """Phone and LinkedIn profile the person wrote; returns the columns filled."""
    found = find_contacts(written.text, own_text=written.own_text)
    if not found.phones and not found.linkedin_urls:
        return frozenset()
    with tenant(workspace_id):
        lead = _locked(workspace_id, lead_id)
        if is_assistants(written.text, job_title=lead.job_title):
            # Whose number it is, only the model that reads the signature is asked.
            return frozenset()
        usable = (number for number in found.phones if _usable(lead, number))
        facts = Facts(phone=next(usable, None), linkedin_urls=found.linkedin_urls)
        return _fill(lead, facts, EnrichmentSource.MESSAGE_CONTENT)


def enrich_from_emailbison(workspace_id: UUID, lead_id: UUID) -> frozenset[str]:
    """What the campaign tool knows about its lead; asked only while something it could tell is missing."""
    with tenant(workspace_id):
        lead = Lead.objects.in_workspace(workspace_id).get(pk=lead_id)
        known_there = active_email_provider(workspace_id) == Provider.EMAILBISON and lead.email_bison_lead_id
        if not known_there or not _lacks_something(lead):
            return frozenset()
    if not _first_today(f"emailbison:{lead_id}:{known_there}"):
        return frozenset()
    result = get_client(workspace_id, emailbison.SPEC).get_lead(str(known_there))
    if not result.ok:
        _forget_today(f"emailbison:{lead_id}:{known_there}")
        return frozenset()
    with tenant(workspace_id):
        return _fill(_locked(workspace_id, lead_id), facts_of_record(result.data), EnrichmentSource.EMAILBISON)


def enrich_from_signature(
    workspace_id: UUID, lead_id: UUID, written: Written, *, scope: CallScope, deadline: float
) -> frozenset[str]:
    """What the signature says, read by a model; asked only while phone or profile are missing and the text
    has something that could be one.
    """
    with tenant(workspace_id):
        lead = Lead.objects.in_workspace(workspace_id).get(pk=lead_id)
    if not missing_kinds(lead) or not has_contact_hint(written.text):
        return frozenset()
    facts = read_signature(lead, written.text, own_text=written.own_text, scope=scope, deadline=deadline)
    if facts is None:
        return frozenset()
    with tenant(workspace_id):
        return _fill(_locked(workspace_id, lead_id), facts, EnrichmentSource.SIGNATURE)


def enrich_from_ghl(workspace_id: UUID, lead_id: UUID) -> frozenset[str]:
    """What the CRM holds about the lead: its contact, else the one with its e-mail address. Reads only; the
    contact is made or remembered by its own job.
    """
    with tenant(workspace_id):
        lead = Lead.objects.in_workspace(workspace_id).get(pk=lead_id)
        is_connected = Connection.objects.in_workspace(workspace_id).of(Provider.GHL).active().exists()
    known_by = lead.ghl_contact_id or lead.email
    if not is_connected or not known_by or not _lacks_something(lead):
        return frozenset()
    if not _first_today(f"ghl:{lead_id}:{known_by}"):
        return frozenset()
    client = get_client(workspace_id, ghl.SPEC)
    result = (
        client.get_contact(lead.ghl_contact_id)
        if lead.ghl_contact_id
        else client.search_contacts(field="email", value=known_by)
    )
    if not result.ok:
        _forget_today(f"ghl:{lead_id}:{known_by}")
        return frozenset()
    found = result.data if isinstance(result.data, tuple) else (result.data,)
    contact = next((one for one in found if lead.ghl_contact_id or one.email == lead.email), None)
    if contact is None:
        return frozenset()
    facts = Facts(
        phone=contact.phone,
        company_name=contact.company_name,
        company_website=contact.website,
        company_state=contact.state,
        timezone=contact.timezone,
    )
    with tenant(workspace_id):
        return _fill(_locked(workspace_id, lead_id), facts, EnrichmentSource.GHL)


def ask_after_reply(lead: Lead) -> AskResult:
    """Clay, for what is still missing of a lead that answered positively; in the caller's transaction."""
    wants_call = lead.sentiment_tag == SentimentTag.CALL_REQUESTED
    if wants_call:
        phone = request_enrichment(lead, [EnrichmentKind.PHONE], trigger=EnrichmentTrigger.CALL_INTENT)
        rest = request_enrichment(lead, [EnrichmentKind.LINKEDIN], trigger=EnrichmentTrigger.POSITIVE_REPLY)
        return AskResult(asked=(*phone.asked, *rest.asked), refused=phone.refused | rest.refused, reason=phone.reason)
    return request_enrichment(lead, trigger=EnrichmentTrigger.POSITIVE_REPLY)


def facts_of_record(record: LeadRecord) -> Facts:
    """A lead of the campaign tool; its variables are named by people, so only the letters of a name count."""
    named: dict[str, str] = {}
    for name, value in record.variables.items():
        named.setdefault(re.sub(r"[^a-z]", "", name.lower()), value)
    told = {field: next((named[name] for name in names if name in named), None) for field, names in _VARIABLES.items()}
    links = extract_linkedin_urls(record.variables)
    told["company_name"] = told["company_name"] or record.company
    told["job_title"] = told["job_title"] or record.title
    return Facts(
        **told,
        linkedin_urls=tuple(link for link in (links.profile_url, links.company_url) if link),
        linkedin_id=links.member_id,
    )


def _fill(lead: Lead, facts: Facts, source: EnrichmentSource) -> frozenset[str]:
    filled = fill_lead(lead, facts, source)
    if filled:
        settle_status(lead)
    return filled


def _locked(workspace_id: UUID, lead_id: UUID) -> Lead:
    return Lead.objects.select_for_update().in_workspace(workspace_id).get(pk=lead_id)


def _usable(lead: Lead, number: str) -> bool:
    found = accepted_phone(lead, number)
    return bool(found.e164 or found.national)


def _lacks_something(lead: Lead) -> bool:
    return bool(missing_kinds(lead)) or any(not getattr(lead, name) for name in _FILLED_FROM_RECORDS)


def _first_today(key: str) -> bool:
    """Whether this record was not read lately; without a cache it is read each time."""
    try:
        return cache.add(f"enrich:{key}", 1, timeout=ASK_RECORDS_EVERY_SECONDS)
    except (DatabaseError, RedisError, OSError):
        return True


def _forget_today(key: str) -> None:
    try:
        cache.delete(f"enrich:{key}")
    except (DatabaseError, RedisError, OSError):
        return
