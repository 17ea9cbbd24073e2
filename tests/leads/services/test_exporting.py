import csv
import io
import json
import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.models import ExportJob
from leads.services import exporting
from leads.services.exporting import HEADER, download_link, end_dead_exports, purge_exports
from tests.factories import LeadFactory, MembershipFactory, WorkspaceFactory
from tests.support.drain import drain
from zrg.jobs.contracts import RunContext
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.models import AdminAuditEvent, Membership

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

API = "/api/export/leads"


@pytest.fixture
def few(monkeypatch):
    """Everything over one row is a job, written in batches of two."""
    monkeypatch.setattr(exporting, "AT_ONCE_ROWS", 1)
    monkeypatch.setattr(exporting, "BATCH_ROWS", 2)


def ask(client, workspace, **params):
    body = json.dumps({"clientId": str(workspace.pk), **params})
    return client.post(API, body, content_type="application/json")


def rows_of(content):
    text = content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def fetched(client, job, url=None):
    answer = client.get(url or reverse("export_download", args=[download_link(job)]))
    return rows_of(b"".join(answer.streaming_content)) if answer.status_code == 200 else answer.status_code


def without_time(url):
    """A signed address as it is whenever it was signed."""
    return url.rsplit(":", 2)[0]


def run(routine, **params):
    ctx = RunContext(job="maintenance", deadline=time.monotonic() + 60, correlation_id="", params=params)
    routine(ctx)
    return ctx.stats


def test_few_leads_come_at_once_in_the_columns_of_the_file(client):
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, phone="+14155552671", status="qualified", sentiment_tag="Interested")
    LeadFactory(workspace=workspace, status="unqualified")
    LeadFactory()

    answer = ask(client.login_as(workspace.owner), workspace, status="qualified")

    lead.refresh_from_db()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert rows_of(answer.content) == [
        list(HEADER),
        [
            str(lead.pk),
            "Dana",
            "Reyes",
            lead.email,
            "+14155552671",
            "Northfork Dental",
            "qualified",
            "Interested",
            "",
            lead.created_at.isoformat(),
            lead.updated_at.isoformat(),
        ],
    ]
    acts = AdminAuditEvent.objects.filter(action__startswith="export.").order_by("pk")
    assert sorted(act.action for act in acts) == ["export.created", "export.downloaded"]
    assert {act.after["rows"] for act in acts} == {1}
    assert ExportJob.objects.count() == 0


def test_hard_12_csv_injection_in_an_export(client):
    workspace = WorkspaceFactory()
    LeadFactory(
        workspace=workspace,
        first_name="=1+1",
        last_name="@SUM(A1)",
        company_name="-2",
        phone="+14155552671",
        email=None,
    )

    (row,) = rows_of(ask(client.login_as(workspace.owner), workspace).content)[1:]

    assert row[1:6] == ["'=1+1", "'@SUM(A1)", "", "+14155552671", "'-2"]


def test_many_leads_become_a_file_for_the_person_who_asked(client, few):
    workspace = WorkspaceFactory()
    leads = LeadFactory.create_batch(5, workspace=workspace)
    LeadFactory()
    client.login_as(workspace.owner)

    asked = ask(client, workspace)
    assert (asked.status_code, asked.json()["status"], asked.json()["url"]) == (202, "queued", None)
    drain()

    job = ExportJob.objects.get()
    told = client.get(f"/api/export/jobs/{job.pk}").json()
    assert (told["status"], told["rows"]) == ("done", 5)
    assert without_time(told["url"]) == without_time(reverse("export_download", args=[download_link(job)]))
    rows = fetched(client, job, told["url"])
    assert [row[0] for row in rows[1:]] == sorted(str(lead.pk) for lead in leads)
    assert job.bytes == job.file.size

    colleague = MembershipFactory(workspace=workspace, role="ADMIN").user
    client.login_as(colleague)
    assert fetched(client, job) == 404
    assert client.get(f"/api/export/jobs/{job.pk}").status_code == 404
    assert client.get(reverse("export_download", args=["nonsense"])).status_code == 404
    assert AdminAuditEvent.objects.filter(action="export.downloaded").count() == 1


