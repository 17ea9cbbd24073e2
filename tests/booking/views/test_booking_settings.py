"""The tab Booking: links, targets and columns."""

import re

import pytest
import time_machine
from django.core.cache import cache
from django.http import HttpResponse

from booking.models import CalendarLink
from integrations.calendly import simulator as calendly
from integrations.enums import Provider
from integrations.ghl import simulator as ghl
from tests.factories import ConnectionFactory, LeadFactory, MembershipFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from tests.support.simulator import RunningSimulator
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import AdminAuditEvent, Workspace, WorkspaceSettings

pytestmark = pytest.mark.django_db
LINK = {"name": "Intro", "url": "calendly.com/acme/intro", "public_url": ""}
EVENT_TYPE = f"{calendly.API}/event_types/ET1"


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner)


def url(workspace: Workspace, *parts: str) -> str:
    return "/".join([f"/w/{workspace.pk}/settings/booking", *parts])


def version(client: ZrgClient, address: str) -> str:
    found = re.search(r'name="version" value="(\w+)"', client.get(address).content.decode())
    assert found is not None
    return found.group(1)


def add(client: ZrgClient, workspace: Workspace, **changed: str) -> HttpResponse:
    return client.post(url(workspace, "calendar-links", "of", "new"), {**LINK, **changed, "version": ""})


def settings_of(workspace: Workspace) -> WorkspaceSettings:
    return WorkspaceSettings.objects.get(workspace=workspace)


def test_link_is_added_listed_and_named_as_what_leads_get(owner: ZrgClient, workspace: Workspace) -> None:
    empty = owner.get(url(workspace, "calendar-links")).content.decode()

    response = add(owner, workspace)

    link = CalendarLink.objects.get()
    html = owner.get(url(workspace, "calendar-links")).content.decode()
    assert "No calendar link yet" in empty
    assert response.status_code == 302
    assert (link.url, link.type, link.is_default) == ("https://calendly.com/acme/intro", "calendly", True)
    assert "What leads get" in html
    assert "Default" in html
    assert "1 link" in owner.get(url(workspace)).content.decode()
    assert owner.get("/api/workspaces").json()["workspaces"][0]["hasDefaultCalendar"] is True


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"url": "https://10.0.0.1/meetings/a"}, "Name the page"),
        ({"url": "https://localhost/meetings/a"}, "private network"),
        ({"url": "https://calendly.com/{name}"}, "placeholder must not reach a lead"),
        ({"public_url": "javascript:alert(1)"}, "must begin with http"),
        ({"name": ""}, "required"),
    ],
)
def test_hard_09_calendar_url_guard_on_the_page(
    owner: ZrgClient, workspace: Workspace, changed: dict[str, str], told: str
) -> None:
    response = add(owner, workspace, **changed)

    assert response.status_code == 422
    assert told in response.content.decode()
    assert not CalendarLink.objects.exists()


def test_stale_link_is_not_overwritten(owner: ZrgClient, workspace: Workspace) -> None:
    add(owner, workspace)
    page = url(workspace, "calendar-links", "of", str(CalendarLink.objects.get().pk))
    old = version(owner, page)
    owner.post(page, {**LINK, "name": "By a colleague", "version": old})

    response = owner.post(page, {**LINK, "name": "Mine", "version": old})

    html = response.content.decode()
    assert response.status_code == 409
    assert CalendarLink.objects.get().name == "By a colleague"
    assert "Stored now: By a colleague" in html
    assert 'value="Mine"' in html


def test_default_is_moved_and_deleting_it_names_the_successor(owner: ZrgClient, workspace: Workspace) -> None:
    add(owner, workspace)
    add(owner, workspace, name="Demo", url="https://acme.example/times")
    demo = CalendarLink.objects.get(name="Demo")
    page = url(workspace, "calendar-links", "of", str(demo.pk))

    assert "free times cannot be read from it" in owner.get(page).content.decode()
    owner.post(f"{page}/default")
    assert CalendarLink.objects.get(is_default=True).pk == demo.pk
    told = owner.post(f"{page}/removal", follow=True).content.decode()

    assert "Demo is deleted. Intro is the default now." in told
    assert CalendarLink.objects.get().is_default


def test_link_of_another_workspace_is_not_there(owner: ZrgClient, workspace: Workspace) -> None:
    foreign = CalendarLink.objects.create(workspace=WorkspaceFactory(), name="Theirs", url="https://calendly.com/x")
    page = url(workspace, "calendar-links", "of", str(foreign.pk))

    statuses = [
        owner.get(page).status_code,
        owner.post(page, LINK).status_code,
        owner.post(f"{page}/removal").status_code,
    ]

    assert statuses == [404, 404, 404]
    assert CalendarLink.objects.get().name == "Theirs"


def test_portal_person_reads_and_changes_nothing(client: ZrgClient, workspace: Workspace) -> None:
    CalendarLink.objects.create(workspace=workspace, name="Intro", url="https://calendly.com/x", is_default=True)
    client.login_as(MembershipFactory(workspace=workspace, role=MembershipRole.CLIENT_PORTAL.value).user)

    shown = client.get(url(workspace, "calendar-links"))
    refused = add(client, workspace, name="Other")

    assert shown.status_code == 200
    assert "New link" not in shown.content.decode()
    assert refused.status_code == 403
    assert CalendarLink.objects.count() == 1


