from dataclasses import fields
from types import SimpleNamespace

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zrg.lib.phone import (
    PhoneResolution,
    RegionSuggestion,
    display_phone,
    phone_match_keys,
    phones_match,
    resolve_phone,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("raw", "e164"),
    [
        ("+1 415 555 2671", "+14155552671"),
        ("+65 8123-4567", "+6581234567"),
        ("(+44) 20 7946 0018", "+442079460018"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("+44 ( 0 ) 20 7946 0018", "+442079460018"),
        ("+1 (0)415 555 2671", "+14155552671"),
        ("+39 (0)2 1234 5678", "+390212345678"),
        ("0044 20 7946 0018", "+442079460018"),
        ("(0044) 20 7946 0018", "+442079460018"),
        ("tel:+1-415-555-2671", "+14155552671"),
        ("TEL: +1 415 555 2671", "+14155552671"),
        ("tel:+1-415-555-2671;ext=12", "+14155552671"),
        ("Mobile: +1 415 555 2671", "+14155552671"),
        ("+1 415 555 2671 ext 5", "+14155552671"),
        ("+1 415 555 2671 ext. 123456", "+14155552671"),
        ("+1 415 555 2671 Extension 12", "+14155552671"),
        ("+1 415 555 2671x12", "+14155552671"),
        ("+1 415 555 2671 (x12)", "+14155552671"),
        ("+1 415 555 2671 #12", "+14155552671"),
        ("＋１ ４１５ ５５５ ２６７１", "+14155552671"),
        ("+١ ٤١٥ ٥٥٥ ٢٦٧١", "+14155552671"),
        ("\u202a+1 415 555 2671\u202c", "+14155552671"),
        ("\u00a0+1\u00a0415\u00a0555\u00a02671 ", "+14155552671"),
    ],
)
def test_explicit_international_form(raw, e164):
    found = resolve_phone(raw)

    assert (found.e164, found.source, found.reason) == (e164, "explicit", None)


@pytest.mark.parametrize(
    ("raw", "e164"),
    [
        ("+1 415 555 2671, +44 20 7946 0018", "+14155552671"),
        ("+1 415 555 2671; +44 20 7946 0018", "+14155552671"),
        ("+1 415 555 2671 | +44 20 7946 0018", "+14155552671"),
        ("+1 415 555 2671\n+44 20 7946 0018", "+14155552671"),
        ("+1 415 555 2671 or +44 20 7946 0018", "+14155552671"),
        ("+1 415 555 2671 AND +44 20 7946 0018", "+14155552671"),
        ("+1 415 555 2671 & +44 20 7946 0018", "+14155552671"),
        ("+1 415 555 2671 / +44 20 7946 0018", "+14155552671"),
        ("+1 415 555 2671/+44 20 7946 0018/+1 212 555 2671", "+14155552671"),
        ("desk 12, +44 20 7946 0018", "+442079460018"),
        ("123; 456; +44 20 7946 0018", "+442079460018"),
        ("+49 30/123 456 78", "+493012345678"),
    ],
)
def test_several_numbers_give_the_first_whole_one(raw, e164):
    assert resolve_phone(raw).e164 == e164


def test_pieces_that_are_all_too_short_are_one_number():
    assert resolve_phone("415,555,2671", company_state="CA").e164 == "+14155552671"


@pytest.mark.parametrize("raw", [None, "", "   ", "\u200b", [], {}, True, 4.5])
def test_nothing_given_is_missing(raw):
    assert resolve_phone(raw) == PhoneResolution(reason="missing_phone")


@pytest.mark.parametrize("raw", ["n/a", "123456", "+1 800 FLOWERS", "call me", "00", "ext 123456", "-"])
def test_too_few_digits(raw):
    assert resolve_phone(raw) == PhoneResolution(reason="no_digits")


@pytest.mark.parametrize("raw", ["+1234567890123456", "4155552671 4155552672", "1" * 400, "9" * 100_000])
def test_too_many_digits(raw):
    assert resolve_phone(raw) == PhoneResolution(reason="too_long")


def test_a_number_of_a_spreadsheet_is_read_as_its_digits():
    assert resolve_phone(14155552671).e164 == "+14155552671"


HINTS = [
    ("479-234-5678", {"lead_timezone": "America/Chicago"}, "+14792345678"),
    ("479-234-5678", {"lead_timezone": "US/Central"}, "+14792345678"),
    ("479-234-5678", {"company_state": "arkansas"}, "+14792345678"),
    ("07911 123456", {"email": "dana@northfork.co.uk"}, "+447911123456"),
    ("07911 123456", {"company_website": "northfork.uk"}, "+447911123456"),
    ("11987654321", {"email": "ana@loja.com.br"}, "+5511987654321"),
    ("0412 345 678", {"lead_timezone": "Australia/Sydney"}, "+61412345678"),
    ("030/1234567", {"email": "a@b.de"}, "+49301234567"),
    # The hint's country code may already be there.
    ("442079460018", {"lead_timezone": "Europe/London"}, "+442079460018"),
    ("1 604 555 2671", {"lead_timezone": "America/Vancouver"}, "+16045552671"),
    # Dialled out of the hint's country.
    ("011 44 20 7946 0018", {"company_state": "NY"}, "+442079460018"),
    # The plus was wrong, the digits are not.
    ("+4792 345 678 9", {"company_state": "AR"}, None),
    ("+4155552671", {"company_state": "CA"}, "+14155552671"),
    # First valid parse wins: a zone that cannot read the number leaves it to the next hint.
    ("07911 123456", {"lead_timezone": "America/Chicago", "email": "a@b.co.uk"}, "+447911123456"),
    ("2025550143", {"lead_timezone": "UTC", "company_state": "??", "email": "a@b.us"}, "+12025550143"),
]


@pytest.mark.parametrize(("raw", "hints", "e164"), HINTS)
@pytest.mark.parametrize("mode", ["ingest", "send"])
def test_hints_of_the_lead_complete_a_national_number(raw, hints, e164, mode):
    if e164 is None:
        assert resolve_phone(raw, mode=mode, default_calling_code="999", **hints).source != "hint"
    else:
        found = resolve_phone(raw, mode=mode, **hints)
        assert (found.e164, found.source) == (e164, "hint")


def test_hints_are_asked_in_order():
    # Valid in both countries: the lead's zone comes before the address.
    raw = "2072345678"

    assert resolve_phone(raw, lead_timezone="Europe/London", email="a@b.us").e164 == "+442072345678"
    assert resolve_phone(raw, company_state="ME", email="a@b.uk").e164 == "+12072345678"


@pytest.mark.parametrize("hint", ["email", "company_website"])
@pytest.mark.parametrize("tld", ["io", "co", "me", "tv", "id", "gl", "is"])
def test_general_domains_are_no_evidence(hint, tld):
    value = f"a@b.{tld}" if hint == "email" else f"https://b.{tld}"

    assert resolve_phone("2025550143", **{hint: value}).reason == "unresolved"


def test_workspace_zone_counts_at_send_time_only():
    sent = resolve_phone("0412345678", mode="send", workspace_timezone="Australia/Sydney")
    ingested = resolve_phone("0412345678", workspace_timezone="Australia/Sydney")

    assert (sent.e164, sent.source) == ("+61412345678", "workspace")
    assert (ingested.e164, ingested.national) == (None, "412345678")


def test_lead_hint_comes_before_the_workspace_zone():
    found = resolve_phone(
        "2072345678", mode="send", lead_timezone="Europe/London", workspace_timezone="America/New_York"
    )

    assert (found.e164, found.source) == ("+442072345678", "hint")


@pytest.mark.parametrize(
    ("code", "raw", "e164"),
    [
        ("1", "4155552671", "+14155552671"),
        ("+44", "07911123456", "+447911123456"),
        (" 49 ", "0301234567", "+49301234567"),
        # Not a calling code: the default is used.
        ("0", "4155552671", "+14155552671"),
        ("044", "4155552671", "+14155552671"),
        ("1234", "4155552671", "+14155552671"),
        ("abc", "4155552671", "+14155552671"),
        ("", "4155552671", "+14155552671"),
        (None, "4155552671", "+14155552671"),
    ],
)
def test_default_calling_code_counts_at_send_time_only(code, raw, e164):
    found = resolve_phone(raw, mode="send", default_calling_code=code)

    assert (found.e164, found.source) == (e164, "default_calling_code")
    assert resolve_phone(raw, default_calling_code=code).reason == "unresolved"


@pytest.mark.parametrize("code", ["999", "800"])
def test_default_calling_code_without_country_is_passed_over(code):
    assert resolve_phone("07911123456", mode="send", default_calling_code=code).reason == "unresolved"


@pytest.mark.parametrize(
    ("raw", "mode", "e164"),
    [
        ("14155552671", "ingest", "+14155552671"),
        ("447911123456", "ingest", "+447911123456"),
        ("6581234567", "ingest", None),
        ("4792345678", "ingest", None),
        ("6581234567", "send", "+6581234567"),
        ("04479111234567", "send", None),
        ("99999999999", "ingest", None),
    ],
)
def test_bare_digits_with_country_code(raw, mode, e164):
    found = resolve_phone(raw, mode=mode)

    assert (found.e164, found.source) == (e164, "bare_digits" if e164 else None)


def test_default_calling_code_comes_before_bare_digits():
    found = resolve_phone("4792345678", mode="send", default_calling_code="1")

    assert (found.e164, found.source) == ("+14792345678", "default_calling_code")


def test_unresolved_keeps_the_digits_without_leading_zeros():
    assert resolve_phone("(0) 7911-123456") == PhoneResolution(national="7911123456", reason="unresolved")


def test_resolved_carries_national_number_and_country():
    assert resolve_phone("+5511987654321") == PhoneResolution(
        e164="+5511987654321", national="11987654321", country="BR", source="explicit"
    )


def test_number_of_no_country_has_no_country():
    found = resolve_phone("+800 1234 5678")

    assert (found.e164, found.country) == ("+80012345678", None)


def ask(region, confidence=0.95):
    return lambda: RegionSuggestion(region=region, confidence=confidence)


def send(raw="07911123456", **more):
    return resolve_phone(raw, mode="send", default_calling_code="1", **more)


def test_model_may_name_a_region_at_send_time():
    found = send(suggest_region=ask("gb"))

    assert (found.e164, found.source) == ("+447911123456", "ai_region")


def test_model_is_not_asked_when_anything_else_resolves():
    asked = []

    assert send("+44 7911 123456", suggest_region=lambda: asked.append(1)).source == "explicit"
    assert send("4155552671", suggest_region=lambda: asked.append(1)).source == "default_calling_code"
    assert resolve_phone("07911123456", suggest_region=lambda: asked.append(1)).reason == "unresolved"
    assert asked == []


@pytest.mark.parametrize(
    ("region", "confidence", "threshold"),
    [("GB", 0.89, 0.9), ("GB", 0.99, 1.5), ("GB", float("nan"), 0.5), ("XX", 1, 0.9), ("", 1, 0.9), ("FR", 1, 0.9)],
)
def test_model_without_confidence_region_or_fit_is_ignored(region, confidence, threshold):
    found = send(suggest_region=ask(region, confidence), suggestion_threshold=threshold)

    assert found == PhoneResolution(national="7911123456", reason="unresolved")


def test_model_may_answer_nothing():
    assert send(suggest_region=lambda: None).reason == "unresolved"


def test_hard_03_model_never_supplies_digits():
    assert {field.name for field in fields(RegionSuggestion)} == {"region", "confidence"}
    for answer in ("+447700900123", "447700900123", "GB +447700900123", "GB\n07700900123"):
        assert send(suggest_region=ask(answer, 1.0)).e164 is None
    assert "7911123456" in send(suggest_region=ask("GB", 1.0)).e164


numbers = st.from_regex(r"(\+|00)?[0-9]{1,4}([ ().-]{0,2}[0-9]{2,4}){1,5}( ?(x|ext\.?) ?[0-9]{1,4})?", fullmatch=True)
hint_sets = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(["ingest", "send"]),
        "lead_timezone": st.sampled_from(["America/Chicago", "Europe/London", "UTC", "x"]),
        "company_state": st.sampled_from(["TX", "Ontario"]),
        "email": st.sampled_from(["a@b.de", "a@b.com"]),
        "workspace_timezone": st.sampled_from(["Australia/Sydney", "America/New_York"]),
        "default_calling_code": st.sampled_from(["1", "44", "x"]),
    },
)


