"""From a model's text to a draft's text."""

import pytest

from inbox.rules.finishing import EMAIL_LIMIT, finish_text, shorten

pytestmark = pytest.mark.unit

SIGNATURE = "Priya Nair\nNorthfork"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Hi Dana,\n\n\n\nyes.  ", "Hi Dana,\n\nyes."),
        ("Subject: Re: idea\n\nHi Dana", "Hi Dana"),
        ("It works — really", "It works, really"),
        ("a\x00b\r\nc", "ab\nc"),
    ],
)
def test_finish_text_tidies(text, expected):
    assert finish_text(text, channel="email") == expected


def test_signature_stands_once_at_the_end():
    text = f"Hi Dana\n\n{SIGNATURE}\n\nP.S. more\n\n{SIGNATURE}"

    finished = finish_text(text, channel="email", signature=SIGNATURE)

    assert finished.count(SIGNATURE) == 1
    assert finished.endswith(SIGNATURE)


def test_empty_text_gets_no_signature():
    assert finish_text("  \n ", channel="email", signature=SIGNATURE) == ""


def test_long_text_is_cut_at_a_sentence_end():
    text = "A sentence of some length. " * 60

    finished = finish_text(text, channel="email")

    assert len(finished) <= EMAIL_LIMIT
    assert finished.endswith("length.")


def test_shorten_never_cuts_inside_a_link():
    text = "word " * 20 + "https://northfork.example/a/very/long/path/that/goes/on"

    assert "https" not in shorten(text, 120)


LINK = "https://calendly.com/harbor/30min"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes. Call +1 (415) 555-0137 any time. Thanks!", "Yes. Thanks!"),
        ("Yes.\nCall 415-555-0137\nThanks", "Yes.\nThanks"),
        (f"Pick here: {LINK}. Fine? P.S. Again: {LINK}", f"Pick here: {LINK}. Fine?"),
        ("See https://harbor.example/4155550137 now.", "See https://harbor.example/4155550137 now."),
    ],
)
def test_whole_sentences_go_or_stay(text, expected):
    assert finish_text(text, channel="email", booking_link=LINK) == expected


def test_the_signatures_own_number_stays():
    signature = "Priya\n+1 415 555 0137"

    assert finish_text("Yes, I call you.", channel="email", signature=signature) == f"Yes, I call you.\n\n{signature}"


def test_a_link_is_never_cut():
    text = "First sentence here is long enough to stand. " + "x" * 30 + f" see {LINK}?page=1 for more"

    assert shorten(text, 110) == "First sentence here is long enough to stand."
    assert shorten(f"abc see {LINK}", 20) == "abc see"


@pytest.mark.parametrize("text", ["Hello there.\n---\nSecond part.", "One part only."])
def test_sms_parts_that_fit_stay(text):
    assert finish_text(text, channel="sms") == text


def test_long_sms_is_packed_into_three_parts():
    finished = finish_text("This sentence has about forty-five characters. " * 30, channel="sms")

    parts = finished.split("\n---\n")
    assert len(parts) == 3
    assert all(len(part) <= 160 and part.endswith(".") for part in parts)
