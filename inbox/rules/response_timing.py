"""Who answered a reply first, and how fast (12 R11). Channels are separate conversations."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from typing import Literal

Responder = Literal["setter", "ai"]

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
RESPONSE_BUCKETS = (
    (MINUTE_MS, "<1min"),
    (5 * MINUTE_MS, "1-5min"),
    (15 * MINUTE_MS, "5-15min"),
    (HOUR_MS, "15-60min"),
    (4 * HOUR_MS, "1-4hr"),
    (24 * HOUR_MS, "4-24hr"),
)
"""(first millisecond that is outside, label)."""
SLOWEST = ">24hr"
FIRST_DELAY_S, LAST_DELAY_S = 180, 420
DELAY_BUCKETS = ((210, "180-210s"), (270, "210-270s"), (330, "270-330s"), (390, "330-390s"), (421, "390-420s"))
DRIFT_BUCKETS = (
    (-10_001, "<10s early"),  # the label is historic: more than 10 s early
    (10_000, "on-time (±10s)"),
    (60_000, "10-60s late"),
    (300_000, "1-5min late"),
)
"""(last millisecond that is inside, label)."""
LATEST = ">5min late"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedMessage:
    """A message as far as timing goes. `is_campaign`: a step of a campaign, which answers nobody."""

    id: str
    at: datetime
    channel: str
    inbound: bool
    is_campaign: bool = False
    sent_by: str | None = None
    user: str | None = None
    draft: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedDraft:
    """The draft a reply triggered, with the delay chosen for it and when it was to be sent."""

    id: str
    trigger: str
    chosen_delay_s: int | None = None
    scheduled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseEvent:
    """One answered reply. The last two only when the AI was first."""

    inbound: str
    channel: str
    at: datetime
    setter_ms: int | None
    setter: str | None
    ai_ms: int | None
    first_responder: Responder
    bucket: str
    delay_bucket: str | None
    drift_bucket: str | None

    @property
    def first_ms(self) -> int:
        """Milliseconds until the first answer."""
        ms = self.setter_ms if self.first_responder == "setter" else self.ai_ms
        assert ms is not None
        return ms


def response_events(messages: Iterable[TimedMessage], drafts: Iterable[TimedDraft]) -> list[ResponseEvent]:
    """The answered replies of one lead, oldest first.

    A reply counts when what follows it on its channel, campaign steps aside, is ours: so the last one of a burst.
    """
    ordered = sorted(messages, key=lambda one: (one.channel, one.at))
    by_trigger = {draft.trigger: draft for draft in drafts}
    first_of_draft: dict[str, TimedMessage] = {}
    for message in ordered:
        if message.sent_by == "ai" and message.draft:
            first_of_draft.setdefault(message.draft, message)
    found = [
        event
        for anchor, answer in _anchors(ordered)
        if (event := _event(anchor, answer, by_trigger.get(anchor.id), first_of_draft)) is not None
    ]
    return sorted(found, key=lambda event: event.at)


def _anchors(ordered: Sequence[TimedMessage]) -> Iterator[tuple[TimedMessage, TimedMessage]]:
    for _channel, group in groupby(ordered, key=lambda one: one.channel):
        spoken = [one for one in group if not one.is_campaign]
        yield from ((one, following) for one, following in pairwise(spoken) if one.inbound and not following.inbound)


def _event(
    anchor: TimedMessage,
    answer: TimedMessage,
    draft: TimedDraft | None,
    first_of_draft: Mapping[str, TimedMessage],
) -> ResponseEvent | None:
    by_setter = answer.sent_by == "setter" and answer.user is not None
    setter_ms = _ms(answer.at, anchor.at) if by_setter else None
    by_ai = first_of_draft.get(draft.id) if draft else None
    ai_ms = _ms(by_ai.at, anchor.at) if by_ai else None
    if setter_ms is None and ai_ms is None:
        return None
    first: Responder = "ai" if setter_ms is None or (ai_ms is not None and ai_ms < setter_ms) else "setter"
    ms = ai_ms if first == "ai" else setter_ms
    assert ms is not None
    delay = draft.chosen_delay_s if draft and first == "ai" else None
    planned = draft.scheduled_at if draft and first == "ai" else None
    return ResponseEvent(
        inbound=anchor.id,
        channel=anchor.channel,
        at=anchor.at,
        setter_ms=setter_ms,
        setter=answer.user if by_setter else None,
        ai_ms=ai_ms,
        first_responder=first,
        bucket=response_bucket(ms),
        delay_bucket=None if delay is None else delay_bucket(delay),
        drift_bucket=drift_bucket(_signed_ms(by_ai.at, planned)) if by_ai and planned else None,
    )


def response_bucket(ms: int) -> str:
    """Lower bounds are inside."""
    return next((label for end, label in RESPONSE_BUCKETS if ms < end), SLOWEST)


def delay_bucket(seconds: int) -> str | None:
    """The bucket of a chosen delay; None outside 180 to 420 seconds."""
    if not FIRST_DELAY_S <= seconds <= LAST_DELAY_S:
        return None
    return next(label for end, label in DELAY_BUCKETS if seconds < end)


def drift_bucket(ms: int) -> str:
    """How far from its planned time a message left; upper bounds are inside."""
    return next((label for last, label in DRIFT_BUCKETS if ms <= last), LATEST)


def _ms(later: datetime, earlier: datetime) -> int:
    return max(0, _signed_ms(later, earlier))


def _signed_ms(later: datetime, earlier: datetime) -> int:
    delta = later - earlier
    return (delta.days * 86_400 + delta.seconds) * 1_000 + delta.microseconds // 1_000
