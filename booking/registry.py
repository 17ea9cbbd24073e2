"""The calendar as the apps above ask it: one source, registered when there is one."""

from collections.abc import Collection
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


class BookingLinks(Protocol):
    """Booking links of leads, as a person inserts them into a text. Rows only: nothing here calls a provider."""

    def link_for(self, workspace_id: UUID, lead_id: UUID) -> str | None:
        """The lead's resolved booking link (09 §2.2), https; None when the workspace has none for it."""

    def without_default(self, workspace_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of the workspaces that have no default calendar link. One query for all of them."""


class _Registered:
    source: CalendarSource = NoCalendar()
    links: BookingLinks | None = None


def register_booking_links(links: BookingLinks | None) -> None:
    """Called from `ready()` of the app that keeps calendar links; the last one wins."""
    _Registered.links = links


def booking_links() -> BookingLinks | None:
    """The registered links; None while no app keeps any, and then nothing about them is shown."""
    return _Registered.links


def register_calendar(source: CalendarSource) -> None:
    """Called from `ready()` of the app that keeps calendars; the last one wins."""
    _Registered.source = source


def calendar() -> CalendarSource:
    """The registered source, or the one that knows no calendar."""
    return _Registered.source
