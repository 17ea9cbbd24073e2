"""Stored people at hand for many look-ups: the candidates of R4 without asking the database per row."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from leads.enums import Identifier
from leads.rules.identity import Identity
from leads.rules.matching import MAX_PHONE_CANDIDATES, Candidate
from zrg.lib.phone import phone_match_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """A stored lead as matching sees it; `from_file` when this very file made it. `name` is set where a
    name is all there is of the person.
    """

    person: Candidate
    name: tuple[str, ...] = ()
    blacklist_reason: str | None = None
    from_file: bool = False


class KnownPeople:
    """Leads by what may name them. Rows that become leads are added, so that later rows meet them."""

    def __init__(self, people: Iterable[KnownPerson] = ()):
        self._people: dict[UUID, KnownPerson] = {}
        self._by_key: dict[tuple[str, str], list[UUID]] = defaultdict(list)
        self._by_name: dict[tuple[str, ...], UUID] = {}
        for person in people:
            self.add(person)

    def add(self, known: KnownPerson) -> None:
        """Remember one lead under all its identifiers."""
        person = known.person
        if person.lead_id in self._people:
            return
        self._people[person.lead_id] = known
        if known.name:
            self._by_name.setdefault(known.name, person.lead_id)
        for kind in (Identifier.EMAIL, Identifier.LINKEDIN_ID, Identifier.LINKEDIN_URL):
            if value := getattr(person, kind.value):
                self._by_key[(kind, value)].append(person.lead_id)
        for address in person.alternate_emails:
            self._by_key[(Identifier.ALTERNATE_EMAIL, address)].append(person.lead_id)
        for key in phone_keys(person.phone, person.phone_national):
            self._by_key[(Identifier.PHONE, key)].append(person.lead_id)

    def get(self, lead_id: UUID) -> KnownPerson:
        """One of them."""
        return self._people[lead_id]

    def namesake(self, identity: Identity) -> UUID | None:
        """Who has this company and name and nothing else, for a row that has nothing else either: the same row
        again, most likely. A name never meets anybody who can be reached.
        """
        return self._by_name.get(bare_name(identity))

    def candidates(self, identity: Identity) -> list[Candidate]:
        """Everybody who shares an identifier with the person, once per identifier."""
        found = []
        for kind in (Identifier.LINKEDIN_ID, Identifier.LINKEDIN_URL, Identifier.EMAIL):
            if value := getattr(identity, kind.value):
                found += self._named(kind, [value])
        if identity.email:
            found += self._named(Identifier.ALTERNATE_EMAIL, [identity.email])
        on_phone = self._named(Identifier.PHONE, phone_keys(identity.phone.e164, identity.phone.national))
        return found if len(on_phone) > MAX_PHONE_CANDIDATES else found + on_phone

    def _named(self, kind: Identifier, keys: Iterable[str]) -> list[Candidate]:
        ids = dict.fromkeys(lead_id for key in keys for lead_id in self._by_key.get((kind, key), ()))
        return [replace(self._people[lead_id].person, kind=kind.value) for lead_id in ids]


def bare_name(identity: Identity) -> tuple[str, ...]:
    """Company, first and last name in one case, where they are all there is; else empty."""
    if identity.is_usable:
        return ()
    names = (identity.company_name, identity.first_name, identity.last_name)
    return tuple((name or "").lower() for name in names)


def phone_keys(e164: str | None, national: str | None) -> list[str]:
    """Texts two numbers share when they may be the same; `choose_match` decides whether they are."""
    if e164 and national:
        # Both forms are stored, so the number need not be taken apart again, a thousand times per chunk.
        return [e164, *sorted({*phone_match_keys(None, national), e164[1:]})]
    return [*([e164] if e164 else []), *sorted(phone_match_keys(e164, national))]
