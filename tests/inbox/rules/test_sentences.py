"""Every stable code a person may meet has a sentence."""

import re
from pathlib import Path

import pytest

from inbox.enums import DraftClosedReason, SafetyKind
from inbox.rules import sentences

INBOX = Path(__file__).parents[3] / "inbox"
BLOCK = re.compile(r'Block\(\s*code="(\w+)"')
SKIP = re.compile(r'(?:return|draft_skip_reason=|_skip\(message, written\.reason or|AI_UNAVAILABLE =) ?"(\w+)"')
SKIP_SOURCES = (
    "rules/eligibility.py",
    "services/stages/draft.py",
    "services/stages/classify.py",
    "services/drafting/storing.py",
    "services/drafting/writing.py",
)
HANDLED = {SafetyKind.NONE, SafetyKind.ACK_ONLY}

pytestmark = pytest.mark.unit


def codes(pattern, paths):
    return {code for path in paths for code in pattern.findall(path.read_text())}


def test_every_block_of_a_send_has_a_sentence():
    found = codes(BLOCK, (INBOX / "services").rglob("*.py"))

    assert "no_sender" in found
    assert found - set(sentences.DELIVERY_ERRORS) == set()


def test_every_reason_against_a_draft_has_a_sentence():
    found = codes(SKIP, [INBOX / source for source in SKIP_SOURCES])

    assert {"stale_message", "generation_failed", "newsletter", "ai_unavailable"} <= found
    assert found - set(sentences.SKIP_REASONS) == set()


@pytest.mark.parametrize("kind", [kind for kind in SafetyKind if kind not in HANDLED])
def test_every_safety_kind_has_a_sentence(kind):
    assert sentences.skip_sentence(f"safety_{kind}") == sentences.SKIP_REASONS[f"safety_{kind}"]


@pytest.mark.parametrize("reason", DraftClosedReason)
def test_every_closing_reason_has_a_sentence(reason):
    assert reason in sentences.CLOSED_REASONS


def test_unknown_codes_are_shown_as_words():
    assert sentences.skip_sentence("some_new_reason") == "No draft: some new reason."
    assert sentences.skip_sentence(None) == ""
    assert sentences.delivery_sentence("http_451", "The mailbox is full") == "The mailbox is full"
    assert sentences.delivery_sentence("http_451") == "Not sent: http 451."
    assert sentences.refusal_sentence("newer_message") == sentences.REFUSALS["newer_message"]
    assert sentences.act_sentence("lead.status_set", {"status": "meeting_booked"}) == "set the status to meeting booked"
    assert sentences.act_sentence("lead.status_set", None) == "set the status to"
    assert sentences.act_sentence("workspace.renamed", {}) == ""
