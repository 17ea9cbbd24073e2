"""The rotation in the settings, in the drawer, in the admin, by API and on the command line."""

import io
import json

import pytest
from django.core.management import call_command

from assignment.models import LeadAssignmentEvent
from assignment.services.rotation import assign_lead
from leads.models import Lead
from tests.assignment.services.test_rotation_hard import assign, make_lead, make_workspace, pointer
from tests.factories.workspaces import UserFactory
from tests.support.drain import drain
from zrg.workspaces.models import Membership, WorkspaceSettings
from zrg.workspaces.services.memberships import set_rotation

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def desk(client):
    workspace, people = make_workspace(sequence=(0, 1, 0))
    client.login_as(workspace.owner)
    return workspace, people


def url(workspace, act=""):
    return f"/w/{workspace.pk}/settings/integrations/assignments{act}"


def form(workspace, people, **values):
    """The form as the page shows it, with changes."""
    row = WorkspaceSettings.objects.get(workspace=workspace)
    emails = {one.pk: one.email for one in people}
    given = {
        "version": row.version,
        "enabled": "on",
        "sequence": [emails[one] for one in row.round_robin_setter_sequence],
        "people": "1",
        "setter": list(emails.values()),
    }
    return {key: value for key, value in {**given, **values}.items() if value is not None}


def test_the_page_shows_order_shares_and_who_is_next(client, desk):
    workspace, people = desk
    set_rotation(Membership.objects.get(user=people[1]), in_rotation=False, paused_until=None, by=workspace.owner)

    page = client.get(url(workspace)).content.decode()

    assert page.count('name="sequence"') == 3
    assert "Out of rotation" in page
    assert f"{people[0].display_name} 100 %" in page
    assert f"<dd>{', '.join([people[0].display_name] * 3)}</dd>" in page


@pytest.mark.parametrize(
    ("act", "order"),
    [
        ("up:1", [1, 0, 0]),
        ("down:1", [0, 0, 1]),
        ("remove:0", [1, 0]),
        ("add", [0, 1, 0, 2]),
        ("up:0", [0, 1, 0]),
        ("down:2", [0, 1, 0]),
        ("remove:9", [0, 1, 0]),
        ("nonsense", [0, 1, 0]),
    ],
)
def test_an_edit_shows_the_order_without_saving_it(client, desk, act, order):
    workspace, people = desk

    response = client.post(url(workspace), form(workspace, people, act=act, person=people[2].email))

    shown = [entry.email for _, entry in response.context["entries"]]
    assert response.status_code == 200
    assert shown == [people[number].email for number in order]
    assert ("Not saved yet" in response.content.decode()) == (order != [0, 1, 0])
    stored = WorkspaceSettings.objects.get(workspace=workspace)
    assert stored.round_robin_setter_sequence == [people[0].pk, people[1].pk, people[0].pk]


@pytest.mark.parametrize(
    ("act", "focused"),
    [
        ("up:2", "up:1"),
        ("up:1", "down:0"),
        ("down:0", "down:1"),
        ("down:1", "up:2"),
        ("remove:2", "remove:1"),
        ("add", "add"),
    ],
)
def test_the_keyboard_stays_where_it_was(client, desk, act, focused):
    workspace, people = desk

    page = client.post(url(workspace), form(workspace, people, act=act, person=people[2].email)).content.decode()

    (button,) = (one for one in page.split("<button") if " autofocus>" in one.split("</button>")[0])
    assert f'value="{focused}"' in button


def test_saving_keeps_duplicates_and_starts_anew(client, desk):
    workspace, people = desk
    assign(make_lead(workspace))
    wanted = [people[2].email, people[2].email, people[0].email]

    response = client.post(url(workspace), form(workspace, people, act="save", sequence=wanted, email_only="on"))

    row = WorkspaceSettings.objects.get(workspace=workspace)
    assert response.status_code == 302
    assert row.round_robin_setter_sequence == [people[2].pk, people[2].pk, people[0].pk]
    assert (row.round_robin_last_setter_index, row.round_robin_config_version) == (None, 1)
    assert row.round_robin_email_only


def test_a_refused_save_names_the_addresses_and_offers_to_drop_them(client, desk):
    workspace, people = desk
    given = form(workspace, people, act="save", setter=[people[1].email, people[2].email])

    refused = client.post(url(workspace), {**given, "new_setters": "ghost@x.example"})
    offered = client.post(url(workspace), given)
    dropped = client.post(url(workspace), {**given, "act": "save-dropping"})

    assert (refused.status_code, offered.status_code, dropped.status_code) == (422, 422, 302)
    assert f"<b>ghost@x.example, {people[0].email}</b>" in refused.content.decode()
    assert "save-dropping" in offered.content.decode()
    row = WorkspaceSettings.objects.get(workspace=workspace)
    assert row.round_robin_setter_sequence == [people[1].pk]
    assert not Membership.objects.get(user=people[0]).is_active


