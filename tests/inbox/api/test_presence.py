"""Presence beside the poll, and told at once."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory

pytestmark = pytest.mark.django_db

HEADER = "X-Zrg-Presence"


@pytest.fixture(autouse=True)
def _nobody_is_here(db):
    cache.clear()


def poll(client, desk, **query):
    since = (timezone.now() + timedelta(minutes=1)).isoformat()
    return client.get("/api/inbox/changes", {"clientId": str(desk.workspace.pk), "since": since, **query})


def tell(client, **body):
    return client.post("/api/inbox/presence", json.dumps(body), content_type="application/json")


def test_poll_tells_and_is_told_and_stays_204(client, desk):
    desk.manager.display_name = "Zoë Ünal"
    desk.manager.save(update_fields=["display_name"])
    lead = str(desk.lead.pk)

    alone = poll(client.login_as(desk.manager), desk, lead=lead, presence="typing")
    other = poll(client.login_as(desk.setter), desk, lead=lead, presence="viewing")

    assert (alone.status_code, json.loads(alone.headers[HEADER])) == (204, {})
    assert other.status_code == 204
    assert other.headers[HEADER].isascii()
    assert json.loads(other.headers[HEADER]) == {lead: [{"name": "Zoë Ünal", "initials": "ZÜ", "state": "typing"}]}


def test_poll_of_programs_costs_nothing_more(client, desk):
    response = poll(client.login_as(desk.manager), desk)

    assert HEADER not in response.headers
    assert cache.get(f"presence:{desk.manager.pk}") is None


def test_changed_leads_come_with_the_header_too(client, desk):
    since = (timezone.now() - timedelta(hours=1)).isoformat()
    response = client.login_as(desk.manager).get(
        "/api/inbox/changes", {"clientId": str(desk.workspace.pk), "since": since, "presence": "away"}
    )

    assert (response.status_code, response.headers[HEADER]) == (200, "{}")


def test_opening_writing_and_leaving_are_told_at_once(client, desk):
    lead, workspace = str(desk.lead.pk), str(desk.workspace.pk)
    seen = []
    for state in ("viewing", "typing", "away"):
        told = tell(
            client.login_as(desk.setter), state=state, leadId=lead if state != "away" else None, clientId=workspace
        )
        answer = poll(client.login_as(desk.manager), desk, presence="away")
        seen.append((told.status_code, [one["state"] for one in json.loads(answer.headers[HEADER]).get(lead, [])]))

    assert seen == [(204, ["viewing"]), (204, ["typing"]), (204, [])]


def test_without_a_workspace_the_leads_counts(client, desk):
    tell(client.login_as(desk.setter), state="viewing", leadId=str(desk.lead.pk))

    answer = tell(client.login_as(desk.manager), state="viewing", leadId=str(desk.lead.pk))

    assert [one["name"] for one in json.loads(answer.headers[HEADER])[str(desk.lead.pk)]] == ["Kim"]


def test_leads_out_of_reach_leave_no_trace(client, desk):
    theirs, hidden = LeadFactory(), LeadFactory(workspace=desk.workspace)
    client.login_as(desk.setter)

    for lead in (theirs, hidden):
        assert tell(client, state="typing", leadId=str(lead.pk), clientId=str(desk.workspace.pk)).status_code == 204
        assert cache.get(f"presence:{desk.setter.pk}") is None
    foreign = tell(client, state="viewing", leadId=str(desk.lead.pk), clientId=str(WorkspaceFactory().pk))
    assert HEADER not in foreign.headers


@pytest.mark.parametrize(
    "body", [{}, {"state": "dancing"}, {"state": "viewing", "leadId": "x"}, {"state": "away", "who": "me"}]
)
def test_bad_bodies_are_refused(client, desk, body):
    assert tell(client.login_as(desk.setter), **body).status_code in (400, 422)
    assert poll(client, desk, presence="dancing").status_code == 400
    assert cache.get(f"presence:{desk.setter.pk}") is None
