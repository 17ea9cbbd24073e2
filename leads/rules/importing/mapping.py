"""Which column of a file is which field of a lead."""

import unicodedata
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext

from leads.enums import ImportField
from zrg.lib.errors import BadInput

F = ImportField

# Headers of the usual sources, in lower case, letters and digits only.
ALIASES: dict[str, ImportField] = {
    **dict.fromkeys(("firstname", "first", "givenname", "forename", "vorname", "prenom", "fname"), F.FIRST_NAME),
    **dict.fromkeys(("lastname", "last", "surname", "familyname", "nachname", "nom", "lname"), F.LAST_NAME),
    **dict.fromkeys(("fullname", "name", "contact", "contactname", "personname", "leadname"), F.FULL_NAME),
    **dict.fromkeys(
        (
            "email",
            "emailaddress",
            "mail",
            "workemail",
            "businessemail",
            "personalemail",
            "primaryemail",
            "contactemail",
        ),
        F.EMAIL,
    ),
    **dict.fromkeys(
        (
            "phone",
            "phonenumber",
            "mobile",
            "mobilephone",
            "mobilenumber",
            "cell",
            "cellphone",
            "telephone",
            "tel",
            "workphone",
            "directphone",
            "phone1",
            "telefon",
        ),
        F.PHONE,
    ),
    **dict.fromkeys(
        (
            "linkedin",
            "linkedinurl",
            "linkedinprofile",
            "linkedinprofileurl",
            "personlinkedinurl",
            "contactlinkedinurl",
            "linkedinlink",
            "profileurl",
        ),
        F.LINKEDIN_URL,
    ),
    **dict.fromkeys(
        (
            "company",
            "companyname",
            "organization",
            "organisation",
            "organizationname",
            "account",
            "accountname",
            "firma",
        ),
        F.COMPANY_NAME,
    ),
    **dict.fromkeys(("jobtitle", "title", "position", "role", "headline", "occupation"), F.JOB_TITLE),
    **dict.fromkeys(
        ("companywebsite", "website", "companyurl", "companydomain", "domain", "url", "web", "homepage"),
        F.COMPANY_WEBSITE,
    ),
    **dict.fromkeys(("companycity", "city", "town", "stadt"), F.COMPANY_CITY),
    **dict.fromkeys(("companystate", "state", "region", "province", "bundesland"), F.COMPANY_STATE),
    **dict.fromkeys(
        ("companypostalcode", "postalcode", "zip", "zipcode", "postcode", "companyzip", "plz"), F.COMPANY_POSTAL_CODE
    ),
    **dict.fromkeys(("companycountry", "country", "land", "pays"), F.COMPANY_COUNTRY),
    **dict.fromkeys(("industry", "companyindustry", "sector", "branche"), F.INDUSTRY),
    **dict.fromkeys(
        ("employeeheadcount", "headcount", "employees", "employeecount", "companysize", "numberofemployees", "size"),
        F.EMPLOYEE_HEADCOUNT,
    ),
    **dict.fromkeys(("companyrevenue", "revenue", "annualrevenue", "umsatz"), F.COMPANY_REVENUE),
    **dict.fromkeys(("seniority", "senioritylevel", "managementlevel"), F.SENIORITY),
    **dict.fromkeys(("timezone", "tz", "leadtimezone"), F.TIMEZONE),
    **dict.fromkeys(("tags", "tag", "labels"), F.TAGS),
    **dict.fromkeys(("smscampaign", "smslabel", "subclient", "smsclient"), F.SMS_CAMPAIGN),
    **dict.fromkeys(("status", "leadstatus"), F.STATUS),
}
# One of these sets names a person.
IDENTIFYING = (
    frozenset({F.EMAIL}),
    frozenset({F.PHONE}),
    frozenset({F.LINKEDIN_URL}),
    frozenset({F.COMPANY_NAME, F.LAST_NAME}),
    frozenset({F.COMPANY_NAME, F.FULL_NAME}),
)


def guess_mapping(columns: Sequence[str]) -> dict[str, str]:
    """Column → field by alias, case and punctuation ignored; a field goes to the first column that fits.

    The exact name of a field beats an alias (`name` is the company's in some files, `full_name` never is).
    """
    taken: dict[str, str] = {}
    for exact in (True, False):
        for column in columns:
            field = _field_named(column, exact=exact)
            if field is not None and column not in taken and field.value not in taken.values():
                taken[column] = field.value
    return {column: taken[column] for column in columns if column in taken}


def read_mapping(given: Mapping[str, object], columns: Sequence[str]) -> dict[str, str]:
    """A mapping somebody chose, checked; blank means attribute. Raises `BadInput` naming what is wrong."""
    mapping: dict[str, str] = {}
    for column, field in given.items():
        if column not in columns:
            raise BadInput(
                gettext("The file has no column “{column}”.").format(column=column), code="unknown_column", field=column
            )
        if field in (None, ""):
            continue
        if field not in ImportField.values:
            raise BadInput(gettext("Unknown field {field!r}.").format(field=field), code="unknown_field", field=column)
        if field in mapping.values():
            raise BadInput(
                gettext("Two columns are “{label}”.").format(label=gettext(ImportField(str(field)).label)),
                code="field_twice",
                field=str(field),
            )
        mapping[column] = str(field)
    if not names_people(mapping):
        raise BadInput(
            gettext("Say which column is the e-mail, phone or LinkedIn URL, or company and last name."),
            code="no_identity_column",
            field="mapping",
        )
    return mapping


def fitting(mapping: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """What of a remembered mapping this file has columns for."""
    return {column: field for column, field in mapping.items() if column in columns and field in ImportField.values}


def names_people(mapping: Mapping[str, str]) -> bool:
    """Whether some row could be somebody."""
    return any(fields <= set(mapping.values()) for fields in IDENTIFYING)


def _field_named(column: str, *, exact: bool) -> ImportField | None:
    word = _plain(column)
    if exact:
        return next((field for field in ImportField if _plain(field.value) == word), None)
    return ALIASES.get(word)


def _plain(text: str) -> str:
    return "".join(character for character in unicodedata.normalize("NFKD", text.lower()) if character.isalnum())
