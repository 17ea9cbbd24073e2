"""The calendar as the apps above ask it: one source, registered when there is one."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from booking.contracts import Availability, BookingInstructions, OfferCheck, RefreshedOffer


class CalendarSource(Protocol):
    """Answers about times, links and the booking process of a lead.

    `availability` and `refresh_offer` may call a provider: never inside a transaction. The others read rows in
    the caller's transaction.
    """

    def instructions(self, workspace_id: UUID, lead_id: UUID, channel: str) -> BookingInstructions: ...

    def availability(
        self, workspace_id: UUID, lead_id: UUID, *, wanted: str, count: int, seconds: float
    ) -> Availability: ...

    def offered_labels(self, workspace_id: UUID, offer_set: UUID) -> tuple[str, ...]: ...

    def check_offer(
        self, workspace_id: UUID, lead_id: UUID, offer_set: UUID | None, text: str, *, now: datetime
    ) -> OfferCheck: ...

    def refresh_offer(
        self, workspace_id: UUID, lead_id: UUID, offer_set: UUID, text: str, *, seconds: float
    ) -> RefreshedOffer | None: ...


class NoCalendar:
    """A workspace without a calendar: no times, no link, no process. An offer nobody can look up is unverifiable."""

    def instructions(self, workspace_id: UUID, lead_id: UUID, channel: str) -> BookingInstructions:
        return BookingInstructions()

    def availability(
        self, workspace_id: UUID, lead_id: UUID, *, wanted: str, count: int, seconds: float
    ) -> Availability:
        return Availability()

    def offered_labels(self, workspace_id: UUID, offer_set: UUID) -> tuple[str, ...]:
        return ()

    def check_offer(
        self, workspace_id: UUID, lead_id: UUID, offer_set: UUID | None, text: str, *, now: datetime
    ) -> OfferCheck:
        return OfferCheck(state="ok" if offer_set is None else "unverifiable")

    def refresh_offer(
        self, workspace_id: UUID, lead_id: UUID, offer_set: UUID, text: str, *, seconds: float
    ) -> RefreshedOffer | None:
        return None


class _Registered:
    source: CalendarSource = NoCalendar()


def register_calendar(source: CalendarSource) -> None:
    """Called from `ready()` of the app that keeps calendars; the last one wins."""
    _Registered.source = source


def calendar() -> CalendarSource:
    """The registered source, or the one that knows no calendar."""
    return _Registered.source
