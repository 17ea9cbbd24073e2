"""What has to stay true as other apps grow: activity tables, dashboard, schema."""

import json
import re
from pathlib import Path

import pytest
from django.apps import apps

from assignment import metrics
from assignment.activity import ACTIVITY_TABLES
from assignment.services.routing.gauges import GAUGES
from assignment.services.routing.schema import missing_parts
from leads.models import Lead

ROOT = Path(__file__).resolve().parents[2]
# Tables with a lead whose rows are no activity: they follow the lead, are forgotten, or say nothing was done.
PASSIVE = {
    "leads_leadidentityconflict", "leads_enrichmentrequest", "inbox_leadview", "inbox_conversationsync",
    "assignment_routingqueueentry", "notifications_notificationevent", "notifications_notificationsendlog",
    "assignment_leadassignmentevent", "inbox_bulkitem",
}  # fmt: skip


@pytest.mark.unit
def test_every_table_with_a_lead_is_activity_or_passive():
    tables = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Lead and model is not Lead
    }

    assert tables - set(ACTIVITY_TABLES) - PASSIVE == set()


@pytest.mark.unit
def test_the_dashboard_has_its_six_panels():
    board = json.loads((ROOT / "ops/grafana/lead-routing.json").read_text())

    assert board["title"] == "Lead routing health"
    assert [panel["id"] for panel in board["panels"]] == [1, 2, 3, 4, 5, 6]
    assert all(target["expr"] for panel in board["panels"] for target in panel["targets"])


@pytest.mark.unit
def test_the_rule_file_has_seven_alerts():
    text = (ROOT / "ops/prometheus/lead-routing.yml").read_text()

    assert [f"code: A{number}" in text for number in range(1, 8)] == [True] * 7


@pytest.mark.unit
@pytest.mark.parametrize("file", ["ops/prometheus/lead-routing.yml", "ops/grafana/lead-routing.json"])
def test_rules_and_dashboard_ask_for_figures_that_exist(file):
    asked = set(re.findall(r"zrg_\w+", (ROOT / file).read_text()))

    told = {f"zrg_routing_{name}" for name in (*GAUGES, "duplicates_24h", "unroutable", "partner_full")}
    # Counters and histograms of this process; gauges of the tables are named above.
    told |= {f"{metric._name}_total" for metric in (metrics.SETTLED, metrics.LOCKS)}
    told |= {f"{metrics.SECONDS._name}_bucket"}
    assert asked - told == set()


@pytest.mark.django_db
def test_nothing_is_missing_in_the_database():
    assert missing_parts() == []
