"""Memory of addresses and phones that withdrew consent; it outlives the lead.

Only salted hashes are stored. A phone is remembered in the forms in which it may come back: in full,
and as national number with a mark that says whether the country was known, so that a number written
without country code is recognised while two known country codes are never mixed up.
"""

import secrets
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection

from leads.enums import OptOutKind
from leads.models import InstallationSalt
from zrg.lib.addresses import normalize_email
from zrg.lib.phone import MIN_MATCH_DIGITS

_REMEMBER = """
INSERT INTO leads_optout (id, workspace_id, kind, value_hash, reason, lead_id, created_at)
SELECT gen_random_uuid(), %s, %s, encode(sha256(convert_to(salt.value || ':' || entry.value, 'UTF8')), 'hex'),
       %s, %s, now()
FROM leads_installationsalt AS salt, unnest(%s::text[]) AS entry(value)
ON CONFLICT (workspace_id, kind, value_hash) DO NOTHING
"""

_FORGET = """
DELETE FROM leads_optout AS known
USING leads_installationsalt AS salt, unnest(%s::text[], %s::text[]) AS entry(kind, value)
WHERE known.workspace_id = %s AND known.kind = entry.kind
  AND known.value_hash = encode(sha256(convert_to(salt.value || ':' || entry.value, 'UTF8')), 'hex')
"""

_FIND = """
SELECT entry.value, known.reason
FROM leads_installationsalt AS salt
CROSS JOIN unnest(%s::text[], %s::text[]) AS entry(kind, value)
JOIN leads_optout AS known
  ON known.workspace_id = %s AND known.kind = entry.kind
 AND known.value_hash = encode(sha256(convert_to(salt.value || ':' || entry.value, 'UTF8')), 'hex')
ORDER BY known.created_at, known.id
"""


def remember_opt_out(
    workspace_id: UUID,
    *,
    emails: Iterable[str | None] = (),
    phones: Iterable[tuple[str | None, str | None]] = (),
    reason: str,
    lead_id: UUID | None = None,
) -> int:
    """Remember addresses and phones (pairs of E.164 and national number); returns how many are new.

    Idempotent: an address already remembered keeps its first reason.
    """
    InstallationSalt.objects.bulk_create([InstallationSalt(value=secrets.token_hex(32))], ignore_conflicts=True)
    written = _insert(workspace_id, OptOutKind.EMAIL, _known_emails(emails), reason, lead_id)
    forms = {form for e164, national in phones for form in _forms_to_store(e164, national)}
    return written + _insert(workspace_id, OptOutKind.PHONE, sorted(forms), reason, lead_id)


def forget_opt_out(
    workspace_id: UUID,
    *,
    emails: Iterable[str | None] = (),
    phones: Iterable[tuple[str | None, str | None]] = (),
) -> int:
    """Forget addresses and phones because a person lifted the stop; returns how many were known."""
    values = [(OptOutKind.EMAIL, address) for address in _known_emails(emails)]
    for e164, national in phones:
        forms = {*_forms_to_store(e164, national), *_forms_to_ask(e164, national)}
        values += [(OptOutKind.PHONE, form) for form in sorted(forms)]
    if not values:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [[str(kind) for kind, _ in values], [value for _, value in values], workspace_id])
        return cursor.rowcount


def opted_out_addresses(workspace_id: UUID, emails: Iterable[str | None]) -> set[str]:
    """The normalised addresses among `emails` that must never be written to."""
    wanted = [(OptOutKind.EMAIL, address) for address in _known_emails(emails)]
    return {value for value, _reason in _find(workspace_id, wanted)}


def remembered_reason(
    workspace_id: UUID,
    *,
    emails: Iterable[str | None] = (),
    phone: str | None = None,
    phone_national: str | None = None,
) -> str | None:
    """Why one of these identities is opted out; None when none is."""
    wanted = [(OptOutKind.EMAIL, address) for address in _known_emails(emails)]
    wanted += [(OptOutKind.PHONE, form) for form in _forms_to_ask(phone, phone_national)]
    found = _find(workspace_id, wanted)
    return found[0][1] if found else None


def remembered_reasons(
    workspace_id: UUID, people: Sequence[tuple[str | None, str | None, str | None]]
) -> list[str | None]:
    """`remembered_reason` of many people (address, E.164, national number) in one statement, in their order."""
    asked = [_asked(email, e164, national) for email, e164, national in people]
    found: dict[str, str] = {}
    for value, reason in _find(workspace_id, sorted({entry for one in asked for entry in one})):
        found.setdefault(value, reason)
    known = list(found)
    order = {value: place for place, value in enumerate(known)}
    hits = [[order[value] for _kind, value in one if value in order] for one in asked]
    return [found[known[min(places)]] if places else None for places in hits]


def is_remembered(workspace_id: UUID, *, email: str | None = None, phone: str | None = None) -> bool:
    """Whether this address or E.164 phone withdrew consent."""
    return remembered_reason(workspace_id, emails=[email], phone=phone) is not None


def _asked(email: str | None, e164: str | None, national: str | None) -> list[tuple[str, str]]:
    emails = [(OptOutKind.EMAIL.value, address) for address in _known_emails([email])]
    return emails + [(OptOutKind.PHONE.value, form) for form in _forms_to_ask(e164, national)]


def _known_emails(emails: Iterable[str | None]) -> list[str]:
    return sorted({address for address in map(normalize_email, emails) if address})


def _forms_to_store(e164: str | None, national: str | None) -> list[str]:
    if not e164:
        return _long_enough("", national)
    return [e164, *_long_enough("~", e164[1:], national)]


def _forms_to_ask(e164: str | None, national: str | None) -> list[str]:
    if not e164:
        return [*_long_enough("", national), *_long_enough("~", national)]
    return [e164, *_long_enough("", e164[1:], national)]


def _long_enough(mark: str, *numbers: str | None) -> list[str]:
    return [mark + number for number in numbers if number and len(number) >= MIN_MATCH_DIGITS]


def _insert(workspace_id: UUID, kind: str, values: Sequence[str], reason: str, lead_id: UUID | None) -> int:
    if not values:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, [workspace_id, str(kind), reason, lead_id, list(values)])
        return cursor.rowcount


def _find(workspace_id: UUID, wanted: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [[str(kind) for kind, _ in wanted], [value for _, value in wanted], workspace_id])
        return cursor.fetchall()
