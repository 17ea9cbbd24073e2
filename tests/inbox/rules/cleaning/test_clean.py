"""clean_email as a whole: which part is read, caps, characters, whole mails of real programs, hostile input."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.cleaning import CleanedEmail, clean_email, strip_quoted
from inbox.rules.cleaning.clean import MAX_BODY_CHARS, MAX_RAW_CHARS

pytestmark = pytest.mark.unit

FOOTER = "Reply STOP to unsubscribe."

MAILS = {
    "gmail web": (
        '<div dir="ltr"><div>Hi Priya,</div><div><br></div><div>Tuesday works.<br></div><div>Send the link.</div>'
        '<div><br></div>-- <br><div dir="ltr" class="gmail_signature">Dana Reyes<br>CEO</div></div><br>'
        '<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, Mar 2, 2026 at 9:14 '
        'AM Priya &lt;<a href="mailto:p@x.example">p@x.example</a>&gt; wrote:<br></div>'
        f'<blockquote class="gmail_quote">Would you?<br>{FOOTER}</blockquote></div>',
        "Hi Priya,\n\nTuesday works.\nSend the link.",
    ),
    "outlook desktop": (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta http-equiv="Content-Type"><style><!--\n'
        '@font-face {}\n--></style></head><body lang="EN-US"><div class="WordSection1">'
        '<p class="MsoNormal">Yes, Tuesday.<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
        '<p class="MsoNormal">Dana<o:p></o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt">'
        '<p class="MsoNormal"><b>From:</b> Priya Nair &lt;p@x.example&gt; <br><b>Sent:</b> Monday, March 2, 2026<br>'
        "<b>To:</b> Dana Reyes<br><b>Subject:</b> idea<o:p></o:p></p></div></div>"
        f'<p class="MsoNormal">Hi Dana<o:p></o:p></p><p>{FOOTER}</p></div></body></html>',
        "Yes, Tuesday.\n\nDana",
    ),
    "outlook web": (
        '<div class="elementToProof">Yes, Tuesday.</div><div id="Signature"><p>Dana</p></div>'
        '<div id="appendonsend"></div><hr style="display:inline-block"><div id="divRplyFwdMsg" dir="ltr">'
        f"<b>From:</b> Priya<br><b>Subject:</b> idea</div><div>{FOOTER}</div>",
        "Yes, Tuesday.\n\nDana",
    ),
    "apple mail": (
        '<html><body dir="auto">Sounds good<br><br><div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br>'
        '<blockquote type="cite">On Mar 2, 2026, at 9:14 AM, Priya wrote:<br><br></blockquote></div>'
        f'<blockquote type="cite"><div dir="ltr">{FOOTER}</div></blockquote></body></html>',
        "Sounds good",
    ),
    "yahoo": (
        '<html><head></head><body><div class="ydp1yahoo-style-wrap"><div dir="ltr">Yes please</div><div><br></div>'
        '</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Monday, March 2, 2026 Priya wrote:</div>'
        f"<div>{FOOTER}</div></div></body></html>",
        "Yes please",
    ),
    "thunderbird": (
        '<p>Yes please<br></p><p><br></p><div class="moz-cite-prefix">On 3/2/26 9:14 AM, Priya wrote:<br></div>'
        f'<blockquote type="cite"><p>{FOOTER}</p></blockquote><pre class="moz-signature">-- \nDana</pre>',
        "Yes please",
    ),
    "thunderbird, answer below": (
        '<div class="moz-cite-prefix">On 3/2/26 9:14 AM, Priya wrote:<br></div>'
        f'<blockquote type="cite"><p>{FOOTER}</p></blockquote><p>Yes please</p>',
        "Yes please",
    ),
    "proton": (
        '<div style="font-family: Arial">Yes please</div><div class="protonmail_signature_block"><div><br></div>'
        '<div>Sent with <a href="https://proton.me/">Proton Mail</a> secure email.</div></div>'
        f'<div class="protonmail_quote">On Monday Priya wrote:<br><blockquote>{FOOTER}</blockquote></div>',
        "Yes please",
    ),
    "german outlook": (
        "<p>Danke, kein Interesse.</p><p>Mit freundlichen Grüßen<br>Dana Reyes<br>Tel.: +49 30 1234567</p>"
        "<div><p><b>Von:</b> Priya Nair<br><b>Gesendet:</b> Montag, 2. März 2026 09:14<br><b>An:</b> Dana<br>"
        f"<b>Betreff:</b> Idee</p></div><p>{FOOTER}</p>",
        "Danke, kein Interesse.",
    ),
}


@pytest.mark.parametrize("name", MAILS)
def test_mail_of(name: str) -> None:
    html, expected = MAILS[name]

    assert clean_email(html, None).body == expected
    assert clean_email(None, html) == CleanedEmail(body=expected, raw_text=html, raw_html=html)


@pytest.mark.parametrize(
    ("html_body", "text_body", "expected"),
    [
        ("<p>From HTML</p>", "From text", "From text"),
        ("<p>From HTML</p>", "", "From HTML"),
        ("<p>From HTML</p>", " \n\t", "From HTML"),
        ("<p>From HTML</p>", None, "From HTML"),
        ("<p>From HTML</p>", "> only\n> a quote", "From HTML"),
        ("<p>From HTML</p>", "<blockquote>only a quote</blockquote>", "From HTML"),
        ("<p>From HTML</p>", "<div>HTML as text</div>", "HTML as text"),
        ("<blockquote>quote</blockquote>", "> quote", ""),
        ("<p> </p>", "", ""),
        ("", "", ""),
        (None, None, ""),
        (None, "I <3 this <bo@x.example>", "I <3 this <bo@x.example>"),
        ("Tom &amp; Jerry\nsecond line", None, "Tom & Jerry\nsecond line"),
        ("<section>a</section><footer>b</footer>", None, "a\nb"),
    ],
)
def test_the_first_part_with_words_wins(html_body: str | None, text_body: str | None, expected: str) -> None:
    assert clean_email(html_body, text_body).body == expected


def test_raw_parts_are_kept_without_nul() -> None:
    cleaned = clean_email("<p>Bon\x00jour</p>", "Good\x00 morning")

    assert cleaned == CleanedEmail(body="Good morning", raw_text="Good morning", raw_html="<p>Bonjour</p>")


def test_missing_parts_are_empty() -> None:
    assert clean_email(None, None) == CleanedEmail(body="", raw_text="", raw_html="")
    assert clean_email(None, "Hi").raw_html == ""


def test_html_in_the_text_part_becomes_raw_html_only_when_there_is_none() -> None:
    assert clean_email(None, "<p>a</p>").raw_html == "<p>a</p>"
    assert clean_email(" ", "<p>a</p>").raw_html == "<p>a</p>"
    assert clean_email("<p>b</p>", "<p>a</p>").raw_html == "<p>b</p>"


def test_half_a_surrogate_pair_is_replaced() -> None:
    cleaned = clean_email("<p>\ud83d</p>", "ok \ud83d\ude00 \udc00")

    assert cleaned.body == "ok 😀 \ufffd"
    assert cleaned.raw_html == "<p>\ufffd</p>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("one\xa0two", "one two"),
        ("\ufeffYes\u200b please\u2060", "Yes please"),
        ("a  \nb\t\n", "a\nb"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("a\n \n\t\n\xa0\nb", "a\n\nb"),
        ("\n\n  a\n\n", "a"),
        ("a\n\nb", "a\n\nb"),
        ("a\u200db", "a\u200db"),
    ],
)
def test_characters_and_blank_lines(text: str, expected: str) -> None:
    assert strip_quoted(text) == expected


def test_caps_cut_and_say_so() -> None:
    long_body = clean_email(None, "word " * 30_000)
    long_raw = clean_email("<p>Hi</p>" + " " * MAX_RAW_CHARS, None)

    assert len(long_body.body) in (MAX_BODY_CHARS - 1, MAX_BODY_CHARS)
    assert len(long_body.raw_text) == 150_000
    assert (long_raw.body, len(long_raw.raw_html), long_raw.is_truncated) == ("Hi", MAX_RAW_CHARS, True)
    assert clean_email(None, "short").is_truncated is False


def test_the_body_cap_is_exact() -> None:
    cleaned = clean_email(None, "x" * (MAX_BODY_CHARS + 1))

    assert (len(cleaned.body), cleaned.is_truncated) == (MAX_BODY_CHARS, True)


HOSTILE = {
    "deep": "<div>",
    "deep inline": "<b>",
    "unmatched ends": "<b></i>",
    "tables": "<table><tr><td>",
    "quotes": "<blockquote>",
    "comments": "<!--",
    "attributes": "<a a=",
    "angle brackets": "<",
    "entities": "&amp;",
    "attribution starts": "On 2 \n",
    "attribution in one line": " On 1 a <aaa@a.a> ",
    "headers": "From: a\n",
    "headers in one line": " From: x Sent: y To: z ",
    "dashes": "-",
    "spaces": " ",
    "paragraphs": "a\n\n",
    "device lines": "Sent from my iPhone\n",
    "at signs": "@",
    "quoted lines": ">\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_half_a_megabyte_of_anything_takes_seconds_at_most(name: str) -> None:
    unit = HOSTILE[name]
    part = (unit * (MAX_RAW_CHARS // len(unit) + 1))[:MAX_RAW_CHARS]

    started = time.monotonic()
    clean_email("<p>Hi</p>" + part, None)
    clean_email(None, "Hi\n" + part + "\nx")

    assert time.monotonic() - started < 20


def test_many_attributes_and_many_unmatched_ends_take_seconds_at_most() -> None:
    attributes = "<div " + " ".join(f"a{number}=1" for number in range(40_000)) + ">Hi</div>"

    started = time.monotonic()
    clean_email("<b>" * 60_000 + "</i>" * 80_000, None)

    assert clean_email(attributes, None).body == "Hi"
    assert time.monotonic() - started < 20


fragments = st.sampled_from(
    [
        *("<p>", "</p>", "<div>", "</div>", "<br>", "<blockquote>", "</blockquote>", "<pre>", "</pre>", "<li>", "<td>"),
        *("<table>", "<a href='https://x.example'>", "</a>", "&nbsp;", "&lt;", "<!--", "-->", "<", ">", "\n", " ", "x"),
        *("> ", "--", "On 3 ", "wrote:", "From: a@x.example", "Subject: x", "_____", "Best,", "\x00", "\r", "\ud800"),
    ]
)


@given(st.lists(fragments, max_size=40).map("".join), st.lists(fragments, max_size=40).map("".join))
def test_any_mail_gives_a_normalised_body(html_body: str, text_body: str) -> None:
    body = clean_email(html_body, text_body).body

    assert body == body.strip()
    assert "\n\n\n" not in body
    assert not any(character in body for character in "\x00\r\xa0\u200b\u2060\ufeff\ud800")
    assert not any(line.lstrip().startswith(">") for line in body.split("\n"))
    assert not any(line != line.rstrip() for line in body.split("\n"))


@given(st.lists(fragments, max_size=40).map("".join))
def test_stripping_depends_on_the_text_alone(text: str) -> None:
    assert strip_quoted(text) == strip_quoted(text)
