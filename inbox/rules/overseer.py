"""What the overseer understood of a reply (09 §2.12), and whether a draft passes its gate (05 R20)."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from zoneinfo import available_timezones

from inbox.rules.schedulers import scheduler_urls

INTENTS = ("accept_offer", "request_times", "propose_time", "reschedule", "decline", "other")
SPECIFICITIES = ("specific", "day_only", "generic", "none")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS_OF_DAY = ("morning", "afternoon", "evening")
QUALIFICATIONS = ("qualified", "unqualified", "unknown")

BOOKING_ONLY = "booking_only"
CLARIFY_ONLY = "clarify_only"
INFO_THEN_BOOKING = "info_then_booking"

MAX_EVIDENCE = 5
EVIDENCE_CHARS = 160
MAX_ISSUES = 10
ISSUE_CHARS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingDecision:
    """What one reply means for a meeting. Confidences are 0 to 1; `accepted_slot_index` is 1-based within the
    times that were offered; `detected_timezone` is an IANA name.
    """

    is_scheduling_related: bool = False
    intent: str = "other"
    intent_to_book: bool = False
    intent_confidence: float = 0.0
    acceptance_specificity: str = "none"
    accepted_slot_index: int | None = None
    preferred_day_of_week: str | None = None
    preferred_time_of_day: str | None = None
    relative_preference: str | None = None
    relative_preference_detail: str | None = None
    qualification_status: str = "unknown"
    qualification_confidence: float = 0.0
    qualification_evidence: tuple[str, ...] = ()
    time_from_body_only: bool = False
    detected_timezone: str | None = None
    time_extraction_confidence: float = 0.0
    needs_clarification: bool = False
    clarification_reason: str | None = None
    needs_pricing_answer: bool = False
    needs_community_details: bool = False
    confidence: float = 0.0
    evidence: tuple[str, ...] = ()

    @property
    def has_booking_intent(self) -> bool:
        """Speaks of a meeting and wants one."""
        return self.is_scheduling_related and self.intent_to_book

    @property
    def is_qualified(self) -> bool:
        """Known to be one of those we want to meet."""
        return self.qualification_status == "qualified"

    @property
    def should_book_now(self) -> bool:
        """Nothing is left to ask."""
        return self.has_booking_intent and self.is_qualified and not self.needs_clarification

    @property
    def response_mode(self) -> str:
        """What an answer may do: BOOKING_ONLY no pitch, CLARIFY_ONLY one question, INFO_THEN_BOOKING both in turn."""
        if self.needs_clarification:
            return CLARIFY_ONLY
        if self.should_book_now:
            return BOOKING_ONLY
        if self.has_booking_intent or self.needs_pricing_answer or self.needs_community_details:
            return INFO_THEN_BOOKING
        return CLARIFY_ONLY

    def as_json(self) -> dict[str, Any]:
        """The stored payload: the answer, and the contract that follows from it beside it."""
        contract = {
            "has_booking_intent": self.has_booking_intent,
            "is_qualified": self.is_qualified,
            "should_book_now": self.should_book_now,
            "response_mode": self.response_mode,
        }
        return {**asdict(self), "contract": contract}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "MeetingDecision":
        """What `as_json` wrote."""
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in stored.items() if name in known
        }
        return cls(**values)


def read_extraction(answer: Mapping[str, Any], *, offers: int) -> MeetingDecision:
    """A model's answer made safe: numbers clamped, unknown words other or unknown, an index outside of the
    `offers` and an invalid zone null.
    """
    return MeetingDecision(
        is_scheduling_related=answer["is_scheduling_related"],
        intent=_one_of(answer["intent"], INTENTS) or "other",
        intent_to_book=answer["intent_to_book"],
        intent_confidence=_unit(answer["intent_confidence"]),
        acceptance_specificity=_one_of(answer["acceptance_specificity"], SPECIFICITIES) or "none",
        accepted_slot_index=_index(answer["accepted_slot_index"], offers),
        preferred_day_of_week=_one_of(answer["preferred_day_of_week"], DAYS),
        preferred_time_of_day=_one_of(answer["preferred_time_of_day"], PARTS_OF_DAY),
        relative_preference=_words(answer["relative_preference"], 60),
        relative_preference_detail=_words(answer["relative_preference_detail"], EVIDENCE_CHARS),
        qualification_status=_one_of(answer["qualification_status"], QUALIFICATIONS) or "unknown",
        qualification_confidence=_unit(answer["qualification_confidence"]),
        qualification_evidence=_list(answer["qualification_evidence"], MAX_EVIDENCE, EVIDENCE_CHARS),
        time_from_body_only=answer["time_from_body_only"],
        detected_timezone=_zone(answer["detected_timezone"]),
        time_extraction_confidence=_unit(answer["time_extraction_confidence"]),
        needs_clarification=answer["needs_clarification"],
        clarification_reason=_words(answer["clarification_reason"], EVIDENCE_CHARS),
        needs_pricing_answer=answer["needs_pricing_answer"],
        needs_community_details=answer["needs_community_details"],
        confidence=_unit(answer["confidence"]),
        evidence=_list(answer["evidence"], MAX_EVIDENCE, EVIDENCE_CHARS),
    )


_TIMES_AND_SCHEDULING = re.compile(
    r"\b\d{1,2}(?::\d{2})? ?(?:am|pm)\b|\b\d{1,2}:\d{2}\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\btomorrow\b"
    r"|https?://|\bwww\."
    r"|\b(?:schedul\w{0,5}|book(?:ed|ing)?|calendar|calendly|meet(?:ing)?|call|demo|slots?|available|availability"
    r"|invite|invitation|appointment)\b",
    re.IGNORECASE,
)


def gate_applies(decision: MeetingDecision | None, draft: str) -> bool:
    """Whether the gate has something to say: the reply speaks of a meeting, or the draft names a time, a link
    or words of scheduling.
    """
    if decision is not None and decision.is_scheduling_related:
        return True
    return _TIMES_AND_SCHEDULING.search(draft) is not None or bool(scheduler_urls(draft))


def clean_issues(issues: list[str]) -> tuple[str, ...]:
    """At most ten sentences of at most 160 characters."""
    return _list(issues, MAX_ISSUES, ISSUE_CHARS)


def _one_of(value: str | None, known: tuple[str, ...]) -> str | None:
    word = (value or "").strip().lower()
    return word if word in known else None


def _unit(value: float) -> float:
    return min(max(float(value), 0.0), 1.0)


def _index(value: int | None, offers: int) -> int | None:
    return value if value is not None and 1 <= value <= offers else None


def _words(value: str | None, length: int) -> str | None:
    return " ".join((value or "").split())[:length] or None


def _list(values: list[str], most: int, length: int) -> tuple[str, ...]:
    shortened = (_words(value, length) for value in values)
    return tuple(value for value in shortened if value)[:most]


def _zone(value: str | None) -> str | None:
    name = (value or "").strip()
    return name if name in available_timezones() else None
