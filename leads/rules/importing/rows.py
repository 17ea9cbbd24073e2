"""What one row of a file says about a person, in the stored forms."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leads.enums import ImportField, LeadStatus
from leads.rules.identity import MAX_PHONE_RAW, TEXT_LENGTHS, Identity, clean_text
from leads.rules.statuses import read_status
from zrg.lib.addresses import OwnSenders, is_machine_address, normalize_email
from zrg.lib.csv_files import CsvRecord
from zrg.lib.linkedin import LinkedinUrl, classify_linkedin_url
from zrg.lib.phone import PhoneResolution, resolve_phone
from zrg.workspaces.hours import valid_zone

F = ImportField

FACT_LENGTHS = {
    F.COMPANY_WEBSITE: 500,
    F.COMPANY_CITY: 120,
    F.COMPANY_STATE: 120,
    F.COMPANY_POSTAL_CODE: 20,
    F.COMPANY_COUNTRY: 120,
    F.INDUSTRY: 200,
    F.EMPLOYEE_HEADCOUNT: 64,
    F.COMPANY_REVENUE: 64,
    F.SENIORITY: 64,
}
IMPORTED_STATUSES = (
    LeadStatus.NEW,
    LeadStatus.QUALIFIED,
    LeadStatus.NOT_INTERESTED,
    LeadStatus.UNQUALIFIED,
    LeadStatus.BLACKLISTED,
)
MAX_ATTRIBUTE_CHARS = 2_000
MAX_TAGS = 50
MAX_TAG_CHARS = 80
MAX_LABEL = 255

NO_IDENTITY = "no_identity"
# Why a value of a row was not taken; the row itself is imported when something else names the person.
SENTENCES = {
    NO_IDENTITY: "Nothing names a person: no e-mail, phone or LinkedIn URL, and no company with last name.",
    "invalid_email": "This is no e-mail address.",
    "machine_address": "Nobody reads this mailbox.",
    "own_address": "This is one of your own mailboxes.",
    "invalid_phone": "This is no phone number.",
    "invalid_linkedin": "This is no LinkedIn profile.",
    "unknown_timezone": "This time zone is not known.",
    "unknown_status": "This status is not known, or cannot be imported.",
}

# What the file of problems puts before a row's own cells; corrected and imported, they are no facts of a lead.
PROBLEM_COLUMNS = ("Line", "Field", "Code", "Reason", "Imported")

_TAG_SEPARATORS = re.compile(r"[,;|]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A value that was not taken, or why the row is not imported (`code` no_identity)."""

    field: str
    code: str

    @property
    def sentence(self) -> str:
        """For people."""
        return SENTENCES[self.code]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One row: `number` counts data rows from 0, `line` lines of the file from 1.

    `facts` are columns of Lead beside the identity. `keys` say which rows of a file are one person.
    """

    number: int
    line: int
    identity: Identity
    facts: Mapping[str, str] = field(default_factory=dict)
    status: LeadStatus | None = None
    tags: tuple[str, ...] = ()
    sms_label: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[RowProblem, ...] = ()
    keys: frozenset[str] = frozenset()

    @property
    def is_valid(self) -> bool:
        """Whether somebody is named."""
        return not any(problem.code == NO_IDENTITY for problem in self.problems)

    @property
    def stops(self) -> bool:
        """Whether the row says that nobody may write to this person."""
        return self.status == LeadStatus.BLACKLISTED


def read_row(
    number: int, record: CsvRecord, columns: Sequence[str], mapping: Mapping[str, str], own: OwnSenders
) -> ImportRow:
    """The row's person; what is malformed is left out and named in `problems`."""
    cells = dict(zip(columns, record.cells, strict=False))
    values = {mapping[column]: cell for column, cell in cells.items() if cell and column in mapping}
    problems: list[RowProblem] = []
    facts = {str(name): text for name, length in FACT_LENGTHS.items() if (text := clean_text(values.get(name), length))}
    if zone := _timezone(values.get(F.TIMEZONE, ""), problems):
        facts["timezone"] = zone
    identity = _identity(values, facts, own, problems)
    if not (identity.is_usable or (identity.company_name and identity.last_name)):
        problems.append(RowProblem(field="", code=NO_IDENTITY))
    return ImportRow(
        number=number,
        line=record.line,
        identity=identity,
        facts=facts,
        status=_status(values.get(F.STATUS, ""), problems),
        tags=_tags(values.get(F.TAGS, "")),
        sms_label=" ".join(values.get(F.SMS_CAMPAIGN, "").split())[:MAX_LABEL],
        attributes=_attributes(cells, columns, mapping),
        problems=tuple(problems),
        keys=_keys(identity.email, _link(values), values),
    )


