"""Calendar links of a workspace: one default, its successor, and what drafts name."""

import pytest
from django.db import IntegrityError, transaction

from booking.enums import CalendarType
from booking.models import CalendarLink
from booking.registry import booking_links, calendar
from booking.services import resolving
from booking.services.calendar_links import (
    LinkValues,
    create_link,
    delete_link,
    get_booking_link,
    resolve_booking_link,
    set_default_link,
    update_link,
    with_calendar,
)
from tests.factories import WorkspaceFactory
from zrg.lib.errors import BadInput
from zrg.workspaces.models import AdminAuditEvent, Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(settings__meeting_booking_provider="GHL")


def add(
    workspace: Workspace, name: str, url: str = "https://calendly.com/acme/intro", public_url: str = ""
) -> CalendarLink:
    return create_link(workspace.pk, LinkValues.cleaned(name=name, url=url, public_url=public_url), by=None)


def defaults(workspace: Workspace) -> list[str]:
    rows = CalendarLink.objects.filter(workspace=workspace, is_default=True)
    return list(rows.values_list("name", flat=True))


def test_first_link_is_the_default_and_the_second_is_not(workspace: Workspace) -> None:
    first, second = add(workspace, "Intro"), add(workspace, "Demo", "api.leadconnectorhq.com/widget/booking/x")

    assert (first.is_default, second.is_default) == (True, False)
    assert (first.type, second.type) == (CalendarType.CALENDLY, CalendarType.GHL)
    assert second.url == "https://api.leadconnectorhq.com/widget/booking/x"


def test_default_moves_in_one_step_and_is_audited(workspace: Workspace) -> None:
    add(workspace, "Intro")
    second = add(workspace, "Demo")

    set_default_link(second, by=workspace.owner)
    set_default_link(second, by=workspace.owner)

    assert defaults(workspace) == ["Demo"]
    event = AdminAuditEvent.objects.get(action="calendar_link.default_changed")
    assert (event.before, event.after) == ({"name": "Intro"}, {"name": "Demo"})


def test_deleting_the_default_promotes_the_oldest(workspace: Workspace) -> None:
    first, second, third = add(workspace, "Intro"), add(workspace, "Demo"), add(workspace, "Call")
    set_default_link(third, by=None)

    promoted = delete_link(third, by=None)

    assert promoted is not None
    assert promoted.pk == first.pk
    assert defaults(workspace) == ["Intro"]
    assert delete_link(second, by=None) is None
    assert delete_link(first, by=None) is None
    assert defaults(workspace) == []


def test_database_refuses_a_second_default(workspace: Workspace) -> None:
    add(workspace, "Intro")

    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarLink.objects.create(workspace=workspace, name="Demo", url="https://calendly.com/b", is_default=True)


def test_type_follows_the_address(workspace: Workspace) -> None:
    link = add(workspace, "Intro")

    update_link(link, LinkValues.cleaned(name="Intro", url="https://acme.example/times"), by=None)

    link.refresh_from_db()
    assert link.type == CalendarType.UNKNOWN
    assert AdminAuditEvent.objects.filter(action="calendar_link.changed").count() == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_link_needs_a_name(workspace: Workspace, name: str) -> None:
    with pytest.raises(BadInput) as refused:
        LinkValues.cleaned(name=name, url="calendly.com/a")

    assert refused.value.data["field"] == "name"
    assert not CalendarLink.objects.exists()


def test_leads_get_the_override_then_calendlys_page_then_the_link(workspace: Workspace) -> None:
    assert resolve_booking_link(workspace.pk) == (None, False)
    link = add(workspace, "Intro", "https://acme.example/times")
    assert resolve_booking_link(workspace.pk) == ("https://acme.example/times", False)

    settings = workspace.settings
    settings.meeting_booking_provider, settings.calendly_event_type_link = "CALENDLY", "https://calendly.com/acme/intro"
    settings.save()
    assert resolve_booking_link(workspace.pk) == ("https://calendly.com/acme/intro", False)

    update_link(link, LinkValues.cleaned(name="Intro", url=link.url, public_url="meet.acme.example"), by=None)
    assert resolve_booking_link(workspace.pk) == ("https://meet.acme.example", True)
    assert get_booking_link(WorkspaceFactory().pk) is None


def test_drafts_are_told_the_link_of_their_workspace(workspace: Workspace) -> None:
    add(workspace, "Intro")
    lead = workspace.pk

    told = calendar().availability(workspace.pk, lead, wanted="", count=2, seconds=1)
    other = calendar().availability(WorkspaceFactory().pk, lead, wanted="", count=2, seconds=1)

    assert (told.booking_link, told.labels) == ("https://calendly.com/acme/intro", ())
    assert other.booking_link is None


def test_selector_marks_workspaces_without_a_calendar(workspace: Workspace) -> None:
    other = WorkspaceFactory()
    chosen = WorkspaceFactory(settings__ghl_default_calendar_id="cal1")
    add(workspace, "Intro")

    links = booking_links()
    assert with_calendar([workspace.pk, other.pk, chosen.pk]) == {workspace.pk, chosen.pk}
    assert links is not None
    assert links.without_default([workspace.pk, other.pk, chosen.pk]) == {other.pk}
    assert links.link_for(workspace.pk, other.pk) == "https://calendly.com/acme/intro"
    assert links.link_for(other.pk, other.pk) is None


def test_hard_09_calendar_url_guard_asks_where_a_name_leads() -> None:
    with pytest.raises(BadInput) as refused:
        resolving.check_public_host("https://localhost/meetings/a")

    assert refused.value.code == "private_address"


def test_unknown_name_passes_because_it_leads_nowhere() -> None:
    resolving.check_public_host("https://no-such-host.invalid/a")
