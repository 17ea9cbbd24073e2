import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from leads.models import Lead, LeadImportJob, LeadImportMapping
from leads.services.importing.starting import save_mapping
from tests.factories import LeadFactory, MembershipFactory, WorkspaceFactory
from tests.factories.imports import csv_file, started, uploaded
from tests.support.drain import drain

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def page(name, workspace, *ids):
    return reverse(name, args=[workspace.pk, *ids])


def sent_columns(job, **fields):
    """The form of the preview: columns by number."""
    with job.file.open() as stream:
        header = stream.readline().decode().strip().split(",")
    chosen = {**job.mapping, **fields}
    return {f"column-{number}": chosen.get(column, "") for number, column in enumerate(header)}


def test_file_is_uploaded_previewed_started_and_watched(client):
    workspace = WorkspaceFactory()
    LeadFactory(workspace=workspace, email="known@x.example")
    client.login_as(workspace.owner)
    rows = ["Dana,Reyes,dana@x.example,,Northfork,", "Kim,,known@x.example,,,", "Noa,,nonsense,,,"]

    answer = client.post(page("lead_import_upload", workspace), {"file": csv_file(*rows, name="C:\\lists\\may.csv")})
    job = LeadImportJob.objects.get()
    assert (answer.status_code, answer.url) == (303, page("lead_import", workspace, job.pk))
    shown = client.get(answer.url)
    outcomes = [one.outcome for one in shown.context["preview"].rows]
    assert (job.file_name, outcomes) == ("may.csv", ["create", "duplicate", "invalid"])
    assert "This is no e-mail address." in shown.content.decode()
    assert Lead.objects.count() == 1

    form = {**sent_columns(job, LinkedIn=""), "on_duplicate": "skip", "save_as": "May", "route": "on"}
    started_answer = client.post(page("lead_import_start", workspace, job.pk), form)
    running = client.get(started_answer.url).content.decode()
    assert 'hx-trigger="every 2s"' in running
    assert '<meta http-equiv="refresh"' in running
    drain()

    job.refresh_from_db()
    fragment = client.get(page("lead_import_progress", workspace, job.pk)).content.decode()
    assert (job.status, job.created_leads, job.duplicate_rows, job.invalid_rows) == ("completed", 1, 1, 1)
    assert "every 2s" not in fragment
    assert fragment.lstrip().startswith("<section")
    assert LeadImportMapping.objects.get().mapping == {
        "First Name": "first_name",
        "Last Name": "last_name",
        "Email": "email",
        "Phone": "phone",
        "Company": "company_name",
    }


def test_hard_12_csv_injection_in_the_file_of_errors(client):
    workspace = WorkspaceFactory()
    client.login_as(workspace.owner)
    job = started(workspace, ["=HYPERLINK(1),Reyes,nonsense,+1 2,@Northfork,", "Dana,Reyes,dana@x.example,12,,"])
    drain()

    answer = client.get(page("lead_import_errors", workspace, job.pk))

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert rows[0][:5] == ["Line", "Field", "Code", "Reason", "Imported"]
    assert [(row[0], row[1], row[2], row[4]) for row in rows[1:]] == [
        ("2", "email", "invalid_email", "yes"),
        ("2", "phone", "invalid_phone", "yes"),
        ("3", "phone", "invalid_phone", "yes"),
    ]
    assert rows[1][5:] == ["'=HYPERLINK(1)", "Reyes", "nonsense", "'+1 2", "'@Northfork", ""]


def test_file_of_errors_is_left_with_the_first_problems_when_the_file_is_gone(client):
    workspace = WorkspaceFactory()
    client.login_as(workspace.owner)
    job = started(workspace, ["Dana,,nonsense,,,"])
    drain()
    job.file.storage.delete(job.file.name)

    answer = client.get(page("lead_import_errors", workspace, job.pk))

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert [row.split(",")[:3] for row in text.splitlines()[1:]] == [
        ["2", "email", "invalid_email"],
        ["2", "", "no_identity"],
    ]


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"\n", 422, "The file is empty"),
        (b"First Name\n", 422, "nothing below the header"),
        (b"dana@x.example,Dana\nkim@x.example,Kim\n", 422, "first line has to name"),
        (b"PK\x03\x04 a workbook", 422, "Save the sheet as CSV"),
        (b",".join(b"c%d" % n for n in range(101)) + b"\n1\n", 422, "More than 100 columns"),
        (b"Email\n" + b"a@x.example\n" * 200_001, 422, "More than 200,000 rows"),
    ],
)
def test_unreadable_files_are_refused_in_a_sentence_and_leave_nothing(client, content, status, sentence):
    workspace = WorkspaceFactory()
    client.login_as(workspace.owner)

    answer = client.post(page("lead_import_upload", workspace), {"file": SimpleUploadedFile("leads.csv", content)})

    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert LeadImportJob.objects.count() == 0