@given(st.one_of(numbers, st.text(max_size=60)), hint_sets)
def test_a_resolution_is_valid_and_holds_only_given_digits(raw, hints):
    found = resolve_phone(raw, **hints)

    assert (found.e164 is None) == (found.source is None) == (found.reason is not None)
    if found.e164 is not None:
        assert phonenumbers.is_valid_number(phonenumbers.parse(found.e164))
        given_digits = "".join(str(int(c)) for c in raw if c.isdecimal())
        assert found.national.lstrip("0")[-6:] in given_digits.replace(" ", "") or not raw.isascii()


@given(numbers)
def test_resolving_the_result_again_changes_nothing(raw):
    found = resolve_phone(raw, company_state="TX")

    if found.e164 is not None:
        assert resolve_phone(found.e164).e164 == found.e164


@pytest.mark.parametrize(
    ("e164", "raw", "shown"),
    [
        ("+14155552671", "4155552671", "+1 415-555-2671"),
        ("+442079460018", None, "+44 20 7946 0018"),
        (None, "call 12", "call 12"),
        (None, None, ""),
        ("garbage", "as given", "as given"),
    ],
)
def test_display_phone(e164, raw, shown):
    assert display_phone(e164, raw) == shown


@pytest.mark.parametrize(
    ("e164", "national", "keys"),
    [
        ("+14155552671", "4155552671", {"4155552671", "14155552671"}),
        ("+14155552671", None, {"4155552671", "14155552671"}),
        (None, "4155552671", {"4155552671"}),
        (None, "0079111234", {"79111234"}),
        ("+390212345678", "0212345678", {"212345678", "390212345678"}),
        (None, "1234567", set()),
        (None, None, set()),
    ],
)
def test_phone_match_keys(e164, national, keys):
    assert phone_match_keys(e164, national) == keys


