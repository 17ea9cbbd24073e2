"""Sentiment tags: which are positive, which need attention, what status they give, and the plain no."""

import re

from inbox.enums import CURRENT_TAGS, SafetyKind, SentimentTag
from inbox.rules.safety.text import fold
from leads.enums import POSITIVE_TAGS, LeadStatus

# Written by earlier installations; read as Interested, never written.
LEGACY_POSITIVE = "Positive"

POSITIVE: frozenset[str] = frozenset(POSITIVE_TAGS)
ATTENTION: frozenset[str] = POSITIVE | {LEGACY_POSITIVE, SentimentTag.MEETING_BOOKED, SentimentTag.FOLLOW_UP}
# Stored on the message; they never replace a tag that came from a person's words.
MACHINE_TAGS: frozenset[str] = frozenset({SentimentTag.OUT_OF_OFFICE, SentimentTag.AUTOMATED_REPLY})

# The model's schema spells two tags its own way.
_MODEL_SPELLINGS = {"Out Of Office": SentimentTag.OUT_OF_OFFICE, LEGACY_POSITIVE: SentimentTag.INTERESTED}

_TAG_OF_KIND = {
    SafetyKind.OPT_OUT: SentimentTag.BLACKLIST,
    SafetyKind.DEAD_INBOX: SentimentTag.BLACKLIST,
    SafetyKind.OUT_OF_OFFICE: SentimentTag.OUT_OF_OFFICE,
    SafetyKind.AUTOMATED_REPLY: SentimentTag.AUTOMATED_REPLY,
}

_STATUS_OF_TAG: dict[str, str] = {
    SentimentTag.MEETING_BOOKED: LeadStatus.MEETING_BOOKED,
    SentimentTag.MEETING_REQUESTED: LeadStatus.MEETING_REQUESTED,
    SentimentTag.CALL_REQUESTED: LeadStatus.QUALIFIED,
    SentimentTag.INFORMATION_REQUESTED: LeadStatus.QUALIFIED,
    SentimentTag.INTERESTED: LeadStatus.QUALIFIED,
    LEGACY_POSITIVE: LeadStatus.QUALIFIED,
    SentimentTag.NOT_INTERESTED: LeadStatus.NOT_INTERESTED,
    SentimentTag.BLACKLIST: LeadStatus.BLACKLISTED,
    SentimentTag.NEW: LeadStatus.NEW,
    SentimentTag.OBJECTION: LeadStatus.NEW,
    SentimentTag.FOLLOW_UP: LeadStatus.NEW,
}
_NEVER_MOVED = (LeadStatus.UNQUALIFIED, LeadStatus.BLACKLISTED)
_NOT_LOWERED = (LeadStatus.QUALIFIED, LeadStatus.MEETING_REQUESTED)
# Doubts and "later" do not take back what the lead already said.
_MILD_TAGS = (SentimentTag.OBJECTION, SentimentTag.FOLLOW_UP)


def is_positive(tag: str | None) -> bool:
    """True for tags that lead to a meeting; the legacy value counts as Interested."""
    return tag in POSITIVE or tag == LEGACY_POSITIVE


def known_tag(value: str | None) -> SentimentTag | None:
    """The tag a value means, compared exactly; None for words that are no tag (store Neutral and say so)."""
    if value in _MODEL_SPELLINGS:
        return _MODEL_SPELLINGS[value]
    return SentimentTag(value) if value in CURRENT_TAGS else None


def tag_for_safety(kind: str, *, hard_bounce: bool = False) -> SentimentTag | None:
    """The tag a safety kind decides without a model; None when it decides none (a soft bounce, a person)."""
    if kind == SafetyKind.BOUNCE:
        return SentimentTag.BLACKLIST if hard_bounce else None
    return _TAG_OF_KIND.get(SafetyKind(kind))


def status_for(tag: str | None, current: str | None) -> str:
    """The status a tag gives to a lead that has `current` (None: a fresh lead).

    Never leaves unqualified or blacklisted by itself; a booked meeting yields only to blacklisted.
    """
    status = current or LeadStatus.NEW.value
    target = _STATUS_OF_TAG.get(tag or "", status)
    if status in _NEVER_MOVED or (status == LeadStatus.MEETING_BOOKED and target != LeadStatus.BLACKLISTED):
        return status
    if tag in _MILD_TAGS and status in _NOT_LOWERED:
        return status
    return str(target)


# --- the plain no ---------------------------------------------------------------------------------------------

MAX_DECLINE_WORDS = 12
_DECLINE = re.compile(
    r"\bnot (?:\w{1,12} )?interested\b|\bno thank(?:s| you)\b|\bno,? thx\b"
    r"|\bnot (?:\w{1,12} )?(?:a|the right) (?:\w{1,12} )?fit\b"
    r"|\bnot for (?:me|us)\b|\bnot at this time\b"
)
_OPENNESS = re.compile(r"\?|\b(?:but|however|maybe|perhaps|later|next|send|unless|until|yet|right now|try)\b")


def is_deterministic_decline(text: str) -> bool:
    """True when a short reply declines and leaves nothing open; such a reply needs no model."""
    folded = fold(text)
    words = re.findall(r"[\w'-]+", folded[:400])
    if len(folded) > 400 or not 0 < len(words) <= MAX_DECLINE_WORDS:
        return False
    return _DECLINE.search(folded) is not None and not _OPENNESS.search(folded)