def test_a_save_of_an_old_page_is_refused(client, desk):
    workspace, people = desk
    given = form(workspace, people, act="save", sequence=[people[2].email])
    WorkspaceSettings.objects.filter(workspace=workspace).update(version=99)

    response = client.post(url(workspace), given)

    assert response.status_code == 409
    assert 'name="version" value="99"' in response.content.decode()
    assert WorkspaceSettings.objects.get(workspace=workspace).round_robin_setter_sequence[0] == people[0].pk


def test_setters_read_the_page_and_change_nothing(client, desk):
    workspace, people = desk
    client.login_as(people[0])

    page = client.get(url(workspace)).content.decode()
    response = client.post(url(workspace), form(workspace, people, act="save", sequence=[people[0].email]))

    assert 'value="up:1"' not in page
    assert response.status_code == 403
    assert len(WorkspaceSettings.objects.get(workspace=workspace).round_robin_setter_sequence) == 3


def test_backfill_is_tried_then_run(client, desk):
    workspace, people = desk
    lead = make_lead(workspace)

    trial = client.post(url(workspace, "/backfill-trial"))
    before = Lead.objects.get(pk=lead.pk).assigned_to_id
    started = client.post(url(workspace, "/backfill"))
    second = client.post(url(workspace, "/backfill"))
    drain()

    assert "Of 1 looked at, 1 would be assigned." in trial.content.decode()
    assert (before, started.status_code, second.status_code) == (None, 302, 409)
    assert Lead.objects.get(pk=lead.pk).assigned_to_id == people[0].pk


def test_leads_of_the_absent_are_listed_and_given_away(client, desk):
    workspace, people = desk
    lead, other = (make_lead(workspace, assigned_to=people[0], first_name=name) for name in ("Alma", "Bert"))
    set_rotation(Membership.objects.get(user=people[0]), in_rotation=False, paused_until=None, by=workspace.owner)
    path = url(workspace, "/of/inactive")

    page = client.get(path).content.decode()
    nothing = client.post(f"{path}/reassign", {"to": str(people[2].pk)})
    given = client.post(f"{path}/reassign", {"lead": [str(lead.pk)], "to": str(people[2].pk)})
    spread = client.post(f"{path}/reassign", {"lead": [str(other.pk)], "to": "spread"})

    assert ("Alma" in page, "Bert" in page) == (True, True)
    assert (nothing.status_code, given.status_code, spread.status_code) == (422, 302, 302)
    assert dict(Lead.objects.values_list("pk", "assigned_to_id")) == {lead.pk: people[2].pk, other.pk: people[1].pk}
    assert "Every assigned lead has somebody" in client.get(path).content.decode()


def test_the_drawer_assigns_and_tells_the_history(client, desk, htmx_headers):
    workspace, people = desk
    lead = make_lead(workspace)
    assign(lead)
    path = f"/w/{workspace.pk}/inbox/leads/{lead.pk}/assignment"

    shown = client.get(f"/w/{workspace.pk}/inbox/drawer/{lead.pk}/assignment").content.decode()
    stale = client.post(path, {"to": str(people[1].pk), "expected": ""}, headers=htmx_headers)
    done = client.post(path, {"to": str(people[1].pk), "expected": str(people[0].pk)}, headers=htmx_headers)

    assert "Rotation" in shown
    assert stale.status_code == 409
    assert done.status_code == 200
    assert f'value="{people[1].pk}" selected' in done.content.decode()
    assert Lead.objects.get(pk=lead.pk).assigned_to_id == people[1].pk


def test_a_setter_sees_the_assignment_of_the_own_lead_only(client, desk):
    workspace, people = desk
    mine, other = make_lead(workspace, assigned_to=people[0]), make_lead(workspace, assigned_to=people[1])
    client.login_as(people[0])
    path = f"/w/{workspace.pk}/inbox/drawer/{{}}/assignment"

    page = client.get(path.format(mine.pk))
    refused = client.post(f"/w/{workspace.pk}/inbox/leads/{mine.pk}/assignment", {"to": "", "expected": ""})

    assert (page.status_code, client.get(path.format(other.pk)).status_code) == (200, 404)
    assert "<select" not in page.content.decode()
    assert refused.status_code == 403


def post(client, path, body):
    return client.post(path, json.dumps(body), content_type="application/json")


