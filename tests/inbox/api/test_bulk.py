"""Many leads and saved views through the API."""

import json
import uuid

import pytest
from drf_spectacular.generators import SchemaGenerator

from inbox.models import BulkRun, SavedView
from leads.models import Lead
from tests.factories.inbox import MessageFactory, minutes_ago
from tests.factories.leads import LeadFactory
from tests.inbox.desk import make_desk
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db


def call(client, method, path, body=None, **query):
    send = getattr(client, method)
    if body is None:
        return send(f"/api/inbox/{path}", query)
    return send(f"/api/inbox/{path}", json.dumps(body), content_type="application/json")


def wish(desk, *leads, action="snooze", value="3", **more):
    ids = [str(getattr(lead, "pk", lead)) for lead in leads]
    return {"clientId": str(desk.workspace.pk), "action": action, "value": value, "leadIds": ids, **more}


def test_actions_are_those_of_the_person(client, desk):
    answer = call(client.login_as(desk.owner), "get", "bulk", clientId=str(desk.workspace.pk)).json()

    by_key = {one["action"]: one for one in answer["actions"]}
    assert list(by_key) == ["snooze", "unread", "assign", "sentiment", "drafts"]
    assert by_key["unread"] == {
        "action": "unread",
        "group": "Read",
        "undoable": False,
        "values": [{"value": "", "label": "Mark unread"}],
    }
    assert {"value": str(desk.setter.pk), "label": "Assign to Kim"} in by_key["assign"]["values"]


def test_plan_run_progress_undo(client, desk):
    done = LeadFactory(workspace=desk.workspace, snooze_until_reply=True, first_name="Ada", last_name="One")
    client.login_as(desk.owner)
    key = str(uuid.uuid4())
    asked = wish(desk, desk.lead, done, value="reply")

    plan = call(client, "post", "bulk/plan", asked).json()
    untouched = BulkRun.objects.count()
    started = [call(client, "post", "bulk", {**asked, "idempotencyKey": key}) for _ in range(2)]
    drain()
    after = call(client, "get", f"bulk/{key}").json()
    undone = call(client, "post", f"bulk/{key}/undo", {})
    drain()

    skipped = [{"id": str(done.pk), "name": "Ada One", "reason": "Done already."}]
    assert (plan["label"], plan["leadIds"], plan["skipped"], plan["unavailable"]) == (
        "Done (until they reply)",
        [str(desk.lead.pk)],
        skipped,
        0,
    )
    assert untouched == 0
    assert [one.status_code for one in started] == [202, 202]
    assert BackgroundJob.objects.filter(type="BULK_RUN").count() == 2
    assert (after["id"], after["state"], after["busy"], after["undoable"]) == (key, "done", False, True)
    assert (after["total"], after["done"], after["waiting"], after["skipped"]) == (2, 1, 0, skipped)
    assert (undone.status_code, undone.json()["state"]) == (202, "undoing")
    assert call(client, "get", f"bulk/{key}").json()["undone"] == 1
    assert not Lead.objects.get(pk=desk.lead.pk).snooze_until_reply
    assert call(client, "post", f"bulk/{key}/undo", {}).json()["error"] == "not_undoable"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"leadIds": []}, 422, "too_many"),
        ({"leadIds": [str(uuid.uuid4()) for _ in range(201)]}, 422, "too_many"),
        ({"leadIds": ["x"]}, 422, "bad_input"),
        ({"leadIds": "x"}, 422, "bad_input"),
        ({"action": "erase"}, 422, "unknown_action"),
        ({"value": "4"}, 422, "unknown_action"),
        ({"clientId": str(uuid.uuid4())}, 404, "not_found"),
        ({"colour": "red"}, 400, "unknown_field"),
    ],
)
def test_bad_wish_is_refused_and_starts_nothing(client, desk, changes, status, code):
    client.login_as(desk.owner)

    for path in ("bulk/plan", "bulk"):
        response = call(client, "post", path, {**wish(desk, desk.lead), **changes})
        assert (response.status_code, response.json()["error"]) == (status, code)
    assert (BulkRun.objects.count(), BackgroundJob.objects.filter(type="BULK_RUN").count()) == (0, 0)


def test_two_hundred_leads_are_the_most(client, desk):
    leads = Lead.objects.bulk_create(Lead(workspace=desk.workspace, email=f"a{n}@b.example") for n in range(201))
    client.login_as(desk.owner)

    refused = call(client, "post", "bulk", wish(desk, *leads))
    started = call(client, "post", "bulk", wish(desk, *leads[:200])).json()
    drain()

    assert refused.status_code == 422
    assert call(client, "get", f"bulk/{started['id']}").json()["done"] == 200
    assert Lead.objects.filter(snoozed_until__isnull=False).count() == 200