def test_file_that_is_too_large_is_refused(client, monkeypatch):
    monkeypatch.setattr("leads.services.importing.files.MAX_BYTES", 10)
    workspace = WorkspaceFactory()

    answer = client.login_as(workspace.owner).post(page("lead_import_upload", workspace), {"file": csv_file("a,b,c")})

    assert (answer.status_code, LeadImportJob.objects.count()) == (413, 0)


def test_mapping_without_a_person_or_with_a_field_twice_is_refused(client):
    workspace = WorkspaceFactory()
    client.login_as(workspace.owner)
    job = uploaded(workspace, "Dana,Reyes,dana@x.example,,,")

    twice = client.post(page("lead_import_start", workspace, job.pk), sent_columns(job, Phone="email"))
    nobody = client.post(page("lead_import_start", workspace, job.pk), {"column-0": "first_name"})

    assert (twice.status_code, nobody.status_code) == (422, 422)
    assert "Two columns are" in twice.content.decode()
    assert "Say which column" in nobody.content.decode()
    job.refresh_from_db()
    assert job.status == "pending"


def test_preview_follows_mapping_and_options(client):
    workspace = WorkspaceFactory()
    LeadFactory(workspace=workspace, email="dana@x.example")
    client.login_as(workspace.owner)
    job = uploaded(workspace, "Dana,Reyes,dana@x.example,,,")

    answer = client.post(
        page("lead_import_preview", workspace, job.pk), {**sent_columns(job), "on_duplicate": "update"}, follow=True
    )

    job.refresh_from_db()
    assert [one.outcome for one in answer.context["preview"].rows] == ["update"]
    assert (job.on_duplicate, job.route, job.status) == ("update", False, "pending")


def test_saved_mapping_and_default_are_used(client):
    workspace = WorkspaceFactory()
    client.login_as(workspace.owner)
    save_mapping(workspace.pk, "Odd", {"Email": "email", "First Name": "last_name"})
    save_mapping(workspace.pk, "Usual", {"Phone": "phone"}, is_default=True)

    client.post(page("lead_import_upload", workspace), {"file": csv_file("a,b,c@x.example,,,"), "mapping": "odd"})
    client.post(page("lead_import_upload", workspace), {"file": csv_file("a,b,c@x.example,,,")})

    assert [job.mapping for job in LeadImportJob.objects.order_by("created_at")] == [
        {"Email": "email", "First Name": "last_name"},
        {"Phone": "phone"},
    ]


def test_discarded_import_can_not_be_started(client):
    workspace = WorkspaceFactory()
    client.login_as(workspace.owner)
    job = uploaded(workspace, "Dana,Reyes,dana@x.example,,,")

    client.post(page("lead_import_cancel", workspace, job.pk))
    answer = client.post(page("lead_import_start", workspace, job.pk), sent_columns(job))

    job.refresh_from_db()
    assert (answer.status_code, job.status, Lead.objects.count()) == (409, "cancelled", 0)


@pytest.mark.parametrize("role", ["INBOX_MANAGER", "SETTER", "CLIENT_PORTAL"])
def test_only_people_with_run_bulk_import(client, role):
    workspace = WorkspaceFactory()
    job = uploaded(workspace, "Dana,Reyes,dana@x.example,,,")
    client.login_as(MembershipFactory(workspace=workspace, role=role).user)

    answers = [
        client.get(page("lead_imports", workspace)),
        client.post(page("lead_import_upload", workspace), {"file": csv_file("a,b,c@x.example,,,")}),
        client.get(page("lead_import", workspace, job.pk)),
        client.post(page("lead_import_start", workspace, job.pk)),
        client.get(page("lead_import_errors", workspace, job.pk)),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert LeadImportJob.objects.count() == 1


def test_import_of_another_workspace_does_not_exist(client):
    workspace, other = WorkspaceFactory(), WorkspaceFactory()
    job = uploaded(other, "Dana,Reyes,dana@x.example,,,")
    client.login_as(workspace.owner)

    assert client.get(page("lead_import", workspace, job.pk)).status_code == 404
    assert client.get(page("lead_import", other, job.pk)).status_code == 404
    assert client.post(page("lead_import_start", workspace, job.pk)).status_code == 404
    assert list(client.get(page("lead_imports", workspace)).context["jobs"]) == []
