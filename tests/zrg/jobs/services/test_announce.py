from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from uuid import UUID

import pytest

from tests.zrg.jobs.support import make_workspace
from zrg.jobs import registry
from zrg.jobs.contracts import Event, Notice
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.announce import announce, event_from_payload, event_payload
from zrg.workspaces.context import tenant

LEAD = UUID("6f1d2c3b-4a5e-4f60-8a7b-9c0d1e2f3a4b")


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPainted(Event):
    lead_id: UUID
    colour: Colour
    painted_at: datetime
    day: date
    helpers: tuple[UUID, ...] = ()
    note: str | None = None
    price: float | None = None

    @property
    def key(self) -> str:
        return f"{self.lead_id}:{self.colour.value}"


def painted(workspace_id):
    return LeadPainted(
        workspace_id=workspace_id,
        lead_id=LEAD,
        colour=Colour.RED,
        painted_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
        day=date(2026, 3, 1),
        helpers=(LEAD,),
        price=1.5,
    )


@pytest.fixture
def _two_receivers(monkeypatch):
    monkeypatch.setattr(registry, "_receivers", registry.defaultdict(dict))
    monkeypatch.setattr(registry, "_events", {})
    registry.register_event_receiver(LeadPainted, "free", print)
    registry.register_event_receiver(LeadPainted, "bound", print, lead_bound=True)


@pytest.mark.unit
def test_event_survives_the_way_through_json():
    event = painted(LEAD)

    assert event_from_payload(LeadPainted, event_payload(event)) == event


@pytest.mark.unit
def test_event_field_of_a_newer_version_is_ignored():
    event = painted(LEAD)

    assert event_from_payload(LeadPainted, {**event_payload(event), "shade": "dark"}) == event


@pytest.mark.unit
def test_event_with_a_row_in_it_is_refused():
    with pytest.raises(TypeError, match="cannot carry object"):
        event_payload(Notice(workspace_id=None, kind="x", text=object(), notice_key="k"))


@pytest.mark.django_db
@pytest.mark.usefixtures("_two_receivers")
def test_announce_makes_one_job_per_receiver_and_a_repeat_none():
    ws = make_workspace()

    with tenant(ws.pk):
        answers = [announce(painted(ws.pk)) for _ in range(2)]

    assert answers == [2, 0]
    jobs = BackgroundJob.objects.order_by("seq")
    assert [(job.type, job.dedupe_key, job.lead_id) for job in jobs] == [
        ("RECEIVER", f"{ws.pk}:LeadPainted:{LEAD}:red:free", None),
        ("RECEIVER", f"{ws.pk}:LeadPainted:{LEAD}:red:bound", LEAD),
    ]


@pytest.mark.django_db
def test_announce_without_receiver_leaves_no_row():
    ws = make_workspace()

    assert announce(painted(ws.pk)) == 0
    assert BackgroundJob.objects.count() == 0


@pytest.mark.django_db
def test_announce_for_the_installation_from_inside_a_workspace(monkeypatch):
    ws = make_workspace()
    monkeypatch.setattr(registry, "_receivers", registry.defaultdict(dict))
    monkeypatch.setattr(registry, "_events", {})
    registry.register_event_receiver(Notice, "told", print)

    with tenant(ws.pk):
        assert announce(Notice(workspace_id=None, kind="disk", text="full", notice_key="1")) == 1

    assert BackgroundJob.objects.get().dedupe_key == "platform:Notice:disk:1:told"


@pytest.mark.django_db
def test_lead_bound_receiver_needs_a_lead(monkeypatch):
    monkeypatch.setattr(registry, "_receivers", registry.defaultdict(dict))
    monkeypatch.setattr(registry, "_events", {})
    registry.register_event_receiver(Notice, "told", print, lead_bound=True)
    ws = make_workspace()

    with pytest.raises(ValueError, match="no lead"):
        announce(Notice(workspace_id=ws.pk, kind="disk", text="full", notice_key="1"))
