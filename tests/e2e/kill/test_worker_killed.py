"""The worker is killed -9 at the two moments where work could be lost or done twice."""

import pytest

from tests.e2e.product import REPLY_SECONDS, SETTER
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e

CALL_MS = 3_000


def test_killed_inside_the_provider_call_sends_once_and_settles_by_history(product, processes):
    email = "claimed@kill.example"
    written = product.write(email, "Could you send more details?", first_name="Carla")
    draft_id, text = product.pending_draft(email)
    path = f"/api/replies/{written['data']['reply']['id']}/reply"
    product.script(path=path, delay_ms=CALL_MS)
    assert product.session(SETTER).approve(draft_id).status_code == 202
    wait_for(lambda: product.scripts_left() == 0, REPLY_SECONDS)

    assert processes.kill_children("worker")

    wait_for(lambda: calls_to(product, path), REPLY_SECONDS)
    assert product.outbound(email) == ["sending"]
    assert job_states(product, "SEND_ORDER", draft_id) == [("RUNNING", 1)]

    # Ten minutes later: the lease is released, the order's job runs again and meets the row written ahead.
    product.arrange(
        "UPDATE jobs_backgroundjob SET locked_at = locked_at - interval '11 minutes' WHERE draft_id = %s", draft_id
    )
    product.manage("drain_jobs", "--once")
    wait_for(lambda: job_states(product, "SEND_ORDER", draft_id) == [("PENDING", 1)], REPLY_SECONDS)
    assert product.outbound(email) == ["sending"]
    assert len(calls_to(product, path)) == 1

    # The sweep of lost sends: unconfirmed, never "try again".
    product.arrange(
        "UPDATE inbox_message SET updated_at = updated_at - interval '11 minutes' WHERE draft_id = %s", draft_id
    )
    # The beat may have had its run of this minute already.
    product.arrange("DELETE FROM jobs_taskrun WHERE job = 'unknown-sends' AND status = 'SUCCEEDED'")
    product.manage("run_job", "unknown-sends", "--inline")
    wait_for(lambda: product.outbound(email) == ["unknown"], REPLY_SECONDS)

    # The provider's history proves that it left.
    product.arrange("UPDATE jobs_backgroundjob SET run_at = now() WHERE type = 'RECONCILE_SEND'")
    product.manage("drain_jobs", "--once")
    wait_for(lambda: product.outbound(email) == ["sent"], REPLY_SECONDS)
    assert len(calls_to(product, path)) == 1
    assert product.rows("SELECT body FROM inbox_message WHERE draft_id = %s", draft_id) == [text]
    assert product.rows("SELECT state FROM inbox_sendorder WHERE draft_id = %s", draft_id) == ["done"]


def test_killed_idle_processes_do_not_stop_the_work(product, processes):
    email = "idle@kill.example"
    worker = processes.record("worker")

    assert processes.kill_children("worker")
    processes.wait_until_back("worker", worker)
    product.write(email, "Could you send more details?", first_name="Ida")

    product.pending_draft(email)


def test_killed_before_the_commit_of_an_event_processes_it_once(product, processes):
    email = "uncommitted@kill.example"
    product.write(email, "Could you send more details?", first_name="Uma")
    product.pending_draft(email)
    lead = product.lead_id(email)
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'zrg-worker' AND wait_event_type = 'Lock'"

    with product.connect() as holder:
        # The event's transaction waits for the lead: claimed, half done, not committed.
        holder.execute("SELECT id FROM leads_lead WHERE id = %s FOR UPDATE", [lead])
        written = product.write(email, "And what does it cost?", first_name="Uma")
        reply_id = str(written["data"]["reply"]["id"])
        wait_for(lambda: product.value(blocked), REPLY_SECONDS)
        assert processes.kill_children("worker")
    wait_for(lambda: product.value(blocked) == 0, REPLY_SECONDS)
    assert event_of(product, reply_id) == [("RUNNING", 1)]
    assert stored(product, lead) == ["Could you send more details?"]

    product.arrange(
        "UPDATE jobs_webhookevent SET locked_at = locked_at - interval '11 minutes' WHERE status = 'RUNNING'"
    )
    product.manage("release_stale_locks")
    product.manage("drain_jobs", "--once")

    wait_for(lambda: event_of(product, reply_id) == [("SUCCEEDED", 2)], REPLY_SECONDS)
    assert stored(product, lead) == ["Could you send more details?", "And what does it cost?"]


def calls_to(product, path):
    return [one for one in product.provider_replies() if one["path"] == path]


def job_states(product, kind, draft_id):
    return product.rows(
        "SELECT status, attempts FROM jobs_backgroundjob WHERE type = %s AND draft_id = %s", kind, draft_id
    )


def event_of(product, reply_id):
    return product.rows("SELECT status, attempts FROM jobs_webhookevent WHERE dedupe_key LIKE %s", f"%{reply_id}%")


def stored(product, lead):
    return product.rows(
        "SELECT body FROM inbox_message WHERE lead_id = %s AND direction = 'inbound' ORDER BY created_at", lead
    )
