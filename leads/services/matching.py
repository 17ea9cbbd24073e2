"""The one way a person becomes a lead."""

from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from leads.contracts import ContactDetails, ContactIds
from leads.enums import (
    ROUTED_SOURCES,
    ConflictSource,
    EnrichmentStatus,
    Identifier,
    LeadSource,
    RoutingStatus,
)
from leads.errors import NoUsableIdentity
from leads.metrics import count_lead
from leads.models import EmailCampaign, Lead, LeadIdentityConflict, SmsCampaign
from leads.rules.filling import choose_fill
from leads.rules.identity import Identity, read_identity
from leads.rules.matching import MAX_PHONE_CANDIDATES, NEW, Candidate, Claim, Match, choose_match, find_claims
from leads.services.changes import announce_data_change
from leads.services.optouts import remembered_reason
from leads.services.senders import own_senders_like
from leads.services.status import blacklisted_columns
from zrg.jobs.services.nudges import nudge
from zrg.lib import log_events
from zrg.lib.phone import phone_match_keys
from zrg.lib.rows import lock_row
from zrg.workspaces.models import WorkspaceSettings

logger = structlog.get_logger(__name__)

ROUTING_SCHEDULE = "lead-routing"
_CONFLICT_SOURCES = {
    LeadSource.WEBHOOK: ConflictSource.WEBHOOK,
    LeadSource.SYNC: ConflictSource.SYNC,
    LeadSource.MANUAL: ConflictSource.MANUAL,
}
# The casts name the function's parameters whatever the driver takes an empty value for.
_CANDIDATES = """
SELECT * FROM zrg_lead_candidates(
    %s::uuid, %s::text, %s::text, %s::text, %s::text, %s::text, %s::text[], %s::text[], %s::boolean, %s::int)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadMatch:
    """The lead, whether it was made now, and what named it (`new` or an identifier). From
    `find_or_create_lead` the row is locked for the rest of the transaction and as it is in the database.
    """

    lead: Lead
    created: bool
    matched_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A person on the way in: who, by which campaign and mailbox, from where; `has_replied` when they wrote."""

    workspace_id: UUID
    identity: Identity
    source: LeadSource
    email_campaign: EmailCampaign | None = None
    sms_campaign: SmsCampaign | None = None
    sender_account_id: str | None = None
    has_replied: bool = False


def find_or_create_lead(
    workspace_id: UUID,
    contact: ContactDetails,
    ids: ContactIds,
    campaign: EmailCampaign | SmsCampaign | None = None,
    *,
    source: str,
    sender_account_id: str | None = None,
    has_replied: bool = False,
) -> LeadMatch:
    """The lead this person is, made if there is none; empty fields are filled, stored values stay.

    Idempotent and safe against parallel copies: every identifier is locked for the transaction, so two
    identical webhooks give one lead. An identifier of another lead is not copied but written down as
    conflict. Raises `NoUsableIdentity` when nothing names a person.
    """
    identity = read_identity(contact, ids, own_senders=own_senders_like(workspace_id, contact.email))
    if not identity.is_usable:
        raise NoUsableIdentity
    arrival = Arrival(
        workspace_id=workspace_id,
        identity=identity,
        source=LeadSource(source),
        email_campaign=campaign if isinstance(campaign, EmailCampaign) else None,
        sms_campaign=campaign if isinstance(campaign, SmsCampaign) else None,
        sender_account_id=sender_account_id,
        has_replied=has_replied,
    )
    # No savepoint where the caller has a transaction: the locks are for its whole length anyway.
    with transaction.atomic(savepoint=False):
        _lock(workspace_id, identity)
        try:
            return _settle(arrival)
        except IntegrityError:
            # A writer without these locks came first; its row is visible now.
            return _settle(arrival)


def find_lead(workspace_id: UUID, contact: ContactDetails, ids: ContactIds) -> LeadMatch | None:
    """The existing lead this person is; nothing is written."""
    identity = read_identity(contact, ids, own_senders=own_senders_like(workspace_id, contact.email))
    match = choose_match(identity, _candidates(workspace_id, identity)) if identity.is_usable else None
    if match is None:
        return None
    return LeadMatch(lead=Lead.objects.get(pk=match.lead_id), created=False, matched_by=match.matched_by)


def _settle(arrival: Arrival) -> LeadMatch:
    """Only the one write that may meet a rival's row has a savepoint around it."""
    candidates = _candidates(arrival.workspace_id, arrival.identity)
    match = choose_match(arrival.identity, candidates)
    return _fill(arrival, match, candidates) if match is not None else _create(arrival)


