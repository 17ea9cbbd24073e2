"""Reading through the API: list, conversation, drafts, counts, changes."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from leads.models import Lead
from tests.factories.inbox import DraftFactory, MessageFactory, minutes_ago
from tests.factories.leads import LeadFactory
from tests.inbox.desk import make_desk

pytestmark = pytest.mark.django_db


def get(client, path, **query):
    return client.get(f"/api/inbox/{path}", query)


def iso(at):
    return at.isoformat().replace("+00:00", "Z")


def test_api_needs_a_session(client, desk):
    response = get(client, "conversations")

    assert (response.status_code, response.json()["error"]) == (401, "unauthenticated")


def test_list_has_the_shape_of_the_interface(client, desk):
    answer = get(client.login_as(desk.setter), "conversations", clientId=str(desk.workspace.pk), tab="attention")

    (row,) = answer.json()["conversations"]
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.json()["requestId"] == answer["x-request-id"]
    assert answer.json()["nextCursor"] is None
    assert row == {
        "id": str(desk.lead.pk),
        "clientId": str(desk.workspace.pk),
        "name": "Dana Reyes",
        "company": "Northfork Dental",
        "channels": ["email"],
        "sentiment": "Interested",
        "status": "qualified",
        "snippet": "Could you send more details?",
        "lastMessageAt": iso(desk.lead.last_message_at),
        "lastDirection": "inbound",
        "isOpen": True,
        "requiresAttention": True,
        "assignedTo": {"id": str(desk.setter.pk), "name": "Kim"},
        "score": None,
        "draft": {"id": str(desk.draft.pk), "needsReview": False, "confidence": None},
        "unread": True,
        "smsCampaign": None,
        "snoozedUntil": None,
        "dueAt": iso(desk.lead.due_at),
    }


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"tab": "nope"}, "tab"),
        ({"sort": "nope"}, "sort"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"colour": "red"}, "colour"),
        ({"cursor": "tampered"}, "cursor_mismatch"),
    ],
)
def test_unknown_parameters_are_refused_by_name(client, desk, query, name):
    response = get(client.login_as(desk.setter), "conversations", **query)

    assert (response.status_code, response.json()["error"]) == (400, name)


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_queries_for_any_length(client, desk, count):
    for number in range(count - 1):
        MessageFactory(lead=LeadFactory(workspace=desk.workspace), sent_at=minutes_ago(number))
    get(client.login_as(desk.manager), "conversations")

    with CaptureQueriesContext(connection) as captured:
        answer = get(client, "conversations")

    own = [one["sql"] for one in captured if '"leads_lead"' in one["sql"] or '"inbox_' in one["sql"]]
    assert len(answer.json()["conversations"]) == count
    assert len(own) == 4


def test_conversation_holds_lead_thread_and_drafts(client, desk):
    desk.reply.body = "<b>hello</b>"
    desk.reply.save(update_fields=["body"])

    answer = get(client.login_as(desk.setter), f"conversations/{desk.lead.pk}").json()

    assert answer["lead"]["name"] == "Dana Reyes"
    assert [one["html"] for one in answer["thread"]["messages"]] == ["&lt;b&gt;hello&lt;/b&gt;"]
    assert answer["thread"]["newestMessageId"] == str(desk.reply.pk)
    assert [(one["id"], one["version"]) for one in answer["drafts"]] == [(str(desk.draft.pk), 1)]


def test_drafts_put_the_linked_one_first(client, desk):
    newer = DraftFactory(lead=desk.lead, channel="sms")
    client.login_as(desk.setter)

    plain = get(client, f"conversations/{desk.lead.pk}/drafts").json()["drafts"]
    linked = get(client, f"conversations/{desk.lead.pk}/drafts", draftId=str(desk.draft.pk)).json()["drafts"]

    assert [one["id"] for one in plain] == [str(newer.pk), str(desk.draft.pk)]
    assert [one["id"] for one in linked] == [str(desk.draft.pk), str(newer.pk)]


def test_counts_have_every_badge(client, desk):
    answer = get(client.login_as(desk.setter), "counts", clientId=str(desk.workspace.pk)).json()

    assert (answer["scope"], answer["clientId"]) == ("workspace", str(desk.workspace.pk))
    assert {name: badge["value"] for name, badge in answer["counts"].items() if badge["value"]} == {
        "total": 1,
        "allResponses": 1,
        "requiresAttention": 1,
        "drafts": 1,
    }
    assert len(answer["counts"]) == 11


def test_hard_01_setter_scope_everywhere_api_reading(client, desk):
    other = LeadFactory(workspace=desk.workspace, assigned_to=desk.manager, first_name="Hidden")
    foreign = make_desk()
    draft = DraftFactory(lead=other)
    client.login_as(desk.setter)

    listed = [row["id"] for row in get(client, "conversations").json()["conversations"]]
    changed = get(client, "changes", clientId="all", since=iso(minutes_ago(60))).json()["leads"]

    assert listed == changed == [str(desk.lead.pk)]
    assert get(client, "counts").json()["counts"]["total"]["value"] == 1
    for path in (
        f"conversations/{other.pk}",
        f"conversations/{other.pk}/drafts",
        f"drafts/{draft.pk}",
        f"conversations/{foreign.lead.pk}",
        f"drafts/{foreign.draft.pk}",
    ):
        assert get(client, path).status_code == 404
    for path in ("conversations", "counts"):
        assert get(client, path, clientId=str(foreign.workspace.pk)).status_code == 404
    assert get(client, "changes", clientId=str(foreign.workspace.pk), since=iso(timezone.now())).status_code == 404


def test_lead_assigned_away_disappears_with_the_next_request(client, desk):
    client.login_as(desk.setter)
    before = get(client, f"conversations/{desk.lead.pk}").status_code

    Lead.objects.filter(pk=desk.lead.pk).update(assigned_to=desk.manager)

    assert (before, get(client, f"conversations/{desk.lead.pk}").status_code) == (200, 404)


def test_changes_are_204_when_nothing_changed(client, desk):
    response = get(client.login_as(desk.setter), "changes", since=iso(timezone.now() + timedelta(minutes=1)))

    assert response.status_code == 204
    assert response["Cache-Control"] == "private, no-store"


def test_changes_stay_ten_seconds_behind_the_clock(client, desk):
    since = minutes_ago(60)

    answer = get(client.login_as(desk.setter), "changes", since=iso(since)).json()

    behind = timezone.now() - parse_datetime(answer["asOf"])
    assert answer["leads"] == [str(desk.lead.pk)]
    assert answer["more"] is False
    assert timedelta(seconds=9) < behind < timedelta(seconds=20)


def test_changes_over_fifty_come_in_parts_without_a_gap(client, desk):
    start = minutes_ago(120)
    leads = [LeadFactory(workspace=desk.workspace) for _ in range(60)]
    for number, lead in enumerate(leads):
        Lead.objects.filter(pk=lead.pk).update(changed_at=start + timedelta(seconds=number + 1))
    Lead.objects.filter(pk=desk.lead.pk).update(changed_at=start - timedelta(seconds=1))
    client.login_as(desk.manager)

    first = get(client, "changes", since=iso(start)).json()
    second = get(client, "changes", since=first["asOf"]).json()

    assert (len(first["leads"]), first["more"]) == (50, True)
    assert (len(second["leads"]), second["more"]) == (10, False)
    assert len({*first["leads"], *second["leads"]}) == 60


@pytest.mark.parametrize("since", ["", "yesterday", "2026-03-02T08:00:00", "9999-99-99T00:00:00Z"])
def test_changes_need_a_time(client, desk, since):
    response = get(client.login_as(desk.setter), "changes", since=since)

    assert (response.status_code, response.json()["error"]) == (400, "since")


def test_opening_scoring_and_seeing_never_move_a_lead(client, desk):
    other = LeadFactory(workspace=desk.workspace)
    MessageFactory(lead=other, sent_at=minutes_ago(5))
    client.login_as(desk.manager)
    before = [row["id"] for row in get(client, "conversations").json()["conversations"]]

    client.post(f"/api/inbox/conversations/{desk.lead.pk}/seen", json.dumps({}), content_type="application/json")
    Lead.objects.filter(pk=desk.lead.pk).update(overall_score=4, changed_at=timezone.now(), updated_at=F("updated_at"))

    assert [row["id"] for row in get(client, "conversations").json()["conversations"]] == before
