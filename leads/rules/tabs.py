"""In which tabs of the inbox a lead is.

`in_tab` is the definition in plain values; `tab_predicate` is the same as a condition of the database
(it stands with the querysets, which may not look upwards). A test holds the two together.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from leads.enums import ATTENTION_TAGS, CLOSED_STATUSES, LeadStatus, SentimentTag, Tab
from leads.querysets import tab_predicate

__all__ = ["in_tab", "is_attention", "is_open", "is_snoozed", "tab_predicate", "tabs_of"]


class LeadLike(Protocol):
    """What decides about tabs; a lead, or a row of values."""

    status: str
    sentiment_tag: str
    last_inbound_at: datetime | None
    last_answer_at: datetime | None
    snoozed_until: datetime | None
    snooze_until_reply: bool
    has_pending_draft: bool
    has_review_draft: bool
    has_ai_sent: bool


class Timed(Protocol):
    """What decides whether somebody waits."""

    @property
    def last_inbound_at(self) -> datetime | None: ...

    @property
    def last_answer_at(self) -> datetime | None: ...


def in_tab(lead: LeadLike, tab: str, now: datetime) -> bool:
    """Whether the lead is listed under `tab`; a snoozed lead is under `snoozed` only."""
    snoozed = is_snoozed(lead, now)
    if tab == Tab.SNOOZED:
        return snoozed
    return not snoozed and _CONDITIONS[Tab(tab)](lead)


def tabs_of(lead: LeadLike, now: datetime) -> list[str]:
    """Every tab the lead is in, in the order of the page."""
    return [tab.value for tab in Tab if in_tab(lead, tab, now)]


def is_snoozed(lead: LeadLike, now: datetime) -> bool:
    """Put aside until a moment still to come, or until the lead writes."""
    return lead.snooze_until_reply or (lead.snoozed_until is not None and lead.snoozed_until > now)


def is_open(lead: Timed) -> bool:
    """They wrote and nobody answered since; an answer at the same instant counts."""
    if lead.last_inbound_at is None:
        return False
    return lead.last_answer_at is None or lead.last_answer_at < lead.last_inbound_at


def is_attention(lead: LeadLike) -> bool:
    """The tag asks for a person, and the lead is still worked on."""
    return lead.sentiment_tag in ATTENTION_TAGS and _normal(lead)


def _normal(lead: LeadLike) -> bool:
    return lead.status not in CLOSED_STATUSES


def _handled(lead: LeadLike) -> bool:
    return lead.last_inbound_at is not None and not is_open(lead)


_CONDITIONS: dict[Tab, Callable[[LeadLike], bool]] = {
    Tab.ALL: lambda lead: True,
    Tab.RESPONSES: is_open,
    Tab.ATTENTION: lambda lead: is_attention(lead) and is_open(lead),
    Tab.PREVIOUS_ATTENTION: lambda lead: is_attention(lead) and _handled(lead),
    Tab.AI_REVIEW: lambda lead: lead.has_review_draft,
    Tab.DRAFTS: lambda lead: lead.has_pending_draft and _normal(lead) and lead.sentiment_tag != SentimentTag.BLACKLIST,
    Tab.AWAITING_REPLY: lambda lead: _handled(lead) and _normal(lead),
    Tab.FOLLOW_UP: lambda lead: lead.sentiment_tag == SentimentTag.FOLLOW_UP,
    Tab.NEEDS_REPAIR: lambda lead: lead.status == LeadStatus.NEEDS_REPAIR,
    Tab.AI_SENT: lambda lead: lead.has_ai_sent,
}


def explain_tabs(lead: LeadLike, now: datetime) -> list[tuple[str, str]]:
    """The tabs a lead is in, each with the facts that put it there (for the admin)."""
    if is_snoozed(lead, now):
        until = "until the lead writes" if lead.snooze_until_reply else f"until {lead.snoozed_until:%Y-%m-%d %H:%M} UTC"
        return [(Tab.SNOOZED.label, f"snoozed {until}")]
    return [(tab.label, _reason(lead, tab)) for tab in Tab if in_tab(lead, tab, now)]


def _reason(lead: LeadLike, tab: Tab) -> str:
    wrote = f"wrote {lead.last_inbound_at:%Y-%m-%d %H:%M} UTC" if lead.last_inbound_at else "never wrote"
    answered = f"answered {lead.last_answer_at:%Y-%m-%d %H:%M} UTC" if lead.last_answer_at else "not answered"
    reasons = {
        Tab.ALL: "not snoozed",
        Tab.RESPONSES: f"{wrote}, {answered}",
        Tab.ATTENTION: f"tag {lead.sentiment_tag}, {wrote}, {answered}",
        Tab.PREVIOUS_ATTENTION: f"tag {lead.sentiment_tag}, {answered}",
        Tab.AI_REVIEW: "a pending draft needs a decision",
        Tab.DRAFTS: "a draft is pending",
        Tab.AWAITING_REPLY: f"{wrote}, {answered}",
        Tab.FOLLOW_UP: f"tag {lead.sentiment_tag}",
        Tab.NEEDS_REPAIR: f"status {lead.status}",
        Tab.AI_SENT: "the AI wrote to the lead",
    }
    return reasons[tab]
