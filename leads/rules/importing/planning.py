"""What becomes of each row, given who is known; nothing is read or written here."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from leads.enums import DuplicateHandling, RowOutcome
from leads.rules.importing.people import KnownPeople, KnownPerson, bare_name
from leads.rules.importing.rows import ImportRow
from leads.rules.matching import NEW, Candidate, Claim, choose_match, find_claims
from leads.rules.statuses import blocks_every_channel

# How a row that has only names is known again; nothing else is ever matched by a name.
BY_NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlan:
    """One row with its outcome. `lead_id` is the existing lead or the one to be made; None for an invalid row."""

    row: ImportRow
    outcome: RowOutcome
    lead_id: UUID | None = None
    matched_by: str = ""
    claims: tuple[Claim, ...] = ()
    stop_reason: str = ""


class FilePlanner:
    """Decides rows in the order of the file: the first row of a person wins.

    Lives as long as one run. `handling` says what a row does to a lead that was there before.
    """

    def __init__(self, handling: DuplicateHandling):
        self._handling = handling
        self._seen: set[int] = set()
        self._touched: set[UUID] = set()

    def saw(self, keys: frozenset[str]) -> bool:
        """Note a row's keys; whether an earlier row had one of them."""
        hashes = {hash(key) for key in keys}
        repeated = bool(self._seen & hashes)
        self._seen |= hashes
        return repeated

    def plan(self, rows: Sequence[ImportRow], people: KnownPeople, opted_out: Sequence[str | None]) -> list[RowPlan]:
        """Plans in the order of the rows; `opted_out` says per row why its addresses may not be written to."""
        return [self._plan_row(row, people, reason) for row, reason in zip(rows, opted_out, strict=True)]

    def _plan_row(self, row: ImportRow, people: KnownPeople, remembered: str | None) -> RowPlan:
        if not row.is_valid:
            return RowPlan(row=row, outcome=RowOutcome.INVALID)
        repeated = self.saw(row.keys)
        candidates = people.candidates(row.identity)
        match = choose_match(row.identity, candidates)
        if match is not None:
            known = people.get(match.lead_id)
            outcome = self._existing(row, known, repeated)
            claims = _claims(row, known, candidates) if outcome != RowOutcome.REPEAT else ()
            return RowPlan(row=row, outcome=outcome, lead_id=match.lead_id, matched_by=match.matched_by, claims=claims)
        if (namesake := people.namesake(row.identity)) is not None:
            outcome = self._existing(row, people.get(namesake), repeated)
            return RowPlan(row=row, outcome=outcome, lead_id=namesake, matched_by=BY_NAME)
        if repeated:
            return RowPlan(row=row, outcome=RowOutcome.REPEAT)
        return self._new(row, people, remembered)

    def _existing(self, row: ImportRow, known: KnownPerson, repeated: bool) -> RowOutcome:
        lead_id = known.person.lead_id
        if row.stops:
            # Whatever row says it: nobody is written to again.
            done = blocks_every_channel(known.blacklist_reason)
            return RowOutcome.DUPLICATE if done else RowOutcome.BLACKLIST
        if repeated or known.from_file or lead_id in self._touched:
            return RowOutcome.REPEAT
        self._touched.add(lead_id)
        return RowOutcome.UPDATE if self._handling == DuplicateHandling.UPDATE else RowOutcome.DUPLICATE

    def _new(self, row: ImportRow, people: KnownPeople, remembered: str | None) -> RowPlan:
        lead_id = uuid4()
        identity = row.identity
        person = Candidate(
            kind="",
            lead_id=lead_id,
            email=identity.email,
            phone=identity.phone.e164,
            phone_national=identity.phone.national,
            linkedin_id=identity.linkedin_id,
            linkedin_url=identity.linkedin_url,
        )
        reason = remembered or ("manual" if row.stops else "")
        name = bare_name(identity)
        people.add(KnownPerson(person=person, name=name, blacklist_reason=reason or None, from_file=True))
        outcome = RowOutcome.STOPPED if reason else RowOutcome.CREATE
        return RowPlan(row=row, outcome=outcome, lead_id=lead_id, matched_by=NEW, stop_reason=reason)


def _claims(row: ImportRow, known: KnownPerson, candidates: Sequence[Candidate]) -> tuple[Claim, ...]:
    """What the row brings that is another lead's, or differs from the stored id."""
    person = known.person
    stored = {"email": person.email, "linkedin_id": person.linkedin_id, "linkedin_url": person.linkedin_url}
    return tuple(find_claims(row.identity, person.lead_id, stored, candidates))
