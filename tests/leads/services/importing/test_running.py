from collections import defaultdict

import pytest
from django.utils import timezone

from inbox.models import Message, SendOrder
from leads.contracts import LeadDataChanged
from leads.models import Lead, LeadIdentityConflict, OptOut, SmsCampaign
from leads.services.importing.problems import problem_lines
from leads.services.importing.starting import cancel_import, start_import
from leads.services.optouts import is_remembered, remember_opt_out
from leads.services.status import blacklist_lead
from tests.factories import LeadFactory, WorkspaceFactory
from tests.factories.imports import started
from tests.support.drain import drain
from zrg.jobs import registry
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.models import AdminAuditEvent

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def run(workspace, lines, **options):
    """The import after a worker did it."""
    job = started(workspace, lines, **options)
    drain()
    job.refresh_from_db()
    assert job.status == "completed"
    return job


def counts(job):
    return job.processed_rows, job.created_leads, job.duplicate_rows, job.invalid_rows


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


def test_hard_03_import_sends_nothing():
    workspace = WorkspaceFactory()
    LeadFactory(workspace=workspace, email="dana@northfork.example")

    run(
        workspace,
        ["Dana,Reyes,dana@northfork.example,,,", "Priya,Nair,priya@x.example,+14155552671,,"],
        on_duplicate="update",
    )

    assert set(BackgroundJob.objects.values_list("type", flat=True)) == {"LEAD_IMPORT"}
    assert (Message.objects.count(), SendOrder.objects.count()) == (0, 0)


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


def test_people_are_recognised_by_the_rules_of_matching():
    workspace = WorkspaceFactory()
    other_workspace = LeadFactory(email="by.mail@x.example")
    known = {
        "mail": LeadFactory(workspace=workspace, email="by.mail@x.example"),
        "alternate": LeadFactory(workspace=workspace, alternate_emails=["also@x.example"]),
        "profile": LeadFactory(workspace=workspace, linkedin_url="https://linkedin.com/in/kim"),
        "phone": LeadFactory(workspace=workspace, email=None, phone="+14155552671", phone_national="4155552671"),
        "vetoed": LeadFactory(
            workspace=workspace, email="taken@x.example", phone="+14155552672", phone_national="4155552672"
        ),
    }

    job = run(
        workspace,
        [
            "A,,By.Mail@x.example,,,",
            "B,,also@x.example,,,",
            "C,,,,,linkedin.com/in/Kim",
            "D,,,4155552671,,",
            "E,,somebody@x.example,+14155552672,,",
        ],
    )

    assert counts(job) == (5, 1, 4, 0)
    new = Lead.objects.in_workspace(workspace).exclude(pk__in=[lead.pk for lead in known.values()]).get()
    assert (new.email, new.phone) == ("somebody@x.example", "+14155552672")
    assert Lead.objects.in_workspace(other_workspace.workspace).count() == 1


def test_first_row_of_the_file_wins():
    workspace = WorkspaceFactory()

    job = run(
        workspace,
        [
            "Dana,Reyes,dana@x.example,,First,",
            "Danny,Reyes,DANA@x.example,,Second,",
            "Dana,Other,,,Third,linkedin.com/in/dana",
            "Dana,Other,dana@x.example,,Fourth,linkedin.com/in/dana",
            ",Nameless,,,Northfork,",
            ",NAMELESS,,,northfork,",
        ],
        on_duplicate="update",
        overwrite_names=True,
    )

    leads = Lead.objects.in_workspace(workspace)
    assert counts(job) == (6, 3, 3, 0)
    assert sorted(leads.values_list("company_name", flat=True)) == ["First", "Northfork", "Third"]
    assert leads.get(email="dana@x.example").first_name == "Dana"


def test_first_row_wins_over_chunks(monkeypatch):
    monkeypatch.setattr("leads.services.importing.running.CHUNK_ROWS", 2)
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, email="dana@x.example", first_name="Old", company_name="Old")

    rows = [
        "First,,dana@x.example,,First,",
        "B,,b@x.example,,,",
        "C,,c@x.example,,,",
        "Second,,dana@x.example,,Second,",
    ]
    job = run(workspace, rows, on_duplicate="update", overwrite_names=True)

    lead.refresh_from_db()
    assert (lead.first_name, lead.company_name, counts(job)) == ("First", "First", (4, 2, 2, 0))


def test_rows_that_name_nobody_are_counted_and_listed_with_line_and_reason():
    workspace = WorkspaceFactory(settings__own_sender_addresses=["@ours.example"])

    job = run(
        workspace,
        [
            "Dana,,not an address,,,",
            "",
            "Kim,,broken@,+14155552671,,",
            "Noa,,noreply@x.example,,,",
            "Ida,,me@ours.example,12,Northfork,https://elsewhere.example/in/x",
        ],
    )

    assert counts(job) == (4, 1, 0, 3)
    assert job.error_log == [
        {"row": 2, "field": "email", "code": "invalid_email"},
        {"row": 2, "field": "", "code": "no_identity"},
        {"row": 4, "field": "email", "code": "invalid_email"},
        {"row": 5, "field": "email", "code": "machine_address"},
        {"row": 5, "field": "", "code": "no_identity"},
        {"row": 6, "field": "email", "code": "own_address"},
        {"row": 6, "field": "linkedin_url", "code": "invalid_linkedin"},
        {"row": 6, "field": "phone", "code": "invalid_phone"},
        {"row": 6, "field": "", "code": "no_identity"},
    ]
    assert Lead.objects.get(workspace=workspace).phone == "+14155552671"


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