@pytest.fixture
def connected(workspace: Workspace, owner: ZrgClient, simulator: RunningSimulator) -> ZrgClient:
    ConnectionFactory(
        workspace=workspace,
        provider=Provider.GHL,
        external_account_id=ghl.DEMO_LOCATION_ID,
        secrets={"private_key": ghl.DEMO_PRIVATE_KEY},
    )
    ConnectionFactory(workspace=workspace, provider=Provider.CALENDLY, secrets={"access_token": calendly.DEMO_TOKEN})
    return owner


def choose(client: ZrgClient, workspace: Workspace, **chosen: str) -> HttpResponse:
    page = url(workspace, "targets")
    return client.post(page, {"version": version(client, page), "meeting_booking_provider": "GHL", **chosen})


def test_targets_are_chosen_from_what_the_providers_list(connected: ZrgClient, workspace: Workspace) -> None:
    html = connected.get(url(workspace, "targets")).content.decode()

    response = choose(
        connected,
        workspace,
        meeting_booking_provider="CALENDLY",
        ghl_default_calendar_id=ghl.CALENDAR_ID,
        ghl_assigned_user_id=ghl.USER_ID,
        calendly_event_type_uri=EVENT_TYPE,
    )

    row = settings_of(workspace)
    assert "Intro calls" in html
    assert "Priya Nair" in html
    assert "Intro call (30 min)" in html
    assert response.status_code == 302
    assert (row.meeting_booking_provider, row.ghl_default_calendar_id) == ("CALENDLY", ghl.CALENDAR_ID)
    assert (row.ghl_assigned_user_id, row.ghl_direct_book_calendar_id) == (ghl.USER_ID, None)
    assert (row.calendly_event_type_uri, row.calendly_event_type_link) == (
        EVENT_TYPE,
        "https://calendly.com/acme/intro",
    )
    assert AdminAuditEvent.objects.filter(action="settings.changed").count() == 1


def test_target_the_provider_does_not_list_is_refused(connected: ZrgClient, workspace: Workspace) -> None:
    response = choose(connected, workspace, ghl_default_calendar_id="cal-of-nobody")

    assert response.status_code == 422
    assert settings_of(workspace).ghl_default_calendar_id is None


def test_provider_that_refuses_is_named_and_the_stored_choice_stays(
    workspace: Workspace, owner: ZrgClient, simulator: RunningSimulator
) -> None:
    ConnectionFactory(
        workspace=workspace,
        provider=Provider.GHL,
        external_account_id=ghl.DEMO_LOCATION_ID,
        secrets={"private_key": "wrong"},
    )
    WorkspaceSettings.objects.filter(workspace=workspace).update(ghl_default_calendar_id="cal-old")

    html = owner.get(url(workspace, "targets")).content.decode()
    saved = choose(owner, workspace, ghl_default_calendar_id="cal-old", meeting_booking_provider="CALENDLY")

    assert "refused the credential" in html
    assert "cal-old (stored, not listed now)" in html
    assert saved.status_code == 302
    assert settings_of(workspace).ghl_default_calendar_id == "cal-old"


def test_people_who_may_only_look_make_nobody_call(
    workspace: Workspace, connected: ZrgClient, client: ZrgClient, simulator: RunningSimulator
) -> None:
    client.login_as(MembershipFactory(workspace=workspace, role=MembershipRole.INBOX_MANAGER.value).user)

    shown = client.get(url(workspace, "targets"))

    assert shown.status_code == 200
    assert simulator.requests("ghl") + simulator.requests("calendly") == []


def test_meeting_says_on_how_many_leads_booking_acts(owner: ZrgClient, workspace: Workspace) -> None:
    LeadFactory(workspace=workspace)
    LeadFactory(workspace=workspace, auto_book_meetings_enabled=False)
    LeadFactory()
    page = url(workspace, "meeting")

    html = owner.get(page).content.decode()

    assert "it acts on 1 lead of this workspace" in html
    assert "another length, nothing is offered live" not in html
    WorkspaceSettings.objects.filter(workspace=workspace).update(meeting_duration_minutes=45)
    assert "As long as the meeting has another length" in owner.get(page).content.decode()


def test_first_touch_shows_how_the_sentence_reads(owner: ZrgClient, workspace: Workspace) -> None:
    page = url(workspace, "first-touch")
    with time_machine.travel("2026-02-06T15:00:00Z", tick=False):  # a Friday
        plain = owner.get(page).content.decode()
        WorkspaceSettings.objects.filter(workspace=workspace).update(
            email_bison_availability_slot_template="Free at {{option1}} or {{option2}}?",
            email_bison_availability_slot_count=1,
        )
        lacking = owner.get(page).content.decode()

    assert "does 3pm EST on Monday, February 9th or 10:30am EST on Tuesday, February 10th work for you?" in plain
    assert "nothing is put into first e-mails" in lacking


def test_hard_07_first_touch_takes_no_token_but_times(owner: ZrgClient, workspace: Workspace) -> None:
    answer = owner.post(
        url(workspace, "first-touch"),
        {
            "version": "1",
            "email_bison_availability_slot_template": "Hi {firstName}, {{option1}}?",
            "email_bison_availability_slot_count": "2",
            "email_bison_availability_slot_prefer_within_days": "5",
        },
    )

    assert answer.status_code == 422
    assert "In braces only {{option1}}, {{time1}}, {{option2}}, {{time2}}." in answer.content.decode()
    assert settings_of(workspace).email_bison_availability_slot_template is None
