"""Everybody in the workspace whom the rows of a chunk may be, in one statement."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from leads.rules.identity import Identity
from leads.rules.importing.people import KnownPeople, KnownPerson, bare_name, phone_keys
from leads.rules.matching import MAX_PHONE_CANDIDATES, Candidate

_COLUMNS = """lead.id, lead.email, lead.alternate_emails, lead.current_replier_email, lead.phone, lead.phone_national,
       lead.linkedin_id, lead.linkedin_url, lead.blacklist_reason, lead.import_job_id"""
# A number of a switchboard may stand on thousands of leads; so many are enough to see that.
_BY_NUMBER = """
SELECT found.* FROM unnest(%(numbers)s::text[]) AS number CROSS JOIN LATERAL (
    SELECT {columns} FROM leads_lead AS lead
    WHERE lead.workspace_id = %(workspace)s AND lead.{column} = number ORDER BY lead.id LIMIT %(limit)s
) AS found
"""
_FIND = f"""
SELECT {_COLUMNS} FROM leads_lead AS lead WHERE lead.workspace_id = %(workspace)s AND lead.email = ANY (%(emails)s)
UNION ALL
SELECT {_COLUMNS} FROM leads_lead AS lead
WHERE lead.workspace_id = %(workspace)s AND lead.linkedin_url = ANY (%(linkedin_urls)s)
UNION ALL
SELECT {_COLUMNS} FROM leads_lead AS lead
WHERE lead.workspace_id = %(workspace)s AND lead.linkedin_id = ANY (%(linkedin_ids)s)
UNION ALL
SELECT {_COLUMNS} FROM unnest(%(emails)s::text[]) AS address
CROSS JOIN LATERAL zrg_leads_with_alternate(ARRAY[%(workspace)s]::uuid[], address) AS found(id)
JOIN leads_lead AS lead ON lead.id = found.id
UNION ALL {_BY_NUMBER.format(columns=_COLUMNS, column="phone")}
UNION ALL {_BY_NUMBER.replace("numbers", "nationals").format(columns=_COLUMNS, column="phone_national")}
"""  # noqa: S608  # names of our own

MAX_NAMESAKES = 200
# Nobody who can be reached: a name is no identity (03 R4), but the same file twice makes nobody twice.
_NAMESAKES = """
SELECT found.* FROM unnest(%(first_names)s::text[], %(last_names)s::text[]) AS given(first_name, last_name)
CROSS JOIN LATERAL (
    SELECT lead.id, lead.company_name, lead.first_name, lead.last_name, lead.blacklist_reason, lead.import_job_id
    FROM leads_lead AS lead
    WHERE lead.workspace_id = %(workspace)s
        AND lead.name_key = zrg_lead_name_key(given.first_name, given.last_name, NULL, NULL, NULL, NULL) COLLATE "C"
        AND num_nonnulls(lead.email, lead.phone, lead.phone_national, lead.linkedin_id, lead.linkedin_url,
            lead.ghl_contact_id, lead.email_bison_lead_id) = 0
    ORDER BY lead.id LIMIT %(limit)s
) AS found
"""


def find_known_people(workspace_id: UUID, identities: Sequence[Identity], *, import_id: UUID | None) -> KnownPeople:
    """The stored leads that share an identifier with one of these people, ready for matching."""
    texts = {key for one in identities for key in phone_keys(one.phone.e164, one.phone.national)}
    keys = {text for text in texts if not text.startswith("+")}
    values: dict[str, Any] = {
        "workspace": workspace_id,
        "emails": _values(identities, "email"),
        "linkedin_urls": _values(identities, "linkedin_url"),
        "linkedin_ids": _values(identities, "linkedin_id"),
        "numbers": sorted({*(texts - keys), *(f"+{key}" for key in keys)}),
        # Some countries write the trunk zero inside the number, and store it.
        "nationals": sorted({*keys, *(f"0{key}" for key in keys)}),
        "limit": MAX_PHONE_CANDIDATES + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND, values)
        people = KnownPeople(_known(row, import_id) for row in cursor.fetchall())
    for namesake in _namesakes(workspace_id, identities, import_id):
        people.add(namesake)
    return people


def _namesakes(workspace_id: UUID, identities: Sequence[Identity], import_id: UUID | None) -> list[KnownPerson]:
    names = {(one.first_name or "", one.last_name) for one in identities if one.last_name and not one.is_usable}
    if not names:
        return []
    values: dict[str, Any] = {
        "workspace": workspace_id,
        "first_names": [first or None for first, _ in names],
        "last_names": [last for _, last in names],
        "limit": MAX_NAMESAKES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NAMESAKES, values)
        rows = cursor.fetchall()
    return [
        KnownPerson(
            person=Candidate(kind="", lead_id=lead_id),
            name=bare_name(Identity(company_name=company, first_name=first, last_name=last)),
            blacklist_reason=blacklist_reason,
            from_file=import_id is not None and made_by == import_id,
        )
        for lead_id, company, first, last, blacklist_reason, made_by in rows
    ]


def _values(identities: Sequence[Identity], name: str) -> list[str]:
    return sorted({value for one in identities if (value := getattr(one, name))})


def _known(row: tuple, import_id: UUID | None) -> KnownPerson:  # type: ignore[type-arg]
    lead_id, email, alternates, replier, phone, national, linkedin_id, linkedin_url, blacklist_reason, made_by = row
    person = Candidate(
        kind="",
        lead_id=lead_id,
        email=email,
        alternate_emails=tuple(alternates),
        current_replier_email=replier,
        phone=phone,
        phone_national=national,
        linkedin_id=linkedin_id,
        linkedin_url=linkedin_url,
    )
    return KnownPerson(
        person=person,
        blacklist_reason=blacklist_reason,
        from_file=import_id is not None and made_by == import_id,
    )
