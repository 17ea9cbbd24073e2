"""What the calendar tells the apps above it."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Times that may be offered, as they are written into a text.

    `labels` are used word for word; `offer_set` names the stored offer they belong to. `window_open` is False
    when the lead asked for a window in which nothing is free: the text says so and gives `booking_link`.
    `reachable` is False when the calendar did not answer; then there are no labels and nothing is claimed.
    """

    labels: tuple[str, ...] = ()
    offer_set: UUID | None = None
    booking_link: str | None = None
    window_open: bool = True
    reachable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingInstructions:
    """What the booking process wants of the next answer (09 §2.20). `escalated`: no times, no link, and nothing
    leaves without a person. `offer_count`: how many times to offer.
    """

    text: str = ""
    offer_count: int = 2
    include_link: bool = True
    escalated: bool = False


OfferState = Literal["ok", "stale", "unbacked_time", "placeholder", "unverifiable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCheck:
    """Whether the times a text offers may still be offered; `stale_labels` are those that may not."""

    state: OfferState = "ok"
    stale_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshedOffer:
    """A text whose stale labels were replaced word for word, with the new offer."""

    text: str
    offer_set: UUID
    labels: tuple[str, ...]
