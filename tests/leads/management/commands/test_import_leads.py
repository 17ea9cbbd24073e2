import pytest
from django.core.management import CommandError, call_command

from leads.models import Lead, LeadImportJob
from leads.services.importing.starting import save_mapping
from tests.factories import LeadFactory, WorkspaceFactory
from tests.support.drain import drain

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text("Who;Mail\nDana Reyes;dana@x.example\nNobody;none\n")
    return path


def test_file_is_imported_with_a_remembered_mapping(file, capsys):
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, email="dana@x.example", first_name=None, last_name=None)
    save_mapping(workspace.pk, "Ours", {"Who": "full_name", "Mail": "email"})

    call_command("import_leads", str(file), workspace=str(workspace.pk), mapping="ours", update=True)
    drain()

    lead.refresh_from_db()
    job = LeadImportJob.objects.get()
    assert (lead.first_name, lead.last_name) == ("Dana", "Reyes")
    assert (job.status, job.created_by, job.duplicate_rows, job.invalid_rows) == ("completed", None, 1, 1)
    assert "line 2: Fills empty fields" in capsys.readouterr().out


def test_dry_run_shows_and_leaves_nothing(file, capsys):
    workspace = WorkspaceFactory()
    file.write_text("Email\ndana@x.example\nnone\n")

    call_command("import_leads", str(file), workspace=str(workspace.pk), dry_run=True)

    shown = capsys.readouterr().out.splitlines()
    assert shown == [
        "line 2: New lead",
        "line 3: Not imported (invalid_email, no_identity)",
        "2 rows. Nothing was imported.",
    ]
    assert (LeadImportJob.objects.count(), Lead.objects.count()) == (0, 0)


def test_unknown_workspace_file_or_mapping_is_said(file, tmp_path):
    workspace = WorkspaceFactory()

    for arguments in (
        {"workspace": "00000000-0000-0000-0000-000000000000"},
        {"workspace": str(workspace.pk), "mapping": "none"},
    ):
        with pytest.raises(CommandError):
            call_command("import_leads", str(file), **arguments)
    with pytest.raises(CommandError):
        call_command("import_leads", str(tmp_path / "none.csv"), workspace=str(workspace.pk))

    assert Lead.objects.count() == 0
