"""By when a reply should be answered: minutes by sentiment, counted in the hours of the workspace (07 R20.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from leads.enums import CLOSED_STATUSES, SentimentTag
from leads.rules.tabs import Timed, is_open
from zrg.workspaces.constants import REPLY_TARGET_TAGS
from zrg.workspaces.hours import Window, after_open_time

# The longest target in the shortest usual day is over by then; a window that opens less has no reply times.
HORIZON_DAYS = 400


class Answerable(Timed, Protocol):
    """What decides about a reply time; a lead, or a row of values."""

    @property
    def status(self) -> str: ...

    @property
    def sentiment_tag(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTargets:
    """A workspace's minutes by sentiment, and its hours."""

    minutes: Mapping[str, int]
    window: Window


def may_be_due(lead: Answerable) -> bool:
    """Whether the lead waits for an answer that can have a time, whatever the workspace's targets are."""
    return _tag(lead) in REPLY_TARGET_TAGS and lead.status not in CLOSED_STATUSES and is_open(lead)


def due_time(lead: Answerable, targets: ReplyTargets) -> datetime | None:
    """When the answer is due; None when nobody waits, or the sentiment has no target."""
    minutes = targets.minutes.get(_tag(lead))
    if not minutes or lead.last_inbound_at is None or not may_be_due(lead):
        return None
    return after_open_time(targets.window, lead.last_inbound_at, timedelta(minutes=minutes), HORIZON_DAYS)


def _tag(lead: Answerable) -> str:
    """Positive is what older rows call Interested."""
    return SentimentTag.INTERESTED if lead.sentiment_tag == SentimentTag.POSITIVE else lead.sentiment_tag