def _attributes(cells: Mapping[str, str], columns: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    ours = PROBLEM_COLUMNS if tuple(columns[: len(PROBLEM_COLUMNS)]) == PROBLEM_COLUMNS else ()
    return {
        column: cell[:MAX_ATTRIBUTE_CHARS]
        for column, cell in cells.items()
        if cell and column not in mapping and column not in ours
    }


def row_keys(record: CsvRecord, columns: Sequence[str], mapping: Mapping[str, str], own: OwnSenders) -> frozenset[str]:
    """`ImportRow.keys` alone, without resolving the phone: for rows an earlier run has done."""
    cells = dict(zip(columns, record.cells, strict=False))
    values = {mapping[column]: cell for column, cell in cells.items() if cell and column in mapping}
    return _keys(_email(values.get(F.EMAIL, ""), own, []), _link(values), values)


def _keys(email: str | None, link: LinkedinUrl, values: Mapping[str, str]) -> frozenset[str]:
    """Address and profile; a phone or a name only where neither is there, because others may share it."""
    strong = {f"email:{email}" if email else "", f"linkedin:{link.profile_url or link.member_id or ''}"}
    strong -= {"", "linkedin:"}
    if strong:
        return frozenset(strong)
    digits = re.sub(r"\D", "", values.get(F.PHONE, ""))
    if digits:
        return frozenset({f"phone:{digits}"})
    named = (values.get(name, "").lower() for name in (F.COMPANY_NAME, F.FIRST_NAME, F.LAST_NAME, F.FULL_NAME))
    return frozenset({f"name:{'|'.join(named)}"})


def _identity(
    values: Mapping[str, str], facts: Mapping[str, str], own: OwnSenders, problems: list[RowProblem]
) -> Identity:
    email = _email(values.get(F.EMAIL, ""), own, problems)
    link = _link(values)
    if values.get(F.LINKEDIN_URL) and not any(link):
        problems.append(RowProblem(field=F.LINKEDIN_URL.value, code="invalid_linkedin"))
    phone = _phone(values.get(F.PHONE, ""), email, facts, problems)
    first_name, last_name = _names(values)
    return Identity(
        email=email,
        phone=phone,
        phone_raw=values.get(F.PHONE, "")[:MAX_PHONE_RAW] or None if phone.national else None,
        linkedin_id=link.member_id,
        linkedin_url=link.profile_url,
        linkedin_company_url=link.company_url,
        first_name=first_name,
        last_name=last_name,
        company_name=clean_text(values.get(F.COMPANY_NAME), TEXT_LENGTHS["company_name"]),
        job_title=clean_text(values.get(F.JOB_TITLE), TEXT_LENGTHS["job_title"]),
    )


def _names(values: Mapping[str, str]) -> tuple[str | None, str | None]:
    """First and last name; a full name is split at its first space where a part is missing."""
    head, _, tail = (clean_text(values.get(F.FULL_NAME), 250) or "").partition(" ")
    first = clean_text(values.get(F.FIRST_NAME), TEXT_LENGTHS["first_name"])
    last = clean_text(values.get(F.LAST_NAME), TEXT_LENGTHS["last_name"])
    return first or head[: TEXT_LENGTHS["first_name"]] or None, last or tail[: TEXT_LENGTHS["last_name"]] or None


def _email(value: str, own: OwnSenders, problems: list[RowProblem]) -> str | None:
    if not value:
        return None
    email = normalize_email(value)
    code = "invalid_email"
    if email is not None and is_machine_address(email):
        email, code = None, "machine_address"
    elif own.cover(email):
        email, code = None, "own_address"
    if email is None:
        problems.append(RowProblem(field=F.EMAIL.value, code=code))
    return email


def _phone(value: str, email: str | None, facts: Mapping[str, str], problems: list[RowProblem]) -> PhoneResolution:
    if not value:
        return PhoneResolution()
    phone = resolve_phone(
        value,
        lead_timezone=facts.get("timezone"),
        company_state=facts.get("company_state"),
        email=email,
        company_website=facts.get("company_website"),
    )
    if not phone.national:
        problems.append(RowProblem(field=F.PHONE.value, code="invalid_phone"))
    return phone


def _link(values: Mapping[str, str]) -> LinkedinUrl:
    return classify_linkedin_url(values.get(F.LINKEDIN_URL, ""))


def _timezone(value: str, problems: list[RowProblem]) -> str | None:
    zone = valid_zone(value) if value else None
    if value and zone is None:
        problems.append(RowProblem(field=F.TIMEZONE.value, code="unknown_timezone"))
    return zone.key if zone is not None else None


def _status(value: str, problems: list[RowProblem]) -> LeadStatus | None:
    status = read_status(value) if value else None
    if value and status not in IMPORTED_STATUSES:
        problems.append(RowProblem(field=F.STATUS.value, code="unknown_status"))
        return None
    return status


def _tags(value: str) -> tuple[str, ...]:
    tags = (" ".join(part.split())[:MAX_TAG_CHARS] for part in _TAG_SEPARATORS.split(value))
    return tuple(dict.fromkeys(tag for tag in tags if tag))[:MAX_TAGS]


def column_values(row: ImportRow) -> dict[str, Any]:
    """The columns of a lead the row speaks of, beside e-mail, phone and ids."""
    identity = row.identity
    values: dict[str, Any] = {
        "first_name": identity.first_name,
        "last_name": identity.last_name,
        "company_name": identity.company_name,
        "job_title": identity.job_title,
        "linkedin_company_url": identity.linkedin_company_url,
        **row.facts,
    }
    return {name: value for name, value in values.items() if value}