def phone(e164=None, national=None):
    return SimpleNamespace(e164=e164, national=national)


US = phone("+14155552671", "4155552671")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (US, US, True),
        (US, phone(None, "4155552671"), True),
        (US, phone(None, "14155552671"), True),
        (US, phone("+14155552672", "4155552672"), False),
        # Same national number, two country codes: two numbers.
        (phone("+442072345678", "2072345678"), phone("+12072345678", "2072345678"), False),
        # Never a part of a number.
        (US, phone(None, "55552671"), False),
        (US, phone(None, "41555526710"), False),
        (phone(None, "4155552671"), phone(None, "4155552671"), True),
        (phone(None, "4155552671"), phone(None, "14155552671"), False),
        (phone(None, "5552671"), phone(None, "5552671"), False),
        (phone(), phone(), False),
        (US, phone(), False),
    ],
)
def test_phones_match(one, other, same):
    assert phones_match(one, other) is same
    assert phones_match(other, one) is same


digit_texts = st.text("0123456789", min_size=1, max_size=15)
phones = st.one_of(
    st.builds(phone, st.none(), digit_texts),
    st.builds(phone, digit_texts.map(lambda digits: "+" + digits), st.one_of(st.none(), digit_texts)),
)


@given(phones, phones)
def test_phones_match_is_symmetric_and_never_a_substring(one, other):
    same = phones_match(one, other)

    assert same == phones_match(other, one)
    if same and not (one.e164 and other.e164):
        shared = phone_match_keys(one.e164, one.national) & phone_match_keys(other.e164, other.national)
        assert all(len(key) >= 8 for key in shared)
