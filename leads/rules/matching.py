"""Which stored lead an incoming person is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from leads.enums import Identifier
from leads.rules.identity import Identity
from zrg.lib.phone import PhoneResolution, phones_match

NEW = "new"
# More leads than this on one phone: a switchboard, which names nobody.
MAX_PHONE_CANDIDATES = 200
# Strongest first. The first hit decides, whatever the weaker ones say.
PRIORITY = (
    Identifier.GHL_CONTACT_ID,
    Identifier.EMAIL_BISON_LEAD_ID,
    Identifier.LINKEDIN_ID,
    Identifier.LINKEDIN_URL,
    Identifier.EMAIL,
    Identifier.ALTERNATE_EMAIL,
    Identifier.PHONE,
)
PROVIDER_IDS = (Identifier.GHL_CONTACT_ID, Identifier.EMAIL_BISON_LEAD_ID, Identifier.LINKEDIN_ID)
# An identifier of these may belong to one lead of the workspace only.
OWNED = (*PROVIDER_IDS, Identifier.LINKEDIN_URL, Identifier.EMAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored lead that shares the identifier `kind` with the incoming person."""

    kind: str
    lead_id: UUID
    email: str | None = None
    alternate_emails: tuple[str, ...] = ()
    current_replier_email: str | None = None
    phone: str | None = None
    phone_national: str | None = None
    linkedin_id: str | None = None
    linkedin_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The lead and the identifier that named it."""

    lead_id: UUID
    matched_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An incoming identifier that is not copied; `other_id` is the lead that has it, if one does."""

    identifier: str
    value: str
    other_id: UUID | None = None


def choose_match(identity: Identity, candidates: Sequence[Candidate]) -> Match | None:
    """The lead this is, by the strongest identifier that names exactly one; None for a new person."""
    for kind in PRIORITY:
        hits = [candidate for candidate in candidates if candidate.kind == kind]
        chosen = _choose(kind, hits, identity)
        if chosen is not None:
            return Match(lead_id=chosen.lead_id, matched_by=kind.value)
    return None


def find_claims(
    identity: Identity, lead_id: UUID, stored: Mapping[str, str | None], candidates: Sequence[Candidate]
) -> list[Claim]:
    """What the incoming person brings that is another lead's, or is not the provider id stored here."""
    claims = []
    own_alternates = {
        address
        for one in candidates
        if one.kind == Identifier.ALTERNATE_EMAIL and one.lead_id == lead_id
        for address in one.alternate_emails
    }
    for kind in OWNED:
        value = getattr(identity, kind.value)
        if not value or stored.get(kind.value) == value:
            continue
        owners = _owners(candidates, kind, lead_id)
        if owners:
            claims.append(Claim(identifier=kind.value, value=value, other_id=owners[0]))
        elif kind == Identifier.EMAIL and value in own_alternates:
            continue
        elif kind == Identifier.EMAIL and (listing := _owners(candidates, Identifier.ALTERNATE_EMAIL, lead_id)):
            other_id = listing[0] if len(listing) == 1 else None
            claims.append(Claim(identifier=Identifier.ALTERNATE_EMAIL.value, value=value, other_id=other_id))
        elif kind in PROVIDER_IDS and stored.get(kind.value):
            claims.append(Claim(identifier=kind.value, value=value))
    return claims


def vetoes_phone(identity: Identity, candidate: Candidate) -> bool:
    """A shared phone proves nothing when something better says these are two people."""
    return (
        _another_address(identity.email, candidate)
        or _differ(identity.linkedin_id, candidate.linkedin_id)
        or _differ(identity.linkedin_url, candidate.linkedin_url)
    )


def _choose(kind: str, hits: Sequence[Candidate], identity: Identity) -> Candidate | None:
    if kind == Identifier.PHONE:
        return _only(one for one in hits if _same_phone(identity.phone, one) and not vetoes_phone(identity, one))
    if kind == Identifier.ALTERNATE_EMAIL and len(hits) > 1:
        return _only(one for one in hits if one.current_replier_email == identity.email)
    return hits[0] if hits else None


def _same_phone(phone: PhoneResolution, candidate: Candidate) -> bool:
    return phones_match(phone, PhoneResolution(e164=candidate.phone, national=candidate.phone_national))


def _another_address(email: str | None, candidate: Candidate) -> bool:
    return _differ(email, candidate.email) and email not in candidate.alternate_emails


def _differ(one: str | None, other: str | None) -> bool:
    return bool(one and other and one != other)


def _owners(candidates: Sequence[Candidate], kind: str, lead_id: UUID) -> list[UUID]:
    return [one.lead_id for one in candidates if one.kind == kind and one.lead_id != lead_id]


def _only(candidates: Iterable[Candidate]) -> Candidate | None:
    found = list(candidates)
    return found[0] if len(found) == 1 else None