@pytest.mark.parametrize("role", ["manager", "setter", "portal"])
def test_people_without_run_bulk_are_refused(client, desk, role):
    run = BulkRun.objects.create(workspace=desk.workspace, requested_by=desk.owner, action="snooze", label="x")
    client.login_as(getattr(desk, role))

    answers = [
        call(client, "get", "bulk", clientId=str(desk.workspace.pk)),
        call(client, "post", "bulk/plan", wish(desk, desk.lead)),
        call(client, "post", "bulk", wish(desk, desk.lead)),
        call(client, "get", f"bulk/{run.pk}"),
        call(client, "post", f"bulk/{run.pk}/undo", {}),
    ]

    assert [one.status_code for one in answers] == [403] * 5
    assert BulkRun.objects.count() == 1


def test_runs_of_others_do_not_exist(client, desk):
    run = BulkRun.objects.create(workspace=desk.workspace, requested_by=desk.owner, action="snooze", label="x")
    client.login_as(make_desk().owner)

    assert call(client, "get", f"bulk/{run.pk}").status_code == 404
    assert call(client, "post", f"bulk/{run.pk}/undo", {}).status_code == 404


def test_suspended_workspace_runs_nothing(client, desk):
    desk.workspace.status = "suspended"
    desk.workspace.save(update_fields=["status"])

    response = call(client.login_as(desk.owner), "post", "bulk", wish(desk, desk.lead))

    assert (response.status_code, BulkRun.objects.count()) == (423, 0)


def test_views_are_kept_listed_renamed_and_forgotten(client, desk):
    client.login_as(desk.setter)
    place = {"clientId": str(desk.workspace.pk)}

    made = call(
        client, "post", "views", {**place, "name": " My  queue ", "params": {"tab": "responses", "sort": ["due"]}}
    )
    view_id = made.json()["id"]
    listed = call(client, "get", "views", **place).json()
    renamed = call(client, "patch", f"views/{view_id}", {"name": "Ours"}).json()
    gone = call(client, "delete", f"views/{view_id}", {})

    assert made.status_code == 201
    assert listed == {
        "views": [
            {
                "id": view_id,
                "clientId": place["clientId"],
                "name": "My queue",
                "params": {"tab": ["responses"], "sort": ["due"]},
                "query": "tab=responses&sort=due",
                "description": "All responses · Due first",
            }
        ],
        "max": 20,
    }
    assert (renamed["name"], gone.status_code, SavedView.objects.count()) == ("Ours", 204, 0)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"name": ""}, 422, "bad_name"),
        ({"name": "Taken"}, 422, "name_taken"),
        ({"params": {"tab": "elsewhere"}}, 400, "tab"),
        ({"params": {"colour": "red"}}, 400, "colour"),
        ({"params": {"cursor": "x"}}, 400, "cursor"),
        ({"params": {"tab": [1]}}, 400, "tab"),
        ({"params": "tab"}, 422, "bad_input"),
        ({"clientId": str(uuid.uuid4())}, 404, "not_found"),
    ],
)
def test_bad_view_is_refused(client, desk, changes, status, code):
    SavedView.objects.create(workspace=desk.workspace, user=desk.setter, name="Taken", params={})
    body = {"clientId": str(desk.workspace.pk), "name": "Mine", "params": {}, **changes}

    response = call(client.login_as(desk.setter), "post", "views", body)

    assert (response.status_code, response.json()["error"]) == (status, code)
    assert SavedView.objects.count() == 1


def test_views_of_others_do_not_exist(client, desk):
    other = make_desk()
    view = SavedView.objects.create(workspace=desk.workspace, user=desk.manager, name="Private", params={})
    for person in (desk.setter, other.owner):
        client.login_as(person)
        assert call(client, "patch", f"views/{view.pk}", {"name": "Mine"}).status_code == 404
        assert call(client, "delete", f"views/{view.pk}", {}).status_code == 404
        assert call(client, "get", "views").json()["views"] == []
    assert SavedView.objects.get().name == "Private"


def test_schema_describes_bulk_and_views():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]

    assert set(paths["/api/inbox/bulk"]) == {"get", "post"}
    assert set(paths["/api/inbox/views/{view_id}"]) == {"patch", "delete"}
    answer = paths["/api/inbox/bulk/{run_id}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/BulkRun"}
    assert "post" in paths["/api/inbox/bulk/plan"]
    assert "post" in paths["/api/inbox/bulk/{run_id}/undo"]


def test_list_orders_by_due_page_by_page(client, desk):
    for number, tag in enumerate(["Neutral", "Meeting Requested", "Interested"]):
        MessageFactory(lead=LeadFactory(workspace=desk.workspace, sentiment_tag=tag), sent_at=minutes_ago(number))
    client.login_as(desk.owner)
    query, rows = {"clientId": str(desk.workspace.pk), "sort": "due", "limit": "1"}, []

    while True:
        page = call(client, "get", "conversations", **query).json()
        rows += page["conversations"]
        if page["nextCursor"] is None:
            break
        query["cursor"] = page["nextCursor"]

    times = [row["dueAt"] for row in rows]
    assert len(rows) == len({row["id"] for row in rows}) == 4
    assert times[:3] == sorted(times[:3])
    assert (times[3], rows[3]["sentiment"]) == (None, "Neutral")
