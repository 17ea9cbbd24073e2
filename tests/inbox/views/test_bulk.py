"""One act for many conversations: planned, carried out, told, undone."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignment.models import LeadAssignmentEvent
from inbox.models import BulkItem, BulkRun, DraftRequest, LeadView, SendOrder
from inbox.services.expiring import delete_bulk_runs
from leads.models import Lead
from tests.factories.inbox import MessageFactory, minutes_ago
from tests.factories.leads import LeadFactory
from tests.inbox.desk import make_desk
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.models import AdminAuditEvent

pytestmark = pytest.mark.django_db


def more(desk, count, **values):
    leads = [LeadFactory(workspace=desk.workspace, first_name=f"Lead {n}", **values) for n in range(count)]
    for lead in leads:
        MessageFactory(lead=lead, sent_at=minutes_ago(60))
    return leads


def post(client, desk, path, act, leads, **extra):
    form = {"act": act, "leads": [str(lead.pk) for lead in leads], **extra}
    return client.post(f"{desk.prefix}/bulk/{path}", form, HTTP_HX_REQUEST="true")


def run(client, desk, act, leads):
    """Start and carry out; returns the run."""
    run_id = uuid.uuid4()
    assert post(client, desk, "runs", act, leads, run=str(run_id)).status_code == 200
    drain()
    return BulkRun.objects.get(pk=run_id)


def states(run):
    return dict(run.items.values_list("lead_id", "state"))


def test_plan_says_whom_it_reaches_and_writes_nothing(client, desk):
    done = more(desk, 1, snooze_until_reply=True)
    client.login_as(desk.owner)

    html = post(client, desk, "plan", "snooze:reply", [desk.lead, *done]).content.decode()

    assert "Done (until they reply): 1 conversation<" in html
    assert "Done already." in html
    assert (BulkRun.objects.count(), BackgroundJob.objects.filter(type="BULK_RUN").count()) == (0, 0)
    assert not Lead.objects.filter(pk=desk.lead.pk, snooze_until_reply=True).exists()


def test_done_for_many_and_back(client, desk):
    leads = [desk.lead, *more(desk, 2)]
    client.login_as(desk.owner)

    found = run(client, desk, "snooze:reply", leads)

    assert (found.state, set(states(found).values())) == ("done", {"done"})
    assert Lead.objects.filter(snooze_until_reply=True).count() == 3
    assert AdminAuditEvent.objects.filter(action="lead.snoozed", actor=desk.owner).count() == 3
    touched = leads[1]
    Lead.objects.filter(pk=touched.pk).update(snooze_until_reply=False)
    answer = post(client, desk, f"runs/{found.pk}/undoing", "", [])
    drain()
    assert (answer.status_code, set(Lead.objects.values_list("snooze_until_reply", flat=True))) == (200, {False})
    found.refresh_from_db()
    assert (found.state, states(found)[touched.pk], states(found)[desk.lead.pk]) == ("undone", "done", "undone")
    html = client.get(f"{desk.prefix}/bulk/runs/{found.pk}", HTTP_HX_REQUEST="true").content.decode()
    assert "2 undone" in html
    assert "Changed since then." in html


def test_second_click_of_one_plan_starts_nothing(client, desk):
    client.login_as(desk.owner)
    run_id = str(uuid.uuid4())

    answers = [post(client, desk, "runs", "snooze:3", [desk.lead], run=run_id) for _ in range(2)]

    assert [one.status_code for one in answers] == [200, 200]
    assert (BulkRun.objects.count(), BulkItem.objects.count()) == (1, 1)
    assert BackgroundJob.objects.filter(type="BULK_RUN").count() == 1


def test_sentiment_goes_through_its_one_writer_and_comes_back(client, desk):
    client.login_as(desk.owner)

    plan = post(client, desk, "plan", "sentiment:Automated Reply", [desk.lead]).content.decode()
    found = run(client, desk, "sentiment:Automated Reply", [desk.lead])

    desk.lead.refresh_from_db()
    desk.draft.refresh_from_db()
    assert "Waiting reply drafts are closed." in plan
    assert (desk.lead.sentiment_tag, desk.draft.status) == ("Automated Reply", "rejected")
    post(client, desk, f"runs/{found.pk}/undoing", "", [])
    drain()
    desk.lead.refresh_from_db()
    assert desk.lead.sentiment_tag == "Interested"


def test_blacklist_for_many_stops_them_and_undo_does_not_lift_it(client, desk):
    client.login_as(desk.owner)

    found = run(client, desk, "sentiment:Blacklist", [desk.lead])
    post(client, desk, f"runs/{found.pk}/undoing", "", [])
    drain()

    desk.lead.refresh_from_db()
    assert (desk.lead.status, desk.lead.sentiment_tag) == ("blacklisted", "Blacklist")
    assert found.items.get().reason == "A stop is lifted lead by lead, with a note."


def test_unread_for_many(client, desk):
    LeadView.objects.create(workspace=desk.workspace, user=desk.owner, lead=desk.lead, seen_at=minutes_ago(0))
    client.login_as(desk.owner)

    found = run(client, desk, "unread:", [desk.lead])

    assert LeadView.objects.count() == 0
    html = client.get(f"{desk.prefix}/bulk/runs/{found.pk}", HTTP_HX_REQUEST="true").content.decode()
    assert "Mark unread: 1 of 1 done" in html
    assert "Undo" not in html


def test_drafts_are_asked_for_as_one_batch_and_nothing_is_sent(client, desk):
    cold = more(desk, 1, sentiment_tag="Not Interested")
    client.login_as(desk.owner)
    run_id = uuid.uuid4()

    html = post(client, desk, "runs", "drafts:full", [desk.lead, *cold], run=str(run_id)).content.decode()

    assert "No draft is written for Not Interested." in html
    assert BulkRun.objects.get().batch == DraftRequest.objects.get().batch
    assert SendOrder.objects.count() == 0


@pytest.mark.parametrize("role", ["manager", "setter", "portal"])
def test_only_people_with_run_bulk_choose_many(client, desk, role):
    client.login_as(getattr(desk, role))

    assert post(client, desk, "plan", "snooze:3", [desk.lead]).status_code == 403
    assert post(client, desk, "runs", "snooze:3", [desk.lead], run=str(uuid.uuid4())).status_code == 403
    assert 'id="bulk"' not in client.get("/").content.decode()
    assert BulkRun.objects.count() == 0


def test_leads_of_others_are_counted_never_named(client, desk):
    other = make_desk()
    client.login_as(desk.owner)

    html = post(client, desk, "plan", "snooze:3", [desk.lead, other.lead]).content.decode()
    found = run(client, desk, "snooze:3", [desk.lead, other.lead])

    assert "1 is no longer available to you." in html
    assert list(states(found)) == [desk.lead.pk]
    other.lead.refresh_from_db()
    assert other.lead.snoozed_until is None


def test_runs_of_others_do_not_exist(client, desk):
    found = run(client.login_as(desk.owner), desk, "snooze:3", [desk.lead])
    other = make_desk()
    client.login_as(other.owner)

    assert client.get(f"{desk.prefix}/bulk/runs/{found.pk}").status_code == 404
    assert client.get(f"{other.prefix}/bulk/runs/{found.pk}").status_code == 404
    assert post(client, other, f"runs/{found.pk}/undoing", "", []).status_code == 404


@pytest.mark.parametrize(
    ("act", "count", "sentence"),
    [
        ("snooze:3", 0, "Choose 1 to 200 conversations."),
        ("snooze:3", 201, "Choose 1 to 200 conversations."),
        ("snooze:4", 1, "Choose what to do."),
        ("erase:all", 1, "Choose what to do."),
        ("sentiment:Interested", 1, "None of the chosen conversations can be changed."),
    ],
)
def test_bad_wish_is_refused_and_starts_nothing(client, desk, act, count, sentence):
    client.login_as(desk.owner)
    ids = [str(desk.lead.pk)] if count == 1 else [str(uuid.uuid4()) for _ in range(count)]

    response = client.post(
        f"{desk.prefix}/bulk/runs", {"act": act, "leads": ids, "run": str(uuid.uuid4())}, HTTP_HX_REQUEST="true"
    )

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert (BulkRun.objects.count(), BackgroundJob.objects.filter(type="BULK_RUN").count()) == (0, 0)


def test_without_script_every_step_is_a_page(client, desk):
    client.login_as(desk.owner)
    form = {"act": "snooze:3", "leads": [str(desk.lead.pk)], "list": "tab=responses"}

    plan = client.post(f"{desk.prefix}/bulk/plan", form)
    started = client.post(f"{desk.prefix}/bulk/runs", form | {"run": str(uuid.uuid4())})

    assert "Snooze 3 days: 1 conversation<" in plan.content.decode()
    assert started.status_code == 303
    assert "0 of 1 done" in client.get(started["Location"]).content.decode()


@pytest.mark.parametrize("count", [1, 25])
def test_plan_asks_one_query_for_any_number_of_leads(client, desk, count):
    leads = more(desk, count)
    client.login_as(desk.owner)

    with CaptureQueriesContext(connection) as captured:
        response = post(client, desk, "plan", "sentiment:Follow Up", leads)

    assert response.status_code == 200
    assert sum('"leads_lead"' in one["sql"] for one in captured) == 1


def test_the_menu_offers_the_people_who_receive_leads(client, desk):
    html = client.login_as(desk.owner).get("/").content.decode()

    assert f'<option value="assign:{desk.setter.pk}">Assign to Kim</option>' in html
    assert f'<option value="assign:{desk.manager.pk}">Assign to Robin</option>' in html
    assert '<option value="assign:nobody">Assign to nobody</option>' in html
    assert str(desk.portal.pk) not in html


def test_many_are_assigned_by_the_one_service_and_given_back(client, desk):
    leads = more(desk, 3)
    taken = more(desk, 1, assigned_to=desk.manager)
    stopped = more(desk, 1, status="blacklisted", blacklist_reason="manual", sentiment_tag="Blacklist")
    client.login_as(desk.owner)

    plan = post(client, desk, "plan", f"assign:{desk.manager.pk}", [*leads, *taken, *stopped]).content.decode()
    found = run(client, desk, f"assign:{desk.manager.pk}", [*leads, *taken, *stopped])

    assert "Assign to Robin: 3 conversations<" in plan
    assert "Assigned to them already." in plan
    assert "All outreach to this lead is stopped." in plan
    assert Lead.objects.filter(assigned_to=desk.manager).count() == 4
    events = LeadAssignmentEvent.objects.filter(source="manual", assigned_by=desk.owner, assigned_to=desk.manager)
    assert set(events.values_list("lead_id", flat=True)) == {lead.pk for lead in leads}
    post(client, desk, f"runs/{found.pk}/undoing", "", [])
    drain()
    assert set(Lead.objects.filter(assigned_to=desk.manager)) == set(taken)
    assert LeadAssignmentEvent.objects.filter(assigned_to=None, previous_assigned_to=desk.manager).count() == 3


def test_person_who_left_meanwhile_gets_nothing(client, desk):
    client.login_as(desk.owner)
    leads, run_id = more(desk, 2), uuid.uuid4()
    post(client, desk, "runs", f"assign:{desk.manager.pk}", leads, run=str(run_id))
    desk.workspace.memberships.filter(user=desk.manager).update(is_active=False, deactivated_at=minutes_ago(0))
    drain()

    items = BulkRun.objects.get(pk=run_id).items
    assert set(items.values_list("state", "reason")) == {
        ("skipped", "This person does not receive leads of this workspace.")
    }
    assert not Lead.objects.filter(assigned_to=desk.manager).exists()


def test_progress_is_there_after_a_reload(client, desk):
    client.login_as(desk.owner)
    run_id = uuid.uuid4()
    post(client, desk, "runs", "snooze:3", [desk.lead], run=str(run_id))
    link = f'id="bulk-run" hx-get="{desk.prefix}/bulk/runs/{run_id}" hx-trigger="load"'

    assert link in client.get("/").content.decode()
    drain()
    assert link in client.get("/").content.decode()
    BulkRun.objects.update(finished_at=minutes_ago(2))
    assert 'id="bulk-run" hx-get' not in client.get("/").content.decode()


def test_old_runs_are_forgotten_with_their_leads(client, desk):
    client.login_as(desk.owner)
    old, kept = (run(client, desk, f"snooze:{days}", [desk.lead]) for days in (1, 2))
    BulkRun.objects.filter(pk=old.pk).update(created_at=minutes_ago(31 * 24 * 60))

    assert [delete_bulk_runs(desk.workspace.pk) for _ in range(2)] == [1, 0]
    assert [item.run_id for item in BulkItem.objects.all()] == [kept.pk]
    assert AdminAuditEvent.objects.filter(action="bulk.started").count() == 2
