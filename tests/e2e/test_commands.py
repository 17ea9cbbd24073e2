"""The commands an operator runs on a living installation."""

import json

import pytest

from tests.e2e.product import REPLY_SECONDS
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e


def json_of(printed: str) -> dict:
    """The last line of a command's output."""
    return json.loads(printed.strip().splitlines()[-1])


def test_demo_traffic_is_received_read_and_answered(product):
    before = product.value("SELECT count(*) FROM jobs_webhookevent")

    printed = product.manage("demo_traffic", "--count", "10")

    lines = [line for line in printed.splitlines() if line.endswith(": queued")]
    assert len(lines) == 10
    wait_for(lambda: unfinished(product) == 0, REPLY_SECONDS)
    assert product.value("SELECT count(*) FROM jobs_webhookevent") == before + 10
    assert product.value("SELECT count(*) FROM jobs_webhookevent WHERE status = 'FAILED'") == 0
    tags = dict(
        product.rows(
            "SELECT email, sentiment_tag FROM leads_lead WHERE email IN"
            " ('sam@birch.example', 'ravi@delta.example', 'nora@elm.example')"
        )
    )
    assert tags == {
        "sam@birch.example": "Blacklist",
        "ravi@delta.example": "Out of Office",
        "nora@elm.example": "Meeting Requested",
    }
    drafted = product.rows("SELECT l.email FROM inbox_draft d JOIN leads_lead l ON l.id = d.lead_id")
    assert "nora@elm.example" in drafted
    assert not {"sam@birch.example", "ravi@delta.example"} & set(drafted)


def test_sweep_by_hand_finds_nothing_left(product):
    wait_for(lambda: unfinished(product) == 0, REPLY_SECONDS)

    stats = json_of(product.manage("drain_jobs", "--once"))

    assert stats["remaining_due"] == 0
    assert stats["jobs"]["failed"] == 0


def test_queue_status_says_that_all_is_well(product):
    report = json_of(product.manage("queue_status", "--json"))

    assert report["alerts"] == []
    assert report["jobs"]["failed_24h"] == 0


def test_schedule_runs_by_hand(product):
    answer = json_of(product.manage("run_job", "integration-health", "--inline"))

    assert (answer["job"], answer["status"]) == ("integration-health", "SUCCEEDED")


@pytest.mark.parametrize(
    "command",
    ["sync_permissions", "rls_report", "rebuild_rollups"],
)
def test_command_that_may_run_any_time_does(product, command):
    product.manage(command)


def unfinished(product):
    return sum(
        product.value(f"SELECT count(*) FROM {table} WHERE status IN ('PENDING', 'RUNNING') AND run_at <= now()")
        for table in ("jobs_webhookevent", "jobs_backgroundjob")
    )
