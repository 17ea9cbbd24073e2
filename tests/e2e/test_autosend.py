"""An automatic campaign with real processes: what is sure enough leaves once, and the switch stops what is planned."""

from collections.abc import Iterator

import pytest

from tests.e2e.product import OWNER, REPLY_SECONDS, Product
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e

DELAY_SECONDS = 3_600
QUESTION = "Could you send more details?"
SWITCH_SECONDS = 6


@pytest.fixture
def automatic(product: Product) -> Iterator[Product]:
    """The campaigns send automatically after an hour, at any time of day; afterwards setters answer again."""
    product.write("first@autosend.example", "No thank you.")
    product.lead_id("first@autosend.example")
    product.arrange(
        "UPDATE leads_emailcampaign SET response_mode = 'AI_AUTO_SEND', auto_send_schedule_mode = 'ALWAYS',"
        " auto_send_delay_min_seconds = %s, auto_send_delay_max_seconds = %s",
        DELAY_SECONDS,
        DELAY_SECONDS,
    )
    yield product
    product.arrange("UPDATE leads_emailcampaign SET response_mode = 'SETTER_MANAGED'")
    product.arrange("DELETE FROM workspaces_operatorswitch WHERE key = 'AUTO_SEND_DISABLED'")


def planned_draft(product: Product, email: str) -> str:
    """Wait until the answer to this lead is planned."""
    statement = (
        "SELECT d.id FROM inbox_draft d JOIN leads_lead l ON l.id = d.lead_id"
        " WHERE l.email = %s AND d.auto_send_outcome = 'scheduled' AND d.status = 'pending'"
    )
    return str(wait_for(lambda: product.value(statement, email), REPLY_SECONDS))


def let_it_fall_due(product: Product, draft_id: str) -> None:
    """The delay is over."""
    product.arrange("UPDATE inbox_draft SET auto_send_run_at = now() WHERE id = %s", draft_id)
    moved = product.arrange(
        "UPDATE jobs_backgroundjob SET run_at = now() WHERE draft_id = %s AND type = 'AI_AUTO_SEND_DELAYED'", draft_id
    )
    assert moved == 1


def test_a_sure_answer_leaves_once_after_its_delay(automatic):
    automatic.write("dana@autosend.example", QUESTION, first_name="Dana")
    draft_id = planned_draft(automatic, "dana@autosend.example")
    text = automatic.value("SELECT content FROM inbox_draft WHERE id = %s", draft_id)
    assert automatic.outbound("dana@autosend.example") == []

    let_it_fall_due(automatic, draft_id)
    wait_for(lambda: automatic.outbound("dana@autosend.example") == ["sent"], REPLY_SECONDS)

    sent = "SELECT sent_by, origin, body FROM inbox_message WHERE draft_id = %s"
    decided = "SELECT status, auto_send_outcome, approval_source, response_disposition FROM inbox_draft WHERE id = %s"
    assert automatic.rows(sent, draft_id) == [("ai", "ai", text)]
    assert automatic.rows(decided, draft_id) == [("approved", "sent", "auto_send", "AUTO_SENT")]
    assert len(to(automatic, "dana@autosend.example")) == 1
    second = automatic.session(OWNER).approve(draft_id)
    assert (second.status_code, second.json()["result"]) == (200, "already_decided")
    assert len(to(automatic, "dana@autosend.example")) == 1


def test_hard_06_a_planned_send_does_not_outlive_the_switch(automatic):
    automatic.write("omar@autosend.example", QUESTION, first_name="Omar")
    draft_id = planned_draft(automatic, "omar@autosend.example")
    automatic.arrange(
        "INSERT INTO workspaces_operatorswitch (id, key, value, reason, set_at)"
        " VALUES (gen_random_uuid(), 'AUTO_SEND_DISABLED', true, 'Drill', now())"
    )

    let_it_fall_due_after_the_cache(automatic, draft_id)
    outcome = "SELECT auto_send_outcome FROM inbox_draft WHERE id = %s"
    wait_for(lambda: automatic.value(outcome, draft_id) == "canceled", REPLY_SECONDS)

    decided = "SELECT status, auto_send_outcome_reason, is_review FROM inbox_draft WHERE id = %s"
    assert automatic.rows(decided, draft_id) == [("pending", "globally_disabled_via_env", True)]
    assert (automatic.outbound("omar@autosend.example"), to(automatic, "omar@autosend.example")) == ([], [])


def let_it_fall_due_after_the_cache(product: Product, draft_id: str) -> None:
    """A process may have read the switches up to five seconds ago; the send comes due after that, by the database."""
    product.arrange(
        "UPDATE inbox_draft SET auto_send_run_at = now() + make_interval(secs => %s) WHERE id = %s",
        SWITCH_SECONDS,
        draft_id,
    )
    product.arrange(
        "UPDATE jobs_backgroundjob SET run_at = now() + make_interval(secs => %s)"
        " WHERE draft_id = %s AND type = 'AI_AUTO_SEND_DELAYED'",
        SWITCH_SECONDS,
        draft_id,
    )


def to(product: Product, email: str) -> list[str]:
    """The calls that answered this lead."""
    return [one["path"] for one in product.provider_replies() if one["json"]["to_emails"][0]["email_address"] == email]
