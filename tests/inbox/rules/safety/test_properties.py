"""What holds for every text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.enums import SafetyKind
from inbox.rules.safety import classify_safety, is_opt_out, normalize, own_words
from inbox.rules.safety.text import pieces
from tests.inbox.rules.safety import cases_english

pytestmark = pytest.mark.unit

WORDS = st.sampled_from(
    pieces(
        "stop|do not|don't|never|contact|me|email|please|unsubscribe|remove|my number|from your list|no more|emails"
        "|we had to|>|On Mon wrote:|--|,|.|?|!|;|\n|thanks|Dana|out of office|monday"
    )
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=40).map(" ".join))
SENTENCES = st.sampled_from([s for group in cases_english.FIRES.values() for s in group])


@given(body=TEXTS, subject=TEXTS, channel=st.sampled_from(["email", "sms", "linkedin"]))
@settings(max_examples=150, deadline=None)
def test_any_text_has_a_kind(body, subject, channel):
    assert classify_safety(body, subject, channel, lead_name=subject, from_email=subject) in SafetyKind.values


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_normalize_is_stable(text):
    once = normalize(text)

    assert normalize(once) == once


@given(SENTENCES, st.sampled_from(["Ok.", "We sell boats.", "Our budget is gone.", "Wrong person here."]))
@settings(max_examples=100, deadline=None)
def test_what_stands_beside_a_request_does_not_hide_it(request_text, beside):
    assert is_opt_out(f"{beside}\n{request_text}")
    assert is_opt_out(f"{request_text}\n{beside}")


@given(SENTENCES)
@settings(max_examples=60, deadline=None)
def test_an_opt_out_is_read_again_from_its_own_words(request_text):
    assert is_opt_out(own_words(request_text))
