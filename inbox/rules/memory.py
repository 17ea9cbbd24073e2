"""Which facts about a lead are kept, and which may be used without a person (05 R25)."""

import re
from dataclasses import dataclass
from datetime import timedelta

from inbox.enums import MemoryStatus
from inbox.rules.safety.text import fold
from zrg.ai.context import redact_memory

MAX_CATEGORY_CHARS = 64
MAX_CONTENT_CHARS = 500
MAX_TTL_DAYS = 90
SUGGESTED_CATEGORIES = (
    "timezone_preference",
    "scheduling_preference",
    "communication_preference",
    "availability_pattern",
)

_MARK = re.compile(r"\[(?:email|phone|secret|link)\]")
# What tells us what to do instead of telling how the lead is.
_INSTRUCTION = re.compile(
    r"\b(?:always|never|ignore|disregard|forget|pretend|override|must|shall|make sure|be sure|ensure|from now on"
    r"|instructions?|prompts?|assistant|remember to|you (?:should|have to|need to|can|may|are))\b"
    r"|^(?:please )?(?:do not|don't|tell|say|reply|respond|answer|write|send|offer|give|promise|confirm|book|schedule"
    r"|call|use|add|include|mention|approve|act|treat|mark|set)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryProposal:
    """A fact as it was proposed, unchecked."""

    category: str
    content: str
    ttl_days: int = MAX_TTL_DAYS
    confidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPolicy:
    """A workspace's rules: an empty allowlist approves nothing."""

    allowlist: frozenset[str] = frozenset()
    min_confidence: float = 0.7
    ttl_days: int = MAX_TTL_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryVerdict:
    """What is stored of a proposal; `reason` is "" or why a person has to look."""

    category: str
    content: str
    status: MemoryStatus
    confidence: float
    ttl: timedelta
    reason: str = ""


def decide_memory(proposal: MemoryProposal, policy: MemoryPolicy) -> MemoryVerdict | None:
    """None when nothing is left to keep. Approved only if the category is allowed and the confidence reaches the
    policy; what reads like an instruction waits for a person whatever its score.
    """
    category = proposal.category.strip()
    content = scrub_memory(proposal.content)
    if not 1 <= len(category) <= MAX_CATEGORY_CHARS or not content:
        return None
    confidence = min(max(proposal.confidence, 0.0), 1.0)
    reason = _why_wait(category, content, confidence, policy)
    return MemoryVerdict(
        category=category,
        content=content,
        status=MemoryStatus.PENDING if reason else MemoryStatus.APPROVED,
        confidence=confidence,
        ttl=timedelta(days=min(max(proposal.ttl_days, 1), policy.ttl_days, MAX_TTL_DAYS)),
        reason=reason,
    )


def scrub_memory(text: str) -> str:
    """At most 500 characters on one line, without addresses, phones, links and secrets."""
    words = _MARK.sub(" ", redact_memory(text))
    return " ".join(words.split()).strip(" ,;:-")[:MAX_CONTENT_CHARS].strip()


def reads_like_instruction(content: str) -> bool:
    """Whether a text orders instead of telling ("always offer a discount", "ignore the price list")."""
    return _INSTRUCTION.search(fold(content)) is not None


def _why_wait(category: str, content: str, confidence: float, policy: MemoryPolicy) -> str:
    if reads_like_instruction(content):
        return "instruction"
    if category not in policy.allowlist:
        return "category_not_allowed"
    return "" if confidence >= policy.min_confidence else "low_confidence"
