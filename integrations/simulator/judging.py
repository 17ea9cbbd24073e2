"""What the model on this machine says of drafts: cautious words hold them, plain ones pass."""

import json
import re
from typing import Any

_DOCUMENT = re.compile(r"<<<DOCUMENT[^\n]*\n(.*)\n<<<END", re.DOTALL)
_TROUBLE = re.compile(
    r"\b(?:lawyer|legal|refund|complain\w*|gdpr|privacy|security|attach\w*|angry|contract)\b", re.IGNORECASE
)
_CLOSING = re.compile(r"\b(?:no thanks|not interested|stop|later|thank(?:s| you)[.! ]*$)", re.IGNORECASE)


def judge(prompt: str) -> dict[str, Any]:
    """The evaluator's answer to one document."""
    document = _document(prompt)
    inbound, draft = str(document.get("latest_inbound", "")), str(document.get("draft_reply", ""))
    if _TROUBLE.search(inbound):
        return _answer(safe=False, confidence=0.4, reason="A topic that a person answers.")
    if document.get("pricing_terms_mismatch", {}).get("has_mismatch"):
        return _answer(safe=False, confidence=0.5, reason="A price without a source.")
    if len(draft) < len("Hi Dana,"):
        return _answer(safe=False, confidence=0.3, reason="The draft says next to nothing.")
    return _answer(safe=True, confidence=0.94, reason="")


def grade(prompt: str) -> dict[str, Any]:
    """The marks of a replayed answer: good ones, unless the evaluator would hold it."""
    if judge(prompt)["safe_to_send"]:
        return {"pricing_cadence": 100, "facts": 92, "safety": 95, "quality": 88, "issues": []}
    return {"pricing_cadence": 30, "facts": 40, "safety": 35, "quality": 40, "issues": ["other"]}


def wants_answer(text: str) -> bool:
    """Whether there is anything to answer."""
    return _CLOSING.search(text) is None


def _document(prompt: str) -> dict[str, Any]:
    match = _DOCUMENT.search(prompt)
    return dict(json.loads(match.group(1))) if match else {}


def _answer(*, safe: bool, confidence: float, reason: str) -> dict[str, Any]:
    return {"safe_to_send": safe, "requires_human_review": not safe, "confidence": confidence, "reason": reason}