def test_the_api_assigns_compares_and_refuses(client, desk):
    workspace, people = desk
    lead = make_lead(workspace)
    path = f"/api/inbox/conversations/{lead.pk}/assign"
    first, second = str(people[0].pk), str(people[1].pk)

    done = post(client, path, {"userId": first, "expected": None})
    stale = post(client, path, {"userId": second, "expected": None})
    stranger = post(client, path, {"userId": str(UserFactory().pk), "expected": first})
    without = post(client, path, {"userId": second})

    assert (done.status_code, done.json()["assignedTo"]) == (200, first)
    assert (stale.status_code, stale.json()["error"], stale.json()["assignedTo"]) == (409, "assignee_changed", first)
    assert (stranger.status_code, stranger.json()["error"]) == (422, "not_assignable")
    assert without.status_code == 422
    assert LeadAssignmentEvent.objects.count() == 1


def test_the_api_assigns_many_and_previews(client, desk):
    workspace, people = desk
    leads = [make_lead(workspace) for _ in range(2)]
    foreign = make_lead(make_workspace()[0])
    body = {"clientId": str(workspace.pk), "leadIds": [str(one.pk) for one in (*leads, foreign)]}

    done = post(client, "/api/assignment/bulk", {**body, "userId": "spread"})
    many = post(client, "/api/assignment/bulk", {**body, "leadIds": [str(foreign.pk)] * 201, "userId": None})
    preview = client.get(f"/api/assignment/preview?clientId={workspace.pk}")

    ids = [str(one.pk) for one in people]
    assert done.json() == {
        "assigned": 2,
        "unchanged": 0,
        "skipped": [{"leadId": str(foreign.pk), "reason": "not_found"}],
    }
    assert many.status_code == 422
    found = preview.json()
    assert (found["base"], found["effective"], found["pointer"]) == ([ids[0], ids[1], ids[0]],) * 2 + (-1,)
    assert (found["next"], found["shares"]) == ([ids[0], ids[1], ids[0]], {ids[0]: 66.7, ids[1]: 33.3})
    assert pointer(workspace) is None


def test_backfill_by_api_needs_the_right_to_act_on_many(client, desk):
    workspace, people = desk
    lead = make_lead(workspace)
    body = {"clientId": str(workspace.pk)}

    dry = post(client, "/api/assignment/backfill", {**body, "dryRun": True})
    first, second = (post(client, "/api/assignment/backfill", body) for _ in range(2))
    client.login_as(people[0])
    refused = post(client, "/api/assignment/backfill", body)

    assert dry.json()["perSetter"] == {str(people[0].pk): 1}
    assert (first.status_code, second.status_code, second.json()["error"]) == (202, 409, "backfill_running")
    assert refused.status_code == 403
    assert Lead.objects.get(pk=lead.pk).assigned_to_id is None


def test_the_admin_lists_events_and_shows_fairness(client, desk):
    workspace = desk[0]
    for _ in range(3):
        assign_lead(make_lead(workspace).pk, workspace.pk, "email", "round_robin")

    listed = client.get("/admin/assignment/leadassignmentevent/")
    page = client.get(f"/admin/assignment/leadassignmentevent/fairness/?workspace={workspace.pk}").content.decode()

    assert listed.status_code == 200
    assert "The last 7 days: 3 leads assigned in turn" in page
    assert "E-mail 3" in page
    assert "66.7 %" in page


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_commands(desk):
    workspace, people = desk
    leads = [make_lead(workspace) for _ in range(3)]
    where = ["--workspace", str(workspace.pk)]

    status = run("rr_status", *where)
    dry = json.loads(run("rr_backfill", *where, "--dry-run"))
    real = json.loads(run("rr_backfill", *where, "--limit", "2"))
    simulated = run("rr_simulate", *where, "--count", "2").splitlines()
    verified = run("rr_verify", *where, "--last", "10")

    assert "base: 3, effective: 3" in status
    assert "pointer: -1" in status
    assert f"next: {people[0].email}, {people[1].email}, {people[0].email}" in status
    assert "waiting leads: 3" in status
    assert (dry["assigned"], real["assigned"]) == (3, 2)
    assert simulated[:2] == [f"1. {people[0].email}", f"2. {people[0].email}"]
    assert "out of sequence: 0" in verified
    assert Lead.objects.filter(pk__in=[one.pk for one in leads], assigned_to=None).count() == 1
    assert run("rr_status") == ""


def test_verify_fails_where_the_sequence_was_not_followed(desk):
    workspace, people = desk
    for before, after in ((-1, 0), (1, 2)):
        LeadAssignmentEvent.objects.create(
            workspace=workspace, lead=make_lead(workspace), assigned_to=people[0], source="round_robin",
            pointer_before=before, pointer_after=after, base_length=3, config_version=0,
        )  # fmt: skip

    with pytest.raises(SystemExit) as ended:
        run("rr_verify", "--workspace", str(workspace.pk))

    assert ended.value.code == 1
