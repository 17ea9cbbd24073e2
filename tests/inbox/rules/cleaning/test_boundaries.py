"""Where the reply ends: every mark, in every language, in text and in HTML; and what is no mark."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.cleaning import clean_email, strip_quoted

pytestmark = pytest.mark.unit

PRIYA = "Priya Nair <priya@outbound.example>"
FOOTER = "Reply STOP to unsubscribe from these emails."

ATTRIBUTIONS = {
    "gmail": f"On Mon, Mar 2, 2026 at 9:14 AM {PRIYA} wrote:",
    "gmail, thin space": f"On Mon, Mar 2, 2026 at 9:14\u202fAM {PRIYA} wrote:",
    "gmail, verb wrapped": f"On Mon, Mar 2, 2026 at 9:14 AM {PRIYA}\nwrote:",
    "gmail, address wrapped": "On Mon, Mar 2, 2026 at 9:14 AM Priya Nair <\npriya@outbound.example> wrote:",
    "gmail, three lines": f"On Mon, Mar 2, 2026 at\n9:14 AM {PRIYA}\nwrote:",
    "a.m. at the line end": f"On 2 March 2026 at 9:14 a.m.\n{PRIYA} wrote:",
    "blank line inside": f"On Mon, Mar 2, 2026\n\n{PRIYA} wrote:",
    "yahoo": f"    On Monday, March 2, 2026 at 09:14:00 AM EST, {PRIYA} wrote:  ",
    "proton": f"On Monday, March 2nd, 2026 at 9:14 AM, {PRIYA} wrote:",
    "thunderbird": "On 3/2/26 9:14 AM, Priya Nair wrote:",
    "apple": f"On Mar 2, 2026, at 9:14 AM, {PRIYA} wrote:",
    "spark": f"On Mar 2, 2026 at 9:14 AM -0500, {PRIYA}, wrote:",
    "address only": "On behalf of priya@outbound.example, Priya wrote:",
    "zoho": f"---- On Mon, 02 Mar 2026 09:14:00 -0500 {PRIYA} wrote ---",
    "french": f"Le lun. 2 mars 2026 à 09:14, {PRIYA} a écrit :",
    "french, no-break space": f"Le lun. 2 mars 2026 à 09:14, {PRIYA} a écrit\xa0:",
    "french, thin space": f"Le lun. 2 mars 2026 à 09:14, {PRIYA} a écrit\u202f:",
    "french, decomposed": "Le 2 mars 2026 à 09:14, Priya Nair a e\u0301crit :",
    "spanish": "El lun, 2 mar 2026 a las 9:14, Priya Nair (<priya@outbound.example>) escribió:",
    "italian": "Il giorno lun 2 mar 2026 alle ore 09:14 Priya Nair <\npriya@outbound.example> ha scritto:",
    "portuguese": f"Em seg., 2 de mar. de 2026 às 09:14, {PRIYA} escreveu:",
    "portuguese, name first": f"{PRIYA} escreveu no dia segunda, 2/03/2026 à(s) 09:14:",
    "german": f"Am Mo., 2. März 2026 um 09:14 Uhr schrieb {PRIYA}:",
    "german, wrapped": "Am Mo., 2. März 2026 um 09:14 Uhr schrieb Priya Nair <\npriya@outbound.example>:",
    "german, name first": f"{PRIYA} schrieb am Mo., 2. März 2026, 09:14:",
    "dutch": f"Op ma 2 mrt 2026 om 09:14 schreef {PRIYA}:",
    "dutch apple": f"Op 2 mrt. 2026 om 09:14 heeft {PRIYA} het volgende geschreven:",
    "swedish": f"Den mån 2 mars 2026 kl 09:14 skrev {PRIYA}:",
    "name and address": f"{PRIYA} wrote:",
    "name and linked address": "Priya Nair <priya@outbound.example<mailto:priya@outbound.example>> wrote:",
    "old gmail": f"2026-03-02 9:14 GMT-05:00 {PRIYA}:",
}

SEPARATORS = [
    "-----Original Message-----",
    "-- original message --",
    "----- Original Message ----- ",
    "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐",
    "-------- Original message --------",
    "-----Ursprüngliche Nachricht-----",
    "-------- Original-Nachricht --------",
    "-----Message d'origine-----",
    "-----Message d’origine-----",
    "-------- Message original --------",
    "-----Mensaje original-----",
    "-----Messaggio originale-----",
    "-----Mensagem original-----",
    "-----Oorspronkelijk bericht-----",
    "Begin forwarded message:",
    "Anfang der weitergeleiteten Nachricht:",
    "Début du message transféré :",
    "---------- Forwarded message ---------",
    "--- Forwarded message ---",
    "---------- Weitergeleitete Nachricht ----------",
    "---------- Message transféré ---------",
    "_____",
    "________________________________",
]

HEADER_BLOCKS = {
    "outlook": "From: Priya Nair <priya@outbound.example>\nSent: Monday, March 2, 2026\nTo: Dana\nSubject: Re: idea",
    "bold": "*From:* Priya Nair\n*Date:* Monday\n*To:* Sam\n*Subject:* Re: intro",
    "bold label only": "**From**: Priya Nair\n**Subject**: Re: intro",
    "paragraphs": "From: Priya Nair\n\nSent: Monday\n\nTo: Dana\n\nSubject: x",
    "date first": "Date: Mon, 2 Mar 2026\nFrom: Priya Nair\nTo: Dana\nSubject: x",
    "subject first": "Subject: x\nDate: Mon, 2 Mar 2026\nFrom: Priya Nair",
    "address instead of subject": "From: priya@outbound.example\nTo: dana@x.example",
    "long recipients": "From: Priya\nTo: Dana; Lee;\n Kim; Jo\nCc: Bo\nSubject: x",
    "german": "Von: Priya Nair\nGesendet: Montag, 2. März 2026 09:14\nAn: Dana\nBetreff: AW: Idee",
    "french": "De : Priya Nair\nEnvoyé : lundi 2 mars 2026\nÀ : Dana\nObjet : Re: idée",
    "spanish": "De: Priya\nEnviado el: lunes, 2 de marzo\nPara: Dana\nAsunto: RE: idea",
    "italian": "Da: Priya\nInviato: lunedì 2 marzo\nA: Dana\nOggetto: R: idea",
    "portuguese": "De: Priya\nEnviada em: segunda-feira\nPara: Dana\nAssunto: RES: ideia",
    "dutch": "Van: Priya\nVerzonden: maandag 2 maart\nAan: Dana\nOnderwerp: Re: idee",
    "swedish": "Från: Priya\nSkickat: den 2 mars\nTill: Dana\nÄmne: idé",
}

MARKS = [*ATTRIBUTIONS.values(), *SEPARATORS, *HEADER_BLOCKS.values()]


def as_html(text: str) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("quoted", [FOOTER, f"> {FOOTER}", f"\nHi Dana,\n\n{FOOTER}\n\nBest\nPriya"])
def test_hard_03_nothing_below_the_boundary(mark: str, quoted: str) -> None:
    text = f"Sounds good, Tuesday.\n\n{mark}\n{quoted}"

    assert strip_quoted(text) == "Sounds good, Tuesday."
    assert strip_quoted(text.replace("\n", "\r\n")) == "Sounds good, Tuesday."
    assert clean_email(as_html(text), None).body == "Sounds good, Tuesday."


@given(
    above=st.text(alphabet=st.characters(codec="utf-8", exclude_characters=">\x00"), min_size=1, max_size=60),
    mark=st.sampled_from(MARKS),
    lines=st.lists(st.sampled_from(["", "> quoted", "plain", "-- ", "From: x", "On 3 wrote:"]), max_size=6),
)
def test_hard_03_nothing_below_the_boundary_whatever_stands_above(above: str, mark: str, lines: list[str]) -> None:
    quoted = "\n".join([*lines, "reply-stop-to-unsubscribe", *lines])

    body = strip_quoted(f"Yes, please.\n{above}\n\n{mark}\n{quoted}")

    assert "reply-stop-to-unsubscribe" not in body


def test_a_teaser_that_is_nothing_but_a_quote_is_empty() -> None:
    assert strip_quoted(f"On Mon, Mar 2, 2026 at 9:14 AM {PRIYA} wrote: > Hi Dana, {FOOTER}") == ""
    assert strip_quoted(f"From: {PRIYA} Sent: Monday 9:14 To: Dana Subject: Re: idea {FOOTER}") == ""


def test_hard_03_nothing_below_the_boundary_in_one_line() -> None:
    teaser = f"Tuesday works. On Mon, Mar 2, 2026 at 9:14 AM {PRIYA} wrote: > Hi Dana, {FOOTER}"
    flattened = f"Tuesday works. From: {PRIYA} Sent: Monday 9:14 To: Dana Subject: Re: idea {FOOTER}"
    separated = f"Tuesday works. -----Original Message----- {FOOTER}"

    assert [strip_quoted(text) for text in (teaser, flattened, separated)] == ["Tuesday works."] * 3


@pytest.mark.parametrize(
    "text",
    [
        "From: 2pm\nTo: 4pm",
        "Either slot:\nFrom: 2pm\nTo: 4pm\non Tuesday",
        "To: whom it may concern",
        "Subject: pricing\nHow much for ten seats?",
        "Date: Tuesday\nTo: the Berlin office",
        "From: the whole team, thanks!",
        "On Tuesday I am free.",
        "On Tuesday at 3 we wrote a plan.",
        "On the phone she wrote: nothing",
        "Am Dienstag um 10 passt es.",
        "As Dana wrote: we start in May",
        "---\nTuesday\n---",
        "____ is the password",
        "Please fill in: ________",
        "- original message -",
        "Original Message was fine",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert strip_quoted(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Subject: pricing\nHow much?\n\n{HEADER_BLOCKS['outlook']}\n\nquoted", "Subject: pricing\nHow much?"),
        (f"On Thursday at 2 would work\n{ATTRIBUTIONS['gmail']}\n> q", "On Thursday at 2 would work"),
        (f"On Thursday at 2 would work.\n{PRIYA} wrote:\n> q", "On Thursday at 2 would work."),
        ("> Does Tuesday work?\nYes\n> And the price?\nToo high", "Yes\nToo high"),
        (f"  > indented quote\nYes\n{ATTRIBUTIONS['gmail']}\nq", "Yes"),
        ("> On Mon, Mar 2, 2026 Kim wrote:\nYes, I agree.", "Yes, I agree."),
        ("Yes\n> From: a@x.example\n> Subject: x\nand no", "Yes\nand no"),
        (f"Hi Priya,\n\n{ATTRIBUTIONS['gmail']}\n> Does Tuesday work?\nYes it does", "Hi Priya,"),
    ],
)
def test_the_cut_is_at_the_first_mark(text: str, expected: str) -> None:
    assert strip_quoted(text) == expected


@pytest.mark.parametrize("attribution", list(ATTRIBUTIONS.values()))
def test_bottom_posting_keeps_the_unquoted_lines(attribution: str) -> None:
    text = f"{attribution}\n\n> Hi Dana,\n> {FOOTER}\n\nTuesday works.\n\nPlease send the link."

    assert strip_quoted(text) == "Tuesday works.\n\nPlease send the link."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # processed once more: the answer's own quote and signature go as well
        (f"{ATTRIBUTIONS['gmail']}\n> q\n\nYes.\n\nOn Sun, Mar 1, 2026 Kim wrote:\nstop", "Yes."),
        (f"{ATTRIBUTIONS['gmail']}\n> q\n\nYes.\n-- \nDana", "Yes."),
        (f"{ATTRIBUTIONS['gmail']}\n> q\n> On Sun Kim wrote:\n>> r\n\nYes.", "Yes."),
        (f"> earlier\n{ATTRIBUTIONS['gmail']}\n> q\n\nYes.", "Yes."),
        # not quoted line by line: whose words these are cannot be told
        (f"{ATTRIBUTIONS['gmail']}\nHi Dana\nYes.", ""),
        # only an attribution introduces an answer below
        ("-----Original Message-----\n> q\n\nYes.", ""),
        (f"{HEADER_BLOCKS['outlook']}\n\n> q\nYes.", ""),
        ("________________\n" + HEADER_BLOCKS["outlook"] + "\nquoted", ""),
        ("---------- Forwarded message ---------\nFYI", ""),
        (f"{ATTRIBUTIONS['gmail']}\n> q", ""),
    ],
)
def test_bottom_posting_limits(text: str, expected: str) -> None:
    assert strip_quoted(text) == expected


def test_bottom_posting_in_html_below_a_blockquote() -> None:
    html = f"<p>{escape(ATTRIBUTIONS['gmail'])}</p><blockquote><p>{FOOTER}</p></blockquote><p>Tuesday works.</p>"

    assert clean_email(html, None).body == "Tuesday works."


def test_text_above_beats_an_answer_below() -> None:
    html = f"<p>Hi,</p><p>{escape(ATTRIBUTIONS['gmail'])}</p><blockquote>q</blockquote><p>{FOOTER}</p>"

    assert clean_email(html, None).body == "Hi,"


def test_a_rule_of_underscores_needs_text_above() -> None:
    assert strip_quoted("_____\nYes, this form:\nName") == "_____\nYes, this form:\nName"
    assert strip_quoted("Yes\n_____\nName") == "Yes"
