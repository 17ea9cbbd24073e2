from io import StringIO

import pytest
from django.core.management import call_command

from leads import registry
from leads.models import Lead, LeadIdentityConflict
from tests.factories import LeadFactory, WorkspaceFactory
from zrg.workspaces.models import Workspace

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_phones_are_resolved_by_what_is_known_now():
    workspace = WorkspaceFactory()
    london = LeadFactory(
        workspace=workspace, phone_national="7400123456", phone_raw="07400 123456", timezone="Europe/London"
    )
    unknown = LeadFactory(workspace=workspace, phone_national="7400123456")

    assert run("normalize_phones", "--workspace", str(workspace.pk), "--dry-run").endswith(
        "2 national numbers, 1 resolved"
    )
    assert Lead.objects.get(pk=london.pk).phone is None
    assert run("normalize_phones", "--workspace", str(workspace.pk)).endswith("2 national numbers, 1 resolved")

    london.refresh_from_db()
    unknown.refresh_from_db()
    assert (london.phone, london.phone_country, unknown.phone) == ("+447400123456", "GB", None)


def test_linkedin_addresses_get_their_one_form():
    workspace = WorkspaceFactory()
    crooked = LeadFactory(workspace=workspace, linkedin_url="https://linkedin.com/in/Dana-Reyes/")
    taken = LeadFactory(workspace=workspace, linkedin_url="https://linkedin.com/in/KIM")
    owner = LeadFactory(workspace=workspace, linkedin_url="https://linkedin.com/in/kim")

    assert run("repair_linkedin_urls", "--workspace", str(workspace.pk)).endswith("3 addresses, 2 repaired")

    assert Lead.objects.get(pk=crooked.pk).linkedin_url == "https://linkedin.com/in/dana-reyes"
    assert Lead.objects.get(pk=taken.pk).linkedin_url == "https://linkedin.com/in/KIM"
    conflict = LeadIdentityConflict.objects.get()
    assert (conflict.lead, conflict.other_lead, conflict.value) == (taken, owner, "https://linkedin.com/in/kim")


def test_member_id_in_the_profile_field_moves_to_its_own():
    lead = LeadFactory(linkedin_url="https://linkedin.com/in/ACoAAB1cdEfGhIjKlMnOp")

    run("repair_linkedin_urls", "--workspace", str(lead.workspace_id))

    lead.refresh_from_db()
    assert (lead.linkedin_id, lead.linkedin_url) == ("ACoAAB1cdEfGhIjKlMnOp", None)


def test_rollups_are_rebuilt(monkeypatch):
    monkeypatch.setattr(registry, "_rollups", [])
    registry.register_rollup_source(("has_ai_sent",), lambda ids: {})
    lead = LeadFactory(has_ai_sent=True)

    assert run("rebuild_rollups", "--workspace", str(lead.workspace_id)).endswith("1 leads, 1 repaired")
    assert run("rebuild_rollups").splitlines() == [f"{lead.workspace_id}: 1 leads, 0 repaired"]


def test_bench_inbox_fills_workspaces_and_a_repeat_adds_nothing():
    first = run("bench_inbox", "--leads", "30", "--workspaces", "2").splitlines()

    assert run("bench_inbox", "--leads", "30", "--workspaces", "2").splitlines() == first
    assert Workspace.objects.filter(name__startswith="Bench 30").count() == 2
    assert Lead.objects.count() == 60
    assert Lead.objects.filter(last_inbound_at__isnull=False, is_open=True).exists()
