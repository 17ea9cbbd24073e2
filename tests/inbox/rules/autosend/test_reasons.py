"""Every code a decision or an outcome may carry has a sentence."""

import ast
import re
from pathlib import Path

import pytest

from inbox.enums import DraftStatus
from inbox.rules.autosend.reasons import decision_reasons, decision_sentence
from inbox.rules.autosend.tripwire import TRIPS

INBOX = Path(__file__).parents[4] / "inbox"
SERVICES = INBOX / "services/autosend"
SOURCES = [*(INBOX / "rules/autosend").glob("*.py"), *SERVICES.glob("*.py")]
CODE = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")
# Words of the same shape that are no reasons: actions, states, names of keys and columns.
OTHER_WORDS = {
    "send_immediate",
    "send_delayed",
    "needs_review",
    "ask_model",
    "safe_to_send",
    "requires_human_review",
    "draft_status_",
    # Why an API call was refused.
    "not_changed",
    # Why a step of a threshold proposal was refused.
    "calibration_stale",
    "moved_on",
    "nothing_to_propose",
    "open_proposal",
    "threshold_changed",
}

pytestmark = pytest.mark.unit


def literals_given_as_reasons():
    """Strings of the shape of a code that stand where a reason is returned or passed."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg in ("reason", "code"):
                yield from strings(node.value)
            elif isinstance(node, ast.Call) and called(node) in ("_cancel", "_review", "block_verdict"):
                for argument in node.args[:1]:
                    yield from strings(argument)
            elif path.parent == SERVICES:
                continue
            elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
                yield from strings(node.elts[1])
            elif isinstance(node, ast.Return) and node.value is not None:
                yield from strings(node.value)


def strings(node):
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and CODE.fullmatch(part.value):
            yield part.value


def called(node):
    return node.func.id if isinstance(node.func, ast.Name) else ""


def test_every_reason_code_has_a_sentence():
    codes = set(literals_given_as_reasons()) - OTHER_WORDS

    assert {"globally_disabled_via_env", "empty_draft", "below_threshold", "lead_rate_limited", "ack_only"} <= codes
    assert codes - set(decision_reasons()) - set(TRIPS) == set()


@pytest.mark.parametrize("status", [status for status in DraftStatus if status != DraftStatus.PENDING])
def test_every_end_of_a_draft_has_a_sentence(status):
    assert f"draft_status_{status}" in decision_reasons()


def test_sentences_are_sentences():
    assert all(text[0].isupper() and "_" not in text for text in decision_reasons().values())


def test_invariants_are_named_behind_the_sentence():
    assert (
        decision_sentence("post_ai_invariant_failed:placeholder,unknown_url")
        == "The text breaks a rule that nothing overrides: placeholder, unknown url."
    )
    assert decision_sentence("below_threshold") == "The confidence is below the campaign's threshold."
    assert decision_sentence("something_new") == "Something new."
    assert decision_sentence(None) == ""
