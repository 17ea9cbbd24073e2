"""What may be kept of a call beside its figures."""

import uuid

import pytest

from zrg.ai.rules.metadata import clean_metadata, code_word

pytestmark = pytest.mark.unit


def cleaned(value):
    return clean_metadata({"routeOutcome": value}).get("routeOutcome")


def test_only_known_names_are_kept():
    assert clean_metadata({"routeSkip": {"route": "x"}, "transcript": "secret", "prompt": 1}) == {
        "routeSkip": {"route": "x"}
    }


@pytest.mark.parametrize(
    "text",
    [
        "Could you send more details about the pricing?",
        "a line\nthat goes on for more than forty characters",
        "ann@acme.example",
        "+1 415 555 0137",
        "4155550137",
        "https://acme.example/pricing",
        "www.acme.example",
    ],
)
def test_hard_05_prose_addresses_phones_and_links_are_dropped(text):
    assert cleaned({"code": "x", "text": text, "list": [text, 1]}) == {"code": "x", "list": [1]}


@pytest.mark.parametrize("value", ["needs_clarification", "gpt-5.1-2025-11-13", "two words", 3, 0.5, True, None])
def test_codes_and_figures_stay(value):
    assert cleaned({"value": value}) == {"value": value}


def test_long_words_are_cut_and_ids_are_text():
    identity = uuid.uuid4()

    assert cleaned({"word": "x" * 300, "id": identity}) == {"word": "x" * 200, "id": str(identity)}


def test_depth_and_length_are_bounded():
    deep = {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}

    assert cleaned(deep) == {"a": {"b": {"c": {"d": {}}}}}
    assert len(cleaned({"list": list(range(80))})["list"]) == 50
    assert len(cleaned({f"k{number}": number for number in range(80)})) == 50


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", object()])
def test_what_json_cannot_hold_is_dropped(value):
    assert cleaned({"value": value, "ok": 1}) == {"ok": 1}


@pytest.mark.parametrize("name", ["Hello there", "ann@acme.example", "x" * 65, 7])
def test_names_are_codes_too(name):
    assert cleaned({name: 1}) == {}


@pytest.mark.parametrize(
    ("value", "word"), [("invalid_request_error", "invalid_request_error"), ("text.format", "text.format")]
)
def test_codes_of_a_provider_are_kept(value, word):
    assert code_word(value) == word


@pytest.mark.parametrize("value", [None, "Call me maybe", "ann@acme.example", "x" * 61])
def test_sentences_of_a_provider_are_not(value):
    assert code_word(value) == ""