def test_remembered_opt_out_makes_a_new_lead_start_stopped():
    workspace, elsewhere = WorkspaceFactory(), WorkspaceFactory()
    remember_opt_out(workspace.pk, emails=["gone@x.example"], reason="unsubscribed")
    remember_opt_out(workspace.pk, phones=[("+14155552671", "4155552671")], reason="opt_out")
    remember_opt_out(elsewhere.pk, emails=["free@x.example"], reason="opt_out")

    run(workspace, ["A,,gone@x.example,,,", "B,,new@x.example,4155552671,,", "C,,free@x.example,,,"])

    leads = {lead.email: lead for lead in Lead.objects.in_workspace(workspace)}
    stopped = leads["gone@x.example"]
    assert (stopped.status, stopped.blacklist_reason, stopped.sentiment_tag) == (
        "blacklisted",
        "unsubscribed",
        "Blacklist",
    )
    assert (stopped.overall_score, stopped.auto_book_meetings_enabled) == (0, False)
    assert leads["new@x.example"].blacklist_reason == "opt_out"
    assert leads["free@x.example"].status == "new"


def test_blacklisted_rows_stop_existing_and_new_people():
    workspace = WorkspaceFactory()
    existing = LeadFactory(workspace=workspace, email="old@x.example")
    bounced = LeadFactory(workspace=workspace, email="bounced@x.example")
    complained = LeadFactory(workspace=workspace, email="complained@x.example")
    blacklist_lead(bounced, "bounce")
    blacklist_lead(complained, "complaint")

    job = run(
        workspace,
        [
            "old@x.example,Blacklisted",
            "bounced@x.example,blacklisted",
            "complained@x.example,blacklisted",
            "new@x.example,blacklisted",
        ],
        header="email,status",
    )

    reasons = dict(Lead.objects.in_workspace(workspace).values_list("email", "blacklist_reason"))
    assert counts(job) == (4, 1, 3, 0)
    assert reasons == {
        "old@x.example": "manual",
        "bounced@x.example": "manual",
        "complained@x.example": "complaint",
        "new@x.example": "manual",
    }
    assert is_remembered(workspace.pk, email="new@x.example")
    assert AdminAuditEvent.objects.filter(action="lead.blacklisted", object_id=str(existing.pk)).count() == 1
    assert AdminAuditEvent.objects.get(action="lead.blacklisted", object_id=str(existing.pk)).actor == workspace.owner


@pytest.mark.parametrize("reason", ["opt_out", "bounce"])
def test_file_never_lifts_a_stop(reason):
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, email="old@x.example")
    blacklist_lead(lead, reason)
    remembered = OptOut.objects.count()

    run(workspace, ["old@x.example,qualified"], header="email,status", on_duplicate="update", overwrite_names=True)

    lead.refresh_from_db()
    assert (lead.status, lead.blacklist_reason, OptOut.objects.count()) == ("blacklisted", reason, remembered)


def test_identifier_of_another_lead_is_written_down_as_conflict():
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, linkedin_url="https://linkedin.com/in/dana", email="dana@x.example")
    other = LeadFactory(workspace=workspace, email="other@x.example")

    run(workspace, ["Dana,Reyes,other@x.example,,,linkedin.com/in/dana"], on_duplicate="update")

    conflict = LeadIdentityConflict.objects.get()
    assert (conflict.lead_id, conflict.other_lead_id, conflict.source) == (lead.pk, other.pk, "import")
    assert (conflict.identifier, conflict.value) == ("email", "other@x.example")
    lead.refresh_from_db()
    assert lead.email == "dana@x.example"


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


def test_people_of_whom_only_names_are_known_are_not_made_twice():
    workspace = WorkspaceFactory()
    lines = ["Dana Reyes,,Northfork Dental,Owner", "Ümit ŞAHİN,,Northfork Dental,Boss"]
    reachable = LeadFactory(workspace=workspace, first_name="Kim", last_name="Ode", company_name="Northfork Dental")
    header = "Full name,E-Mail,Company,Title"
    run(workspace, lines, header=header)

    again = run(workspace, [*lines, "DANA REYES,,northfork dental,Chief"], header=header)
    update = run(workspace, ["Dana Reyes,,Northfork Dental,Owner,TX"], header=header + ",State", on_duplicate="update")
    others = run(
        workspace,
        [
            "Kim Ode,,Northfork Dental,Owner",
            "Dana Reyes,,Another Dental,Owner",
            "Dana Reyes,d@r.example,Northfork Dental,",
        ],
        header=header,
    )

    assert [counts(job) for job in (again, update, others)] == [(3, 0, 3, 0), (1, 0, 1, 0), (3, 3, 0, 0)]
    dana = Lead.objects.get(first_name="Dana", company_name="Northfork Dental", email=None)
    assert (dana.company_state, dana.job_title) == ("TX", "Owner")
    assert Lead.objects.filter(first_name="Kim").exclude(pk=reachable.pk).count() == 1


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