def _lock(workspace_id: UUID, identity: Identity) -> None:
    keys = [f"{workspace_id}:{key}" for key in identity.lock_keys()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(%s::text[]) AS key", [keys])


def _candidates(workspace_id: UUID, identity: Identity) -> list[Candidate]:
    """Every lead that shares an identifier, by one function of plain index look-ups (leads/0004)."""
    phones, nationals = _phone_keys(identity)
    with connection.cursor() as cursor:
        cursor.execute(
            _CANDIDATES,
            [
                workspace_id,
                identity.ghl_contact_id,
                identity.email_bison_lead_id,
                identity.linkedin_id,
                identity.linkedin_url,
                identity.email,
                phones,
                nationals,
                identity.phone.e164 is not None,
                MAX_PHONE_CANDIDATES + 1,
            ],
        )
        found = [_candidate(row) for row in cursor.fetchall()]
    on_phone = [one for one in found if one.kind == Identifier.PHONE]
    return [one for one in found if one.kind != Identifier.PHONE] if len(on_phone) > MAX_PHONE_CANDIDATES else found


def _candidate(row: tuple) -> Candidate:  # type: ignore[type-arg]
    kind, lead_id, email, alternates, replier, phone, national, linkedin_id, linkedin_url = row
    return Candidate(
        kind=kind,
        lead_id=lead_id,
        email=email,
        alternate_emails=tuple(alternates),
        current_replier_email=replier,
        phone=phone,
        phone_national=national,
        linkedin_id=linkedin_id,
        linkedin_url=linkedin_url,
    )


def _phone_keys(identity: Identity) -> tuple[list[str], list[str]]:
    """Full and national numbers to look for: a net that is wide enough, `choose_match` decides."""
    if not identity.phone.e164 and not identity.phone.national:
        return [], []
    keys = phone_match_keys(identity.phone.e164, identity.phone.national)
    # Some countries write the trunk zero inside the number, and store it.
    nationals = [*keys, *(f"0{key}" for key in keys)]
    return [identity.phone.e164] if identity.phone.e164 else [f"+{key}" for key in keys], nationals


def _fill(arrival: Arrival, match: Match, candidates: list[Candidate]) -> LeadMatch:
    lead = lock_row(Lead, match.lead_id)
    stored = {kind.value: getattr(lead, kind.value) for kind in Identifier if kind != Identifier.ALTERNATE_EMAIL}
    claims = find_claims(arrival.identity, lead.pk, stored, candidates)
    changes = choose_fill(
        lead,
        arrival.identity,
        claimed=frozenset(claim.identifier for claim in claims),
        sender_account_id=arrival.sender_account_id,
        email_campaign_id=arrival.email_campaign.pk if arrival.email_campaign else None,
        sms_campaign_id=arrival.sms_campaign.pk if arrival.sms_campaign else None,
    )
    if changes:
        with transaction.atomic():
            Lead.objects.filter(pk=lead.pk).update(**changes, changed_at=Now(), updated_at=Now())
        for name, value in changes.items():
            setattr(lead, name, value)
        announce_data_change(lead)
    _write_conflicts(arrival, lead, claims)
    count_lead(match.matched_by)
    logger.info(log_events.LEAD_MATCHED, lead=str(lead.pk), matched_by=match.matched_by)
    return LeadMatch(lead=lead, created=False, matched_by=match.matched_by)


def _write_conflicts(arrival: Arrival, lead: Lead, claims: list[Claim]) -> None:
    rows = [
        LeadIdentityConflict(
            workspace_id=arrival.workspace_id,
            lead=lead,
            other_lead_id=claim.other_id,
            identifier=claim.identifier,
            value=claim.value,
            source=_CONFLICT_SOURCES.get(arrival.source, ConflictSource.IMPORT),
        )
        for claim in claims
    ]
    if rows:
        LeadIdentityConflict.objects.bulk_create(rows, ignore_conflicts=True)
        logger.info(log_events.LEAD_CONFLICT, lead=str(lead.pk), identifiers=[claim.identifier for claim in claims])


def _create(arrival: Arrival) -> LeadMatch:
    identity, now = arrival.identity, timezone.now()
    lead = Lead(
        workspace_id=arrival.workspace_id,
        source=arrival.source,
        created_at=now,
        email_campaign=arrival.email_campaign,
        sms_campaign=arrival.sms_campaign,
        source_workspace_id=arrival.workspace_id,
        enrichment_status=first_enrichment_status(identity),
    )
    for name, value in choose_fill(lead, identity, sender_account_id=arrival.sender_account_id).items():
        setattr(lead, name, value)
    if lead.enrichment_status == EnrichmentStatus.PENDING:
        # Nobody looks up a person who wrote, before the reply is read as a positive one.
        if arrival.has_replied:
            lead.enrichment_status = EnrichmentStatus.NOT_NEEDED
        else:
            lead.enrichment_last_retry = now
    _start_routing(lead, arrival)
    _start_opted_out(lead)
    with transaction.atomic():
        lead.save(force_insert=True)
    if lead.routing_status == RoutingStatus.PENDING:
        wake_routing()
    count_lead(NEW)
    logger.info(log_events.LEAD_CREATED, lead=str(lead.pk), matched_by=NEW, source=arrival.source)
    return LeadMatch(lead=lead, created=True, matched_by=NEW)


def first_enrichment_status(identity: Identity) -> str | None:
    """Whether a new lead lacks what could be looked up by its e-mail address."""
    has_phone = bool(identity.phone.e164 or identity.phone.national)
    has_profile = bool(identity.linkedin_url or identity.linkedin_id)
    if identity.email:
        return EnrichmentStatus.PENDING if not has_phone or not identity.linkedin_url else None
    return EnrichmentStatus.NOT_NEEDED if has_phone or has_profile else None


def _start_routing(lead: Lead, arrival: Arrival) -> None:
    """Only leads delivered from outside take part, and only where routing is on."""
    if not (arrival.source in ROUTED_SOURCES and routing_enabled(lead.workspace_id)):
        lead.routing_status = RoutingStatus.ROUTED
        lead.routing_completed_at = lead.created_at


def wake_routing() -> None:
    """Once the new leads are committed, whoever hands leads on looks at them; the sweep is the backstop."""
    transaction.on_commit(lambda: nudge(ROUTING_SCHEDULE), robust=True)


def routing_enabled(workspace_id: UUID) -> bool:
    """Whether the workspace hands leads on."""
    return WorkspaceSettings.objects.filter(workspace_id=workspace_id, lead_routing_enabled=True).exists()


def _start_opted_out(lead: Lead) -> None:
    """An address or phone that once withdrew consent brings the stop with it."""
    reason = remembered_reason(
        lead.workspace_id, emails=[lead.email], phone=lead.phone, phone_national=lead.phone_national
    )
    if reason is None:
        return
    for name, value in blacklisted_columns(reason, lead.created_at).items():
        setattr(lead, name, value)
