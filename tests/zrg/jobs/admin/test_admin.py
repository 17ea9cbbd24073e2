"""The operations room of work: who sees it, what its actions do, what they leave in the audit."""

import pytest
from django.urls import reverse

from tests.factories import PlatformGrantFactory, WorkspaceFactory
from tests.zrg.jobs.support import make_event
from zrg.jobs.models import BackgroundJob, ScheduledJob, TaskRun, WebhookBody, WebhookEvent
from zrg.jobs.services import dispatching
from zrg.jobs.services.schedules import sync_schedules
from zrg.workspaces.models import AdminAuditEvent

pytestmark = pytest.mark.django_db


def url(model, page="changelist", *args):
    return reverse(f"admin:jobs_{model}_{page}", args=args)


@pytest.fixture
def staff(client):
    user = PlatformGrantFactory().user
    client.login_as(user).step_up()
    return user


def act(client, model, action, *rows, **values):
    return client.post(
        url(model), {"action": action, "_selected_action": [row.pk for row in rows], "confirmed": "1", **values}
    )


@pytest.mark.parametrize("model", ["webhookevent", "backgroundjob", "taskrun", "scheduledjob"])
def test_lists_open(client, staff, model):
    ws = WorkspaceFactory()
    make_event(ws)
    BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key="k")
    sync_schedules()

    assert client.get(url(model)).status_code == 200


@pytest.mark.parametrize("value", ["²", "9" * 400, "999999999", "-1"])
@pytest.mark.parametrize("name", ["age", "priority"])
def test_a_filter_that_is_no_number_filters_nothing(client, staff, name, value):
    event = make_event(WorkspaceFactory())

    page = client.get(url("webhookevent"), {name: value})

    assert page.status_code == 200
    # A number that no row has is asked for, and found nowhere.
    is_asked = (name, value) == ("priority", "999999999")
    assert (str(event.pk) in page.content.decode()) is not is_asked


def test_owner_sees_own_work_without_payload(client):
    ws = WorkspaceFactory()
    mine = make_event(ws, raw={"secret_text": "hello jane"})
    foreign = make_event(WorkspaceFactory(), key="foreign")
    client.login_as(ws.owner).step_up()

    page = client.get(url("webhookevent")).content.decode()
    detail = client.get(url("webhookevent", "change", mine.pk)).content.decode()

    assert str(mine.pk) in page
    assert str(foreign.pk) not in page
    assert "hello jane" not in detail
    assert client.get(url("taskrun")).status_code in (302, 403)


def test_platform_sees_the_payload(client, staff):
    event = make_event(WorkspaceFactory(), raw={"text": "hello jane"})

    assert "hello jane" in client.get(url("webhookevent", "change", event.pk)).content.decode()


def test_replay_asks_first_then_brings_back(client, staff):
    event = make_event(WorkspaceFactory(), status="FAILED", attempts=8)

    page = client.post(url("webhookevent"), {"action": "replay", "_selected_action": [event.pk]})
    event.refresh_from_db()
    assert (page.status_code, event.status) == (200, "FAILED")

    act(client, "webhookevent", "replay", event)

    event.refresh_from_db()
    assert (event.status, event.attempts) == ("PENDING", 0)
    audit = AdminAuditEvent.objects.get(action="event.replayed")
    assert (audit.actor, audit.object_id, audit.before) == (staff, str(event.pk), {"status": "FAILED"})


def test_owner_cannot_replay(client):
    ws = WorkspaceFactory()
    event = make_event(ws, status="FAILED")
    client.login_as(ws.owner).step_up()

    act(client, "webhookevent", "replay", event)

    event.refresh_from_db()
    assert event.status == "FAILED"


def test_unrouted_call_is_given_its_workspace(client, staff):
    ws = WorkspaceFactory()
    event = make_event(None, status="UNROUTED", raw=None)
    WebhookBody.objects.create(event=event, raw={"a": 1})

    act(client, "webhookevent", "route_and_replay", event, workspace=str(ws.pk), reason="new instance")

    event.refresh_from_db()
    assert (event.status, event.workspace_id, event.body.workspace_id) == ("PENDING", ws.pk, ws.pk)


def test_ignoring_needs_a_reason(client, staff):
    event = make_event(WorkspaceFactory(), status="FAILED")

    act(client, "webhookevent", "mark_ignored", event, reason=" ")
    event.refresh_from_db()
    assert event.status == "FAILED"

    act(client, "webhookevent", "mark_ignored", event, reason="test call of the provider")
    event.refresh_from_db()
    assert (event.status, event.outcome) == ("SUCCEEDED", "ignored:by_hand")


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("replay", "FAILED", "PENDING"),
        ("replay", "RUNNING", "RUNNING"),
        ("cancel", "PENDING", "CANCELLED"),
        ("cancel", "RUNNING", "RUNNING"),
        ("release_lock", "RUNNING", "PENDING"),
        ("release_lock", "FAILED", "FAILED"),
    ],
)
def test_actions_on_jobs(client, staff, action, before, after):
    job = BackgroundJob.objects.create(type="T", workspace=WorkspaceFactory(), dedupe_key="k", status=before)

    act(client, "backgroundjob", action, job, reason="because")

    job.refresh_from_db()
    assert job.status == after


def test_queues_page_shows_depths_and_schedules(client, staff):
    ws = WorkspaceFactory(name="Northwind")
    BackgroundJob.objects.create(type="T_OF_TEST", workspace=ws, dedupe_key="k")

    page = client.get(reverse("admin:jobs_backgroundjob_queues")).content.decode()

    assert "T_OF_TEST" in page
    assert "Northwind" in page
    assert "background-jobs" in page


def test_switching_a_schedule_needs_a_reason_and_is_audited(client, staff):
    sync_schedules()
    page = url("scheduledjob", "change", "retention")

    client.post(page, {"inline": "on", "reason": ""})
    assert ScheduledJob.objects.get(pk="retention").enabled is True

    client.post(page, {"inline": "on", "reason": "broker is being replaced"})

    row = ScheduledJob.objects.get(pk="retention")
    assert (row.enabled, row.inline) == (False, True)
    assert AdminAuditEvent.objects.filter(action="admin.row_changed", object_id="retention").exists()


def test_run_now_asks_for_a_run_after_the_commit(client, staff, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(dispatching, "send", lambda *_, **__: "id")
    sync_schedules()

    with django_capture_on_commit_callbacks(execute=True):
        act(client, "scheduledjob", "run_now", ScheduledJob.objects.get(pk="retention"))
        assert TaskRun.objects.count() == 0

    run = TaskRun.objects.get()
    assert (run.job, run.source, run.requested_by) == ("retention", "manual", staff.email)


def test_search_finds_exact_keys_only(client, staff):
    ws = WorkspaceFactory()
    BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key="find-me")
    BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key="not-me")

    page = client.get(url("backgroundjob"), {"q": "find-me"}).content.decode()

    assert page.count("/change/") >= 1
    assert client.get(url("backgroundjob"), {"q": "find"}).status_code == 200
    assert WebhookEvent.objects.count() == 0
