"""Replies that only acknowledge."""

import pytest

from inbox.rules.safety import classify_safety
from inbox.rules.safety.text import pieces

pytestmark = pytest.mark.unit

WORDS = pieces(
    "thanks|thank you|thx|ty|tnx|many thanks|so much|a lot|very|appreciated|appreciate it|ok|okay|k|got it|"
    "noted|cool|great|perfect|awesome|nice|sounds good|understood|roger|copy that|cheers|will do|received|"
    "gracias|merci|danke|vielen dank|grazie|grazie mille|obrigado|obrigada|bedankt|dank je|vale|perfecto|"
    "parfait|alright|all right|fantastic|excellent|wonderful|super"
)


@pytest.mark.parametrize("channel", ["email", "sms", "linkedin"])
def test_every_word_of_the_list_acknowledges(channel):
    assert [word for word in WORDS if classify_safety(word.title() + "!", channel=channel) != "ack_only"] == []


@pytest.mark.parametrize(
    ("body", "lead_name"),
    [
        ("Got it, thank you so much\nDana", "Dana Whitfield"),
        ("Many thanks\nKind regards\nDana", "Dana Whitfield"),
        ("Thanks!\n\nBest regards,\nDana Whitfield", "Dana Whitfield"),
        ("Ok\nthanks", None),
        ("Thank you very much!", None),
        ("Perfect, sounds good. Cheers", None),
        ("Thanks a lot 👍", None),
        ("Will do, appreciate it", None),
        ("OK.", None),
        ("Merci\nJosé", "José Núñez"),
    ],
)
def test_acknowledgements(body, lead_name):
    assert classify_safety(body, lead_name=lead_name) == "ack_only"


@pytest.mark.parametrize("body", ["👍", "👍🏽", "👌", "🙏🏿", "🙌", "✅", "✔️", "❤️", "👍👍", "🙏 ❤️"])
def test_emoji_acknowledgements(body):
    assert classify_safety(body, channel="sms") == "ack_only"


@pytest.mark.parametrize(
    ("body", "lead_name"),
    [
        ("No thanks", None),
        ("ok 3pm", None),
        ("Thanks?", None),
        ("thanks, call me", None),
        ("Yes", None),
        ("sure", None),
        ("you", None),
        ("great, see https://x.example", None),
        ("great, see www.x.example", None),
        ("thanks dana@x.example", None),
        ("Thanks\nSam", "Dana Whitfield"),
        ("Thanks Dana", "Dana Whitfield"),
        ("ok ok ok ok ok ok ok ok ok", None),
        ("Thanks but not for us", None),
        ("🎉", None),
        ("👍 Tuesday", None),
        ("👎", None),
        ("Thanks\nTuesday then", None),
        ("Got it. Who pays?", None),
        ("great " * 14, None),
        ("", None),
        ("...", None),
    ],
)
def test_anything_more_is_no_acknowledgement(body, lead_name):
    assert classify_safety(body, lead_name=lead_name) == "none"
