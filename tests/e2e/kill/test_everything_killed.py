"""Web, worker and PostgreSQL are killed -9 while a provider posts: nothing answered is lost, nothing is done twice."""

import random
import time

import pytest

from tests.e2e.kill.traffic import Traffic, replies_of
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e

LEADS, EACH = 100, 5
EVENTS = LEADS * EACH
# Mostly refusals, which need no draft, and some questions, which do.
TEXTS = ("Thanks, not for us.", "No thank you.", "Could you send more details?", "Not a fit.", "No thanks.")
BACK_SECONDS = 60
SETTLE_SECONDS = 240
DEAD_AFTER = "20 seconds"


def test_every_answered_event_is_there_and_processed_once(product, processes, capsys):
    template = product.write("template@traffic.example", "No thanks.", first_name="Theo")
    moments = random.Random(20260305)
    acts = [(processes.kill, name) for name in ("web", "worker", "postgres") * 2]
    acts += [(processes.kill_children, name) for name in ("web", "worker")]
    moments.shuffle(acts)
    portion = EVENTS // (len(acts) + 1)
    traffic = Traffic(product, replies_of(template, leads=LEADS, each=EACH, texts=TEXTS))

    traffic.begin()
    for number, (kill, name) in enumerate(acts):
        traffic.allow(portion)
        # Somewhere in the first half of the portion: the clients are in the middle of the rest.
        traffic.wait_for(number * portion + moments.randrange(1, portion // 2))
        wait_for(lambda: kill(name), BACK_SECONDS)  # noqa: B023 - called before the next one
    traffic.finish()
    settled_at = time.monotonic()
    wait_for(lambda: is_settled(product), SETTLE_SECONDS)
    settling = time.monotonic() - settled_at

    assert traffic.refused > 0
    assert len(traffic.event_ids) == EVENTS
    events = product.rows(
        "SELECT id::text, status, outcome FROM jobs_webhookevent WHERE lead_email LIKE 'lead%%@traffic.example'"
    )
    assert {event_id for event_id, _status, _outcome in events} == traffic.event_ids
    assert {(status, outcome) for _id, status, outcome in events} == {("SUCCEEDED", "processed")}
    assert messages_of(product) == (EVENTS, EVENTS, LEADS)
    assert product.rows("SELECT status, count(*) FROM jobs_backgroundjob WHERE status = 'FAILED' GROUP BY 1") == []
    read = "SELECT status, count(*), count(DISTINCT message_id) FROM jobs_backgroundjob WHERE type = %s GROUP BY 1"
    assert product.rows(read, "EMAIL_INBOUND_POST_PROCESS") == [("SUCCEEDED", EVENTS + 1, EVENTS + 1)]
    assert product.installation.get("/readyz")[0] == 200
    with capsys.disabled():
        print(
            f"\n{EVENTS} events in {traffic.seconds:.1f} s ({EVENTS / traffic.seconds:.0f}/s)"
            f" through {len(acts)} kills ({', '.join(name for _kill, name in acts)}),"
            f" {traffic.refused} tries refused; settled {settling:.1f} s later"
        )


def is_settled(product):
    """Nothing waits and nothing runs. What a killed worker held is released as after ten minutes."""
    released = 0
    for table in ("jobs_webhookevent", "jobs_backgroundjob"):
        released += product.arrange(
            f"UPDATE {table} SET locked_at = locked_at - interval '11 minutes' WHERE status = 'RUNNING'"
            f" AND locked_at BETWEEN now() - interval '10 minutes' AND now() - interval '{DEAD_AFTER}'"
        )
    if released:
        product.manage("drain_jobs", "--once")
    unsettled = "SELECT count(*) FROM {} WHERE status IN ('PENDING', 'RUNNING')"
    return not any(product.value(unsettled.format(table)) for table in ("jobs_webhookevent", "jobs_backgroundjob"))


def messages_of(product):
    return product.rows(
        "SELECT count(*), count(DISTINCT m.email_bison_reply_id), count(DISTINCT m.lead_id) FROM inbox_message m"
        " JOIN leads_lead l ON l.id = m.lead_id WHERE l.email LIKE 'lead%%@traffic.example'"
    )[0]
