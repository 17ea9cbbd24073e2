"""A lead's contact at GoHighLevel: found, made, remembered, its phone kept the same.

Everything here calls the provider, outside of transactions, and writes in short ones of its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from integrations.enums import Code, Provider
from integrations.ghl.client import SPEC, GhlClient, is_contact_id
from integrations.ghl.types import Contact, ContactFields
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from integrations.transport import failure
from leads.enums import ConflictSource, Identifier
from leads.models import Lead, LeadIdentityConflict
from leads.rules.filling import fill_phone
from leads.services.changes import announce_data_change
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib import log_events
from zrg.lib.phone import resolve_phone
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

GHL_CONTACT_SYNC = "GHL_CONTACT_SYNC"
SYNC_BUCKET_SECONDS = 60


def ensure_ghl_contact(workspace_id: UUID, lead_id: UUID, *, phone: str | None = None) -> ProviderResult:
    """The lead's contact, made if there is none; data: Contact. Never raises for what the provider does.

    The stored id, unless the contact is gone; then by e-mail, by phone (E.164, the lead's own without
    `phone`), at last an upsert without tags. A contact that another lead owns is not taken: `conflict`.
    Not ok means that nothing else was done, whatever became of the call: outcome is never `unknown`.
    """
    with tenant(workspace_id):
        lead = Lead.objects.in_workspace(workspace_id).filter(pk=lead_id).first()
    if lead is None:
        return failure(Code.NOT_FOUND, "this lead is gone")
    client = get_client(workspace_id, SPEC)
    found = _stored(client, lead) or _find_or_make(client, lead, phone or lead.phone)
    # An upsert that may have been performed is simply done again next time.
    return replace(found, outcome="failed") if found.outcome == "unknown" else found


def forget_ghl_contact(workspace_id: UUID, lead_id: UUID, contact_id: str) -> None:
    """The contact was deleted at the provider; changes nothing when the lead has another one by now."""
    with tenant(workspace_id):
        Lead.objects.in_workspace(workspace_id).filter(pk=lead_id, ghl_contact_id=contact_id).update(
            ghl_contact_id=None, updated_at=Now()
        )


def sync_contact_phone(workspace_id: UUID, contact: Contact, e164: str) -> ProviderResult:
    """Make the contact's phone this one; data: Contact."""
    if contact.phone == e164 or resolve_phone(contact.phone).e164 == e164:
        return ProviderResult(outcome="ok", data=contact)
    return get_client(workspace_id, SPEC).update_contact(contact.id, ContactFields(phone=e164))


def sync_ghl_contact(workspace_id: UUID, lead_id: UUID) -> ProviderResult:
    """The lead has its contact, and both have a phone if either has one; the lead's own wins."""
    found = ensure_ghl_contact(workspace_id, lead_id)
    if not found.ok:
        return found
    contact: Contact = found.data
    with tenant(workspace_id):
        lead = Lead.objects.select_for_update().in_workspace(workspace_id).filter(pk=lead_id).first()
        e164 = lead.phone if lead else None
        if lead is not None and e164 is None and contact.phone:
            _take_phone(lead, contact.phone)
    return sync_contact_phone(workspace_id, contact, e164) if e164 else found


def request_contact_sync(workspace_id: UUID, lead_id: UUID) -> bool:
    """Queue a sync in the caller's transaction, at most one a minute for a lead; False where the workspace
    has no GoHighLevel.
    """
    if not Connection.objects.in_workspace(workspace_id).of(Provider.GHL).active().exists():
        return False
    bucket = int(timezone.now().timestamp()) // SYNC_BUCKET_SECONDS
    return enqueue_job(
        GHL_CONTACT_SYNC,
        workspace_id,
        lead_id=lead_id,
        dedupe_key=f"{workspace_id}:{lead_id}:{GHL_CONTACT_SYNC}:{bucket}",
    )


def _stored(client: GhlClient, lead: Lead) -> ProviderResult | None:
    """The contact whose id is stored; None when there is none (any more), which is forgotten."""
    contact_id = lead.ghl_contact_id
    if not contact_id:
        return None
    if is_contact_id(contact_id):
        result = client.get_contact(contact_id)
        if result.code != Code.NOT_FOUND:
            return result
    forget_ghl_contact(lead.workspace_id, lead.pk, contact_id)
    return None


def _find_or_make(client: GhlClient, lead: Lead, phone: str | None) -> ProviderResult:
    if not lead.email and not phone:
        return failure(Code.BAD_REQUEST, "a contact needs an e-mail address or a phone number")
    result = failure(Code.NOT_FOUND, "")
    for look in _ways(client, lead, phone):
        result = look()
        if not result.ok:
            return result
        for contact in _listed(result.data):
            if _store(lead, contact.id):
                return replace(result, data=contact)
    return failure(Code.CONFLICT, "this person's GoHighLevel contact belongs to another lead")


def _ways(client: GhlClient, lead: Lead, phone: str | None) -> Iterator[Callable[[], ProviderResult]]:
    if email := lead.email:
        yield lambda: client.search_contacts(field="email", value=email)
    if phone:
        yield lambda: client.search_contacts(field="phone", value=phone)
    yield lambda: client.upsert_contact(_fields(lead, phone))


def _listed(data: Contact | tuple[Contact, ...]) -> tuple[Contact, ...]:
    return (data,) if isinstance(data, Contact) else data


def _fields(lead: Lead, phone: str | None) -> ContactFields:
    return ContactFields(
        email=lead.email,
        phone=phone,
        first_name=lead.first_name,
        last_name=lead.last_name,
        company_name=lead.company_name,
        website=lead.company_website,
        state=lead.company_state,
        timezone=lead.timezone,
    )


def _store(lead: Lead, contact_id: str) -> bool:
    """Remember the contact; False when it is another lead's, which is written down as conflict."""
    with tenant(lead.workspace_id):
        leads = Lead.objects.in_workspace(lead.workspace_id)
        try:
            with transaction.atomic():
                leads.filter(pk=lead.pk, ghl_contact_id=None).update(ghl_contact_id=contact_id, updated_at=Now())
        except IntegrityError:
            owner = leads.filter(ghl_contact_id=contact_id).values_list("pk", flat=True).first()
            _write_conflict(lead, contact_id, owner)
            return False
    return True


def _write_conflict(lead: Lead, contact_id: str, owner: UUID | None) -> None:
    conflict = LeadIdentityConflict(
        workspace_id=lead.workspace_id,
        lead=lead,
        other_lead_id=owner,
        identifier=Identifier.GHL_CONTACT_ID,
        value=contact_id,
        source=ConflictSource.SYNC,
    )
    LeadIdentityConflict.objects.bulk_create([conflict], ignore_conflicts=True)
    logger.info(log_events.LEAD_CONFLICT, lead=str(lead.pk), identifiers=[Identifier.GHL_CONTACT_ID.value])


def _take_phone(lead: Lead, given: str) -> None:
    phone = resolve_phone(
        given,
        lead_timezone=lead.timezone,
        company_state=lead.company_state,
        email=lead.email,
        company_website=lead.company_website,
    )
    changes = fill_phone(lead, phone, given[:64])
    if changes:
        Lead.objects.filter(pk=lead.pk).update(**changes, changed_at=Now(), updated_at=Now())
        announce_data_change(lead)
