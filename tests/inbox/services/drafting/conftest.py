"""A lead that wrote, and a calendar that can be told what it knows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from booking.contracts import Availability, BookingInstructions
from booking.registry import NoCalendar, _Registered, register_calendar
from tests.factories.ai import DefaultPersonaFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory

LABELS = ("2:00 PM EST on Tue, Mar 4", "10:30 AM EST on Wed, Mar 5")
LINK = "https://calendly.com/harbor/30min"


@dataclass
class ToldCalendar(NoCalendar):
    """Answers what the test says; `asked` keeps the questions."""

    offer: Availability | Exception = field(
        default_factory=lambda: Availability(labels=LABELS, offer_set=uuid4(), booking_link=LINK)
    )
    process: BookingInstructions = field(default_factory=BookingInstructions)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def instructions(self, workspace_id: UUID, lead_id: UUID, channel: str) -> BookingInstructions:
        return self.process

    def availability(self, workspace_id: UUID, lead_id: UUID, **question: Any) -> Availability:
        self.asked.append(question)
        if isinstance(self.offer, Exception):
            raise self.offer
        return self.offer


@pytest.fixture
def told() -> Iterator[ToldCalendar]:
    before = _Registered.source
    source = ToldCalendar()
    register_calendar(source)
    yield source
    register_calendar(before)


@pytest.fixture
def harbor():  # type: ignore[no-untyped-def]
    """A lead of a workspace whose persona has a signature and a priced service."""
    workspace = WorkspaceFactory()
    DefaultPersonaFactory(
        workspace=workspace,
        signature="Priya Nair\nHarbor",
        service_description="Outbound for dental practices. Harbor plan: $450 per month.",
    )
    return LeadFactory(workspace=workspace, email="dana@northfork.example", first_name="Dana")
