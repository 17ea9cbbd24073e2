"""Placeholders, cut URLs, e-mail bodies, subjects and SMS parts."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.outbound_text import (
    find_placeholders,
    find_truncated_urls,
    fits_sms,
    has_truncated_url,
    html_body,
    is_billed_per_70,
    reply_subject,
    split_sms_parts,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hi {name},", ["{name}"]),
        ("Hi {{name}},", ["{{name}}"]),
        ("Hi {{ first_name }},", ["{{ first_name }}"]),
        ("{{#if x}}a{{/if}}", ["{{#if x}}", "{{/if}}"]),
        ("{{}} and {{1}}", ["{{}}", "{{1}}"]),
        ("{firstName} from ${company}", ["{firstName}", "${company}"]),
        ("{Hi|Hello} Dana", ["{Hi|Hello}"]),
        ("{prénom}", ["{prénom}"]),
        ("{{name}", ["{name}"]),
        ("Hi [Name]", ["[Name]"]),
        ("Hi [First Name], I am [Your Name/Title]", ["[First Name]", "[Your Name/Title]"]),
        ("[Name] (https://x.example)", ["[Name]"]),
        ("[[Name]]", ["[Name]"]),
        ("on [DATE 1] at [TIME]", ["[DATE 1]", "[TIME]"]),
        ("[insert_link]", ["[insert_link]"]),
        ("<insert link here>", ["<insert link here>"]),
        ("<Insert your calendar>", ["<Insert your calendar>"]),
        ("Hi <first name>", ["<first name>"]),
        ("{name} {name} [X]", ["{name}", "[X]"]),
    ],
)
def test_hard_07_placeholder_refused(text: str, found: list[str]) -> None:
    assert find_placeholders(text) == found


@pytest.mark.parametrize(
    "text",
    [
        *("Hi Dana", "", "[Book here](https://cal.example)", "[Name](www.x.example)", "see [1] and [2]", "[ ] [x"),
        *("<b>bold</b>", "<dana@x.example>", "<https://x.example>", "a < b, c > d", "<3", "{1} {} { }", "f(x) {", "]["),
        "[this aside is far too long to be a placeholder of anything]",
    ],
)
def test_texts_without_placeholders(text: str) -> None:
    assert find_placeholders(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://", ["https://"]),
        ("see https://c", ["https://c"]),
        ("see https://c.", ["https://c"]),
        ("(http://cal)", ["http://cal"]),
        ("[Book](https://c)", ["https://c"]),
        ("https://c/path", ["https://c/path"]),
        ("https://.example", ["https://.example"]),
        ("https:// https://c https://", ["https://", "https://c"]),
        ("https://cal.example", []),
        ("see https://cal.example.", []),
        ("https://cal.example:8080/a?b=c", []),
        ("https://cal.example?x", []),
        ("HTTPS://CAL.EXAMPLE", []),
        ("www.c and http", []),
    ],
)
def test_truncated_urls(text: str, found: list[str]) -> None:
    assert find_truncated_urls(text) == found
    assert has_truncated_url(text) is bool(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <b> & c\nd\r\ne", "a &lt;b&gt; &amp; c<br>d<br>e"),
        ("[Book](https://cal.example/a?b=1&c=2)", '<a href="https://cal.example/a?b=1&amp;c=2">Book</a>'),
        ("See https://cal.example.", 'See <a href="https://cal.example">https://cal.example</a>.'),
        ("[our page](https://cal.example)\n\n", '<a href="https://cal.example">our page</a><br><br>'),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("a\x00b", "ab"),
    ],
)
def test_html_body(text: str, expected: str) -> None:
    assert html_body(text) == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("quick idea", "Re: quick idea"),
        ("Re: quick idea", "Re: quick idea"),
        ("RE: quick idea", "RE: quick idea"),
        ("re:quick idea", "re:quick idea"),
        ("  Re: quick idea ", "Re: quick idea"),
        ("AW: idea", "Re: AW: idea"),
        ("Rework", "Re: Rework"),
        ("two\r\nlines: Bcc: x", "Re: two lines: Bcc: x"),
        ("", "Re:"),
        (None, "Re:"),
    ],
)
def test_reply_subject(subject: str | None, expected: str) -> None:
    assert reply_subject(subject) == expected


def test_reply_subject_fits_the_column() -> None:
    assert len(reply_subject("x" * 2000)) == 998


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hi Dana", ["Hi Dana"]),
        ("  Hi Dana \n", ["Hi Dana"]),
        ("One\n---\nTwo", ["One", "Two"]),
        ("One\n ----- \nTwo\n---\n", ["One", "Two"]),
        ("---\nOne\n---\n---\nTwo", ["One", "Two"]),
        ("One -- two --- three", ["One -- two --- three"]),
        ('["One", "Two "]', ["One", "Two"]),
        ('{"parts": ["One", "Two"]}', ["One", "Two"]),
        ("<sms_part>One</sms_part>\n<sms_part>\nTwo\n</sms_part>", ["One", "Two"]),
        ("<SMS_PART>One</SMS_PART> ignored", ["One"]),
        ("<sms_part>never closed", ["<sms_part>never closed"]),
        ("[One, not JSON", ["[One, not JSON"]),
        ("[1, 2]", ["[1, 2]"]),
        ('{"other": ["One"]}', ['{"other": ["One"]}']),
        ("", []),
        (" \n---\n ", []),
        ("e\u0301" * 160, ["é" * 160]),
    ],
)
def test_sms_parts(text: str, parts: list[str]) -> None:
    assert split_sms_parts(text) == parts


def test_long_sms_is_divided_after_sentences() -> None:
    first, second, third = ("a" * 90 + ".", "b" * 60 + "!", "c" * 120 + "?")

    assert split_sms_parts(f"{first} {second} {third}") == [f"{first} {second}", third]


def test_long_sentence_is_divided_after_words() -> None:
    parts = split_sms_parts("word " * 60)

    assert parts == [("word " * 32).strip(), ("word " * 28).strip()]
    assert len(parts[0]) == 159


def test_a_written_part_that_is_too_long_is_divided_too() -> None:
    assert split_sms_parts("One.\n---\n" + "b" * 150 + ". " + "c" * 150) == ["One.", "b" * 150 + ".", "c" * 150]


def test_url_is_never_divided() -> None:
    url = "https://cal.example/" + "x" * 180

    parts = split_sms_parts(f"Pick a time here: {url} Thanks!")

    assert parts == ["Pick a time here:", url, "Thanks!"]
    assert fits_sms(parts) is False


@pytest.mark.parametrize(
    ("parts", "expected"),
    [(["a"], True), (["a" * 160] * 3, True), (["a"] * 4, False), (["a" * 161], False), ([], False)],
)
def test_fits_sms(parts: list[str], expected: bool) -> None:
    assert fits_sms(parts) is expected


@pytest.mark.parametrize(
    ("part", "expected"), [("Hi Dana €5 ok?\n", False), ("Grüße", False), ("Hi 👍", True), ("“Hi”", True)]
)
def test_is_billed_per_70(part: str, expected: bool) -> None:
    assert is_billed_per_70(part) is expected


@given(st.text(alphabet="ab .!?\n", max_size=600))
def test_dividing_loses_no_word_and_keeps_parts_short(text: str) -> None:
    parts = split_sms_parts(text)

    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(0 < len(part) <= 160 and part == part.strip() for part in parts)


@given(st.lists(st.text(alphabet="ab c", min_size=1, max_size=50), min_size=1, max_size=3))
def test_json_parts_come_back_as_written(parts: list[str]) -> None:
    written = [part.strip() for part in parts if part.strip()]

    assert split_sms_parts(json.dumps(parts)) == written


@pytest.mark.parametrize(
    "unit", ["{", "[", "[a", "<insert ", "https://", "<sms_part>", "a. ", ".", " ", "x", "\n", "[a]("]
)
def test_long_text_takes_seconds_at_most(unit: str) -> None:
    text = unit * (200_000 // len(unit)) + "x"

    started = time.monotonic()
    for function in (find_placeholders, find_truncated_urls, html_body, split_sms_parts):
        function(text)

    assert time.monotonic() - started < 10
