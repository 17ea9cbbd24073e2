"""Every stable code a person may meet has a sentence."""

import re
from pathlib import Path

import pytest

from inbox.enums import DraftClosedReason, SafetyKind
from inbox.rules import feedback, sentences
from inbox.rules.invariants import CODES
from inbox.services.drafting.writing import FALLBACK_DRAFT, OVERSEER_FAILED, VERIFICATION_FAILED

INBOX = Path(__file__).parents[3] / "inbox"
BLOCK = re.compile(r'Block\(\s*code="(\w+)"')
SKIP = re.compile(
    r"(?:return|draft_skip_reason=|_skip\(message, written\.reason or|note_skip\(message,"
    r'|"(?:disabled|budget_exhausted)":) ?"(\w+)"'
)
GENERATION = re.compile(
    r'(?:Regenerated\(code=|code=|    return |SKIPPED, |NO_\w+ = |if asked else |else )"([a-z]+_[a-z_]+)"'
)
GENERATION_SOURCES = ("regenerating", "refreshing", "requests")
NOT_OUTCOMES = {"bad_input", "too_many"}
SKIP_SOURCES = (
    "rules/eligibility.py",
    "services/stages/draft.py",
    "services/stages/classify.py",
    "services/drafting/storing.py",
    "services/drafting/steps.py",
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


def test_every_flag_of_a_draft_has_a_sentence():
    flags = {*CODES, FALLBACK_DRAFT, VERIFICATION_FAILED, OVERSEER_FAILED, "stale_slots"}

    assert set(sentences.DRAFT_FLAGS) == flags
    assert set(feedback.SENTENCES) == set(CODES)


def test_every_answer_to_asking_for_a_draft_has_a_sentence():
    found = codes(GENERATION, [INBOX / "services" / "drafting" / f"{name}.py" for name in GENERATION_SOURCES])

    assert {"draft_decided", "no_times", "draft_edited", "send_in_progress"} <= found
    unnamed = {code for code in found if sentences.generation_sentence("failed", code).startswith("No new draft:")}
    assert unnamed <= NOT_OUTCOMES


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