def test_hard_12_export_stays_inside_the_readers_scope(client, few):
    workspace = WorkspaceFactory()
    setter = MembershipFactory(workspace=workspace, role="SETTER", extra_permissions=["export_data"]).user
    own = LeadFactory.create_batch(3, workspace=workspace, assigned_to=setter)
    others = LeadFactory.create_batch(2, workspace=workspace)
    client.login_as(setter)

    asked = ask(client, workspace)
    # Taken away before the file is written.
    type(own[0]).objects.filter(pk=own[0].pk).update(assigned_to=None)
    drain()

    job = ExportJob.objects.get()
    assert asked.status_code == 202
    assert {row[0] for row in fetched(client, job)[1:]} == {str(lead.pk) for lead in own[1:]}
    assert others


def test_export_of_a_person_who_lost_the_right_fails_and_writes_nothing(client, few):
    workspace = WorkspaceFactory()
    manager = MembershipFactory(workspace=workspace, role="INBOX_MANAGER").user
    LeadFactory.create_batch(3, workspace=workspace)
    ask(client.login_as(manager), workspace)

    Membership.objects.filter(user=manager).update(role="SETTER")
    drain()

    job = ExportJob.objects.get()
    assert (job.status, bool(job.file), job.rows) == ("failed", False, 0)


def test_fetching_needs_the_right_still(client, few):
    workspace = WorkspaceFactory()
    manager = MembershipFactory(workspace=workspace, role="INBOX_MANAGER").user
    LeadFactory.create_batch(3, workspace=workspace)
    ask(client.login_as(manager), workspace)
    drain()

    Membership.objects.filter(user=manager).update(role="SETTER")

    assert fetched(client, ExportJob.objects.get()) == 403


@pytest.mark.parametrize("role", ["SETTER", "CLIENT_PORTAL"])
def test_only_people_with_export_data_export(client, role):
    workspace = WorkspaceFactory()
    client.login_as(MembershipFactory(workspace=workspace, role=role).user)

    assert ask(client, workspace).status_code == 403
    assert client.get(reverse("lead_exports", args=[workspace.pk])).status_code == 403
    assert client.post(reverse("lead_export_create", args=[workspace.pk])).status_code == 403
    assert ExportJob.objects.count() == 0


def test_two_exports_of_a_workspace_are_written_at_once_and_no_third(client, few):
    workspace = WorkspaceFactory()
    LeadFactory.create_batch(2, workspace=workspace)
    client.login_as(workspace.owner)

    answers = [ask(client, workspace).status_code for _ in range(3)]

    assert (answers, ExportJob.objects.count()) == ([202, 202, 429], 2)


def test_unknown_filter_and_foreign_workspace_are_refused(client):
    workspace, other = WorkspaceFactory(), WorkspaceFactory()
    client.login_as(workspace.owner)

    assert ask(client, workspace, tab="nowhere").status_code == 400
    assert ask(client, workspace, colour="blue").status_code == 400
    assert ask(client, other).status_code == 404
    assert ExportJob.objects.count() == 0


def test_empty_export_is_a_valid_file(client):
    workspace = WorkspaceFactory()

    assert rows_of(ask(client.login_as(workspace.owner), workspace).content) == [list(HEADER)]


def test_page_offers_watches_and_hands_out(client, few):
    workspace = WorkspaceFactory()
    LeadFactory.create_batch(3, workspace=workspace)
    client.login_as(workspace.owner)
    page = reverse("lead_exports", args=[workspace.pk])

    assert client.post(reverse("lead_export_create", args=[workspace.pk]), {"tab": "all"}).url == page
    assert 'hx-trigger="every 2s"' in client.get(page).content.decode()
    drain()

    fragment = client.get(reverse("lead_export_progress", args=[workspace.pk])).content.decode()
    assert "every 2s" not in fragment
    assert without_time(reverse("export_download", args=[download_link(ExportJob.objects.get())])) in fragment


def test_files_go_after_a_day_and_dead_jobs_end(client, few):
    workspace = WorkspaceFactory()
    LeadFactory.create_batch(2, workspace=workspace)
    client.login_as(workspace.owner)
    ask(client, workspace)
    drain()
    ask(client, workspace)
    done, waiting = ExportJob.objects.order_by("created_at")
    BackgroundJob.objects.filter(dedupe_key__contains=str(waiting.pk)).update(status="FAILED")
    ExportJob.objects.filter(pk=done.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert fetched(client, done) == 410
    assert run(purge_exports, dryRun=True) == {"export_files": 1}
    assert done.file.storage.exists(done.file.name)
    assert (run(purge_exports), run(end_dead_exports)) == ({"export_files": 1}, {"exports_failed": 1})

    assert not done.file.storage.exists(done.file.name)
    assert [job.status for job in ExportJob.objects.order_by("created_at")] == ["expired", "failed"]
    assert fetched(client, done) == 410
