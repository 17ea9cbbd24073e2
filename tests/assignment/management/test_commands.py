"""Commands of routing, as an operator calls them."""

import json

import pytest
from django.core.management import CommandError, call_command

from leads.models import Lead
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.support.routing_world import call, new_owner

pytestmark = pytest.mark.django_db
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def partner():
    found = RoutingPartnerFactory()
    RoutingRuleFactory(workspace=found.workspace, destination_workspace=found.destination_workspace)
    return found


def said(capsys, *command):
    call_command(*command)
    return capsys.readouterr().out.strip()


def test_leads_are_routed_and_counted(partner, capsys):
    LeadFactory(workspace=partner.workspace)

    waiting = said(capsys, "route_leads", "--dry-run")
    done = said(capsys, "route_leads")

    assert waiting.startswith(f"{partner.workspace_id} 1 since")
    assert done.startswith("claimed=1 settled={'success': 1")
    assert Lead.objects.get().workspace_id == partner.destination_workspace_id


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (["process_routing_queue"], "processed=0 succeeded=0 failed=0 deferred=0"),
        (["release_stale_routing_locks"], "released=0"),
        (["mark_expired_leads"], "expired=0"),
        (["verify_routing"], "All invariants hold."),
        (["purge_routing"], "logs=0 queue=0 counters=0"),
        (["purge_routing", "--dry-run"], "would remove logs=0 queue=0 counters=0"),
        (
            ["routing_schema_check"],
            "Functions, tables, policies, triggers, indexes and the generated column are there.",
        ),
    ],
)
def test_nothing_to_do_is_said(partner, capsys, command, answer):
    assert said(capsys, *command) == answer


def test_health_as_json(partner, capsys):
    assert json.loads(said(capsys, "routing_health", "--json"))["status"] == "healthy"


def test_simulation_and_requeue(partner, capsys):
    lead = LeadFactory(workspace=partner.workspace)

    shown = json.loads(said(capsys, "simulate_routing", f"--workspace={partner.workspace_id}", f"--lead={lead.pk}"))
    requeued = said(capsys, "requeue_failed_leads", f"--workspace={partner.workspace_id}")

    assert (shown["outcome"], requeued) == ("route", "requeued=0")


def test_export_writes_files(partner, capsys, tmp_path):
    LeadFactory(workspace=partner.workspace)
    call_command("route_leads")

    said(capsys, "routing_export", f"--out={tmp_path}")

    assert len((tmp_path / "routing-logs.csv").read_text().splitlines()) == 2


def test_requeue_leaves_what_a_person_gave_up(partner, capsys):
    kept = {}
    for code in ("error", "no_matching_rule", "lead_invalid", "returned"):
        lead = LeadFactory(workspace=partner.workspace)
        owner = new_owner()
        assert call("acquire_routing_lock", lead.pk, owner)
        assert call("fail_routing", lead.pk, "x", owner, 1, code)
        kept[code] = lead
    option = f"--workspace={partner.workspace_id}"

    dry = said(capsys, "requeue_failed_leads", option, "--dry-run")
    by_code = said(capsys, "requeue_failed_leads", option, "--code=returned")
    others = said(capsys, "requeue_failed_leads", option)

    assert (dry, by_code, others) == ("would requeue=2", "requeued=1", "requeued=2")
    kept["lead_invalid"].refresh_from_db()
    assert kept["lead_invalid"].routing_status == "failed"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["route_leads", "--workspace=x"], "invalid UUID"),
        (["route_leads", "--limit=0"], "from 1"),
        (["route_leads", "--batch-size=-5"], "from 1"),
        (["process_routing_queue", "--limit=-1"], "from 1"),
        (["simulate_routing", "--workspace={}"], "required"),
        (["simulate_routing", "--workspace={}", "--recent=0"], "from 1"),
        (["simulate_routing", "--workspace={}", "--facts=/nowhere.json"], "Cannot read /nowhere.json"),
        (["simulate_routing", "--workspace={}", f"--lead={NOBODY}"], "not_found"),
        (["simulate_routing", f"--workspace={NOBODY}", "--recent=5"], "not_found"),
        (["route_leads", f"--workspace={NOBODY}"], "No such workspace"),
        (["requeue_failed_leads", f"--workspace={NOBODY}"], "No such workspace"),
    ],
)
def test_bad_arguments_are_refused_in_words(partner, command, words):
    with pytest.raises(CommandError, match=words):
        call_command(*(part.format(partner.workspace_id) for part in command))


def test_facts_of_a_file_are_refused_by_their_name(partner, tmp_path):
    file = tmp_path / "facts.json"
    file.write_text('{"shoe": 1}')

    with pytest.raises(CommandError, match=r"facts\.shoe"):
        call_command("simulate_routing", f"--workspace={partner.workspace_id}", f"--facts={file}")
