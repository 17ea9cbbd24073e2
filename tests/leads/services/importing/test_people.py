"""Whose row it is: people known already, twice in the file, without a name of their own."""

import pytest

from leads.models import Lead, LeadIdentityConflict
from tests.factories import LeadFactory, WorkspaceFactory
from tests.leads.services.importing.conftest import counts, run

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


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
