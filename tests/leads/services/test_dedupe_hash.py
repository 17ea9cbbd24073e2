"""The duplicate hash against a second reading of its rules (11b R8)."""

import hashlib
import random
import re
import unicodedata

import pytest
from django.db import connection

from tests.factories import LeadFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NO_ADDRESS = {
    "none", "noemail", "no-email", "noreply", "no-reply", "donotreply", "do-not-reply", "unknown", "null", "undefined",
    "na",
}  # fmt: skip
LEGAL_FORMS = {
    "inc", "incorporated", "llc", "llp", "lp", "ltd", "limited", "corp", "corporation", "co", "company", "plc", "gmbh",
    "ag", "sa", "sarl", "bv", "nv", "pty", "srl", "oy", "ab",
}  # fmt: skip
EMAILS = (
    "kim@acme.io", " Kim.Lee+a+b@Acme.io ", "K.im@GMAIL.com", "kim@googlemail.com", "Kim Lee <kim@acme.io>",
    "mailto:kim@acme.io;", "<mailto:Kim@acme.io>", "kim@acme.io.,;", "a@b@c.io", "a@b+c.io", "+tag@acme.io",
    "none@acme.io", "No-Reply+1@acme.io", "no.reply@gmail.com", "n.a@googlemail.com", "no.reply@acme.io",
    "...@gmail.com",
    "ｋｉｍ＠ａｃｍｅ．ｉｏ", "kim\u00a0@acme.io", "kim\u2028@acme.io", "kim\u200b@acme.io", "STRAẞE@acme.io",
    "İlker@acme.io", "ILKER@acme.io", "ΝΙΚΟΣ@acme.io", "νικος@acme.io", "kim@acme", "@acme.io", "kim@.io", "n/a", " ",
    "", None,
)  # fmt: skip
PHONES = (
    "512-555-0147", "+1 (512) 555 0147", "0015125550147", "15125550147", "+44 (0)20 7946 0958", "(０)5125550147",
    "5125550147x9", "5125550147 Ext. 9", "5125550147;ext=9", "#5125550147", "fax 5125550147", "1111111", "15555555555",
    "1234567890", "0123456789", "11234567890", "123456", "1234567", "123456789012345", "1234567890123456",
    "٠١٢٣٤٥٦٧٨٩", "512\n5550147", "none", " ", "", None,
)  # fmt: skip
COMPANIES = (
    "Nordvik", "NORDVIK, INC.", "Nordvik Co., Ltd.", "Nordvik S.A.", "Nordvik B.V.", "Nordvik inc - llc",
    "Inc Nordvik",
    "O’Neil's & Sons", "O'Neils&Sons", "ＮＯＲＤＶＩＫ", "Straße AG", "STRASSE AG", "ΟΔΟΣ", "οδος", "ΟΔΟΣ LTD",
    "شركة ٣",    "شركة ٤", "A", "&", " . ", "!", "École", "e\u0301cole", "a_b", "", None,
)  # fmt: skip
NAMES = ("Hale", "HALE", "O'Neil", "St. John", "Élodie-Roux", "ΠΑΠΑΣ", "παπας", "ΠΑΠΑΣ-ΟΔΟΣ", "İ", "-", " ", "", None)


def as_folded(value):
    return unicodedata.normalize("NFKC", value or "").lower()


def as_email(value):
    address = "".join(as_folded(value).split())
    named = re.search(r"<([^<>]*)>[^<>]*$", address)
    address = (named.group(1) if named else address).removeprefix("mailto:").rstrip(".,;")
    if not re.fullmatch(r'[^@<>(),;:"]+@[^@<>(),;:"]+\.[^@<>(),;:".]+', address):
        return None
    local, domain = address.split("@")
    local, domain = local.partition("+")[0], "gmail.com" if domain == "googlemail.com" else domain
    local = local.replace(".", "") if domain == "gmail.com" else local
    return f"{local}@{domain}" if local and local not in NO_ADDRESS else None


def as_phone(value):
    digits = re.sub(r"[^0-9]", "", re.split(r"ext|x|#|;", as_folded(value).replace("(0)", ""))[0]).removeprefix("00")
    digits = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    is_number = 7 <= len(digits) <= 15 and len(set(digits)) > 1 and digits not in ("1234567890", "0123456789")
    return digits if is_number else None


def as_name(value):
    kept = re.sub(r"['’.]", "", as_folded(value))
    return " ".join("".join(sign if sign.isalnum() or sign == "&" else " " for sign in kept).split())


def as_company(value):
    words = as_name(value).split()
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words.pop()
    return " ".join(words)


def expected_hash(email, phone, company, first, last):
    key = None
    if address := as_email(email):
        key = f"e|{address}"
    elif number := as_phone(phone):
        key = f"p|{number}|{as_name(last)}"
    elif as_company(company) and as_name(last):
        key = f"n|{as_company(company)}|{as_name(first)}|{as_name(last)}"
    return hashlib.sha256(key.encode()).hexdigest() if key else None


def made_hashes(people):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generate_dedupe_hash(e, p, c, f, l)"
            " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
            " WITH ORDINALITY u(e, p, c, f, l, n) ORDER BY n",
            [list(column) for column in zip(*people, strict=True)],
        )
        return [row[0] for row in cursor.fetchall()]


def test_hash_is_what_the_rules_say():
    draw = random.Random(7)
    people = [(email, None, None, None, None) for email in EMAILS]
    people += [(None, phone, "Nordvik", "Kim", "Lee") for phone in PHONES]
    people += [(None, None, company, first, "Lee") for company in COMPANIES for first in NAMES]
    people += [
        (draw.choice(EMAILS), draw.choice(PHONES), draw.choice(COMPANIES), draw.choice(NAMES), draw.choice(NAMES))
        for _ in range(2_000)
    ]

    made = made_hashes(people)

    different = [one for one, got in zip(people, made, strict=True) if got != expected_hash(*one)]
    assert different == []


def test_capital_greek_is_the_same_person_as_small_greek():
    made = made_hashes([(None, None, "ΟΔΟΣ ΑΕ", "ΝΙΚΟΣ", "ΠΑΠΑΣ"), (None, None, "οδος αε", "νικος", "παπας")])

    assert made[0] == made[1] is not None


def test_companies_told_apart_by_a_digit_of_another_script_are_two():
    made = made_hashes([(None, None, "شركة ٣", "Kim", "Lee"), (None, None, "شركة ٤", "Kim", "Lee")])

    assert made[0] != made[1]


def test_noreply_written_with_dots_at_gmail_is_no_identity():
    lead = LeadFactory(email="no.reply@gmail.com", phone=None, company_name="", first_name="", last_name="")
    lead.refresh_from_db()

    assert lead.dedupe_hash is None
