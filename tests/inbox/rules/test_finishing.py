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
