"""An import while it runs: what rows become, how it ends, is cancelled and goes on."""

from collections import defaultdict

import pytest
from django.utils import timezone

from leads.contracts import LeadDataChanged
from leads.models import Lead, SmsCampaign
from leads.services.importing.problems import problem_lines
from leads.services.importing.starting import cancel_import, start_import
from tests.factories import LeadFactory, WorkspaceFactory
from tests.factories.imports import started
from tests.leads.services.importing.conftest import counts, run
from tests.support.drain import drain
from zrg.jobs import registry
from zrg.jobs.models import BackgroundJob

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_rows_become_leads_with_their_facts():
    workspace = WorkspaceFactory()

    job = run(
        workspace,
        [
            "dana reyes,DANA@Northfork.example,+1 415 555 2671,Northfork Dental,"
            "https://www.linkedin.com/in/Dana-Reyes/?x=1,Owner,northfork.example,Austin,TX,78701,US,Dental,11-50,1M,"
            "Owner,America/Chicago,vip; spring,Label A,qualified,blue"
        ],
        header="Full name,E-Mail,Mobile,Company,LinkedIn URL,Title,Website,City,State,ZIP,Country,Industry,Headcount,"
        "Revenue,Seniority,Timezone,Tags,SMS Campaign,Status,Favourite colour",
    )

    lead = Lead.objects.get(workspace=workspace)
    assert counts(job) == (1, 1, 0, 0)
    assert (lead.first_name, lead.last_name, lead.email) == ("dana", "reyes", "dana@northfork.example")
    assert (lead.phone, lead.phone_national, lead.phone_country) == ("+14155552671", "4155552671", "US")
    assert lead.linkedin_url == "https://linkedin.com/in/dana-reyes"
    assert (lead.job_title, lead.company_website, lead.company_city) == ("Owner", "northfork.example", "Austin")
    assert (lead.company_state, lead.company_postal_code, lead.company_country) == ("TX", "78701", "US")
    assert (lead.industry, lead.employee_headcount, lead.company_revenue) == ("Dental", "11-50", "1M")
    assert (lead.seniority, lead.timezone, lead.timezone_source) == ("Owner", "America/Chicago", "provider")
    assert (lead.tags, lead.status, lead.attributes) == (["vip", "spring"], "qualified", {"Favourite colour": "blue"})
    assert lead.sms_campaign == SmsCampaign.objects.get(name="Label A")
    assert (lead.source, lead.import_job_id, lead.routing_status) == ("import", job.pk, "routed")


def test_existing_leads_are_left_alone_or_filled():
    workspace = WorkspaceFactory()
    values = {"email": "dana@northfork.example", "first_name": "Dana", "last_name": None, "company_name": "Northfork"}
    skipped = LeadFactory(workspace=workspace, **values)
    row = "Danny,Reyes,dana@northfork.example,+14155552671,Elsewhere,https://linkedin.com/in/dana"

    job = run(workspace, [row])
    skipped.refresh_from_db()
    assert (skipped.first_name, skipped.last_name, counts(job)) == ("Dana", None, (1, 0, 1, 0))

    job = run(workspace, [row], on_duplicate="update")
    skipped.refresh_from_db()
    assert (skipped.first_name, skipped.last_name, skipped.company_name) == ("Dana", "Reyes", "Northfork")
    # Identity is never touched by a file.
    assert (skipped.phone, skipped.linkedin_url, counts(job)) == (None, None, (1, 0, 1, 0))

    run(workspace, [row], on_duplicate="update", overwrite_names=True)
    skipped.refresh_from_db()
    assert (skipped.first_name, skipped.last_name, skipped.company_name) == ("Danny", "Reyes", "Elsewhere")


def test_blocked_follow_ups_hear_of_facts_a_file_brought(monkeypatch):
    monkeypatch.setattr(registry, "_receivers", defaultdict(dict))
    registry.register_event_receiver(LeadDataChanged, "told", lambda event: None)
    workspace = WorkspaceFactory()
    values = {"workspace": workspace, "first_name": None}
    waiting = LeadFactory(email="a@x.example", followups_blocked=True, **values)
    LeadFactory(email="b@x.example", **values)
    LeadFactory(email="c@x.example", followups_blocked=True, **(values | {"first_name": "Kim"}))

    run(workspace, [f"Dana,Reyes,{name}@x.example,,Northfork Dental," for name in "abc"], on_duplicate="update")

    told = BackgroundJob.objects.filter(type="RECEIVER").values_list("payload__data__lead_id", flat=True)
    assert list(told) == [str(waiting.pk)]


