"""The booking link of a lead, and the mark of workspaces without a calendar: as the registered app tells them."""

import uuid

import pytest

from booking import registry
from inbox.models import Draft
from tests.inbox.desk import make_desk

pytestmark = pytest.mark.django_db


class Links:
    """An app that keeps booking links, as `ready()` would register it."""

    def __init__(self, link, without=()):
        self.link, self.without, self.asked = link, without, []

    def link_for(self, workspace_id, lead_id):
        self.asked.append((workspace_id, lead_id))
        return self.link

    def without_default(self, workspace_ids):
        return [one for one in workspace_ids if one in self.without]


@pytest.fixture
def registered():
    before = registry.booking_links()
    yield registry.register_booking_links
    registry.register_booking_links(before)


def ask(client, desk):
    return client.get(f"/api/inbox/conversations/{desk.lead.pk}/booking-link")


def station(client, desk):
    return client.get(f"{desk.prefix}/station/{desk.lead.pk}").content.decode()


def test_without_an_app_that_keeps_links_nothing_offers_one(client, desk, registered):
    registered(None)
    client.login_as(desk.setter)

    assert "Insert booking link" not in station(client, desk)
    assert (ask(client, desk).status_code, ask(client, desk).json()["error"]) == (409, "no_booking_link")
    assert "No calendar" not in client.get("/").content.decode()


def test_the_leads_link_is_offered_and_answered(client, desk, registered):
    links = Links("https://calendar.example/dana?month=2026-03")
    registered(links)
    client.login_as(desk.setter)

    assert "Insert booking link" in station(client, desk)
    assert ask(client, desk).json() == {"url": "https://calendar.example/dana?month=2026-03"}
    assert links.asked == [(desk.workspace.pk, desk.lead.pk)]


@pytest.mark.parametrize("link", [None, "", "javascript:alert(1)", "https://user@calendar.example/"])
def test_what_is_no_link_is_not_inserted(client, desk, registered, link):
    registered(Links(link))

    answer = ask(client.login_as(desk.setter), desk)

    assert (answer.status_code, answer.json()["error"]) == (409, "no_booking_link")
    assert "no booking link for this lead" in answer.json()["detail"]


def test_the_link_of_others_is_missing(client, desk, registered):
    links = Links("https://calendar.example/dana")
    registered(links)
    other = make_desk()

    answers = [
        ask(client.login_as(other.owner), desk).status_code,
        ask(client.login_as(desk.portal), desk).status_code,
    ]

    assert answers == [404, 403]
    assert links.asked == []


def test_workspaces_without_a_calendar_are_marked(client, desk, registered):
    client.login_as(desk.setter)
    registered(Links(None, without=[desk.workspace.pk]))
    marked = client.get("/").content.decode()
    registered(Links(None))

    assert "No calendar" in marked
    assert "No calendar" not in client.get("/").content.decode()


class Offers(registry.NoCalendar):
    """A calendar that knows the times of every offer."""

    def offered_labels(self, workspace_id, offer_set):
        return ("Tue 3:00 PM", "Wed <10:00> AM")


def test_a_draft_under_review_names_the_times_it_offers(client, desk):
    before = registry.calendar()
    Draft.objects.filter(pk=desk.draft.pk).update(offer_set=uuid.uuid4(), auto_send_outcome="needs_review")
    client.login_as(desk.setter)
    without = station(client, desk)
    registry.register_calendar(Offers())
    try:
        html = station(client, desk)
    finally:
        registry.register_calendar(before)

    assert "Offers: " not in without
    assert "Offers: Tue 3:00 PM · Wed &lt;10:00&gt; AM" in html