def test_name_that_only_changes_case_is_no_change():
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, email="dana@northfork.example", first_name="Dana", last_name="Reyes")
    before = lead.changed_at

    run(
        workspace, ["DANA,reyes,dana@northfork.example,,northfork dental,"], on_duplicate="update", overwrite_names=True
    )

    lead.refresh_from_db()
    assert (lead.first_name, lead.company_name) == ("Dana", "Northfork Dental")
    assert lead.changed_at == Lead.objects.get(pk=lead.pk).changed_at
    assert before is None or lead.changed_at >= before


def test_placeholders_are_no_names_and_unknown_zones_no_zones():
    workspace = WorkspaceFactory()

    job = run(
        workspace,
        [
            "null,-,a@x.example,Mars/Olympus,meeting_booked",
            "{{first_name}},b@x.example,b@x.example,,",
            "undefined,N/A,c@x.example,,new",
        ],
        header="first_name,last_name,email,timezone,status",
    )

    rows = Lead.objects.in_workspace(workspace).values_list("first_name", "last_name", "timezone", "status")
    assert list(rows) == [(None, None, None, "new")] * 3
    assert [entry["code"] for entry in job.error_log] == ["unknown_timezone", "unknown_status"]


def test_routing_waits_only_where_it_is_on_and_wanted():
    workspace = WorkspaceFactory(settings__lead_routing_enabled=True)

    run(workspace, ["A,,a@x.example,,,"])
    run(workspace, ["B,,b@x.example,,,"], route=False)

    states = dict(Lead.objects.in_workspace(workspace).values_list("email", "routing_status"))
    assert states == {"a@x.example": "pending", "b@x.example": "routed"}


def test_import_is_cancelled_between_chunks_and_keeps_what_it_did(monkeypatch):
    monkeypatch.setattr("leads.services.importing.running.CHUNK_ROWS", 2)
    workspace = WorkspaceFactory()
    job = started(workspace, [f"A,,a{number}@x.example,,," for number in range(6)])
    from leads.services.importing import running

    write = running.write_rows

    def write_then_cancel(locked, rows, planner):
        result = write(locked, rows, planner)
        if locked.next_row == 2:
            assert cancel_import(locked, by=workspace.owner)
        return result

    monkeypatch.setattr(running, "write_rows", write_then_cancel)
    drain()

    job.refresh_from_db()
    assert (job.status, job.next_row, Lead.objects.count()) == ("cancelled", 4, 4)
    assert not cancel_import(job, by=workspace.owner)


def test_second_start_changes_nothing_and_a_failed_import_goes_on():
    workspace = WorkspaceFactory()
    job = run(workspace, ["A,,a@x.example,,,", "B,,b@x.example,,,"])

    start_import(job, by=workspace.owner)
    drain()
    assert Lead.objects.count() == 2

    Lead.objects.all().delete()
    type(job).objects.filter(pk=job.pk).update(
        status="failed", next_row=1, processed_rows=1, completed_at=timezone.now()
    )
    start_import(job, by=workspace.owner)
    drain()
    job.refresh_from_db()
    assert (job.status, job.next_row, Lead.objects.get().email) == ("completed", 2, "b@x.example")


def test_lost_file_ends_the_import_as_failed():
    workspace = WorkspaceFactory()
    job = started(workspace, ["A,,a@x.example,,,"])
    job.file.storage.delete(job.file.name)

    drain()

    job.refresh_from_db()
    assert (job.status, Lead.objects.count()) == ("failed", 0)


def test_corrected_file_of_problems_is_imported_as_the_rows_were_meant():
    workspace = WorkspaceFactory()
    job = run(workspace, ["=Dana,not an address,,blue"], header="First name,E-Mail,Company,Colour")
    problems = "".join(problem_lines(job)).lstrip("\ufeff").splitlines()
    corrected = [line.replace("not an address", "dana@northfork.example") for line in problems]

    again = run(workspace, corrected[1:], header=corrected[0])

    lead = Lead.objects.get()
    assert counts(job) == (1, 0, 0, 1)
    assert counts(again) == (2, 1, 1, 0)
    assert (lead.first_name, lead.email, lead.attributes) == ("=Dana", "dana@northfork.example", {"Colour": "blue"})
