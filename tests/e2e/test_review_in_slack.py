"""A draft the machine is unsure of: asked about in Slack, approved there, sent once, and the posts say who."""

from collections.abc import Iterator

import pytest
import requests

from tests.e2e.product import REPLY_SECONDS, Product
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e

EMAIL = "unsure@slack.example"
UNSURE = "Could you send more details? Our lawyer asks about security and privacy."


def posts(product: Product, draft_id: str) -> dict[str, dict[str, object]]:
    """What the review posts of a draft show now, by channel and stamp: the last call about each counts."""
    wanted = product.rows(
        "SELECT split_part(provider_ref, ':', 1), split_part(provider_ref, ':', 2)"
        " FROM notifications_notificationsendlog"
        " WHERE kind = 'draft_approval' AND payload->>'draft' = %s AND status = 'sent'",
        draft_id,
    )
    shown = {}
    for call in product.provider_posts("slack"):
        ts = call["json"].get("ts")
        if call["path"].endswith("chat.update") and (call["json"]["channel"], ts) in wanted:
            shown[call["json"]["channel"]] = call["json"]
    return {channel: shown.get(channel, {}) for channel, _ in wanted}


def press(product: Product, event: str, user: str) -> None:
    given = {"provider": "slack", "event": event, "user": user}
    answer = requests.post(f"{product.simulator}/__sim/write", json=given, timeout=15)
    assert answer.status_code == 200, answer.text


@pytest.fixture
def automatic(product: Product) -> Iterator[Product]:
    """The campaigns send automatically, at any time of day; afterwards setters answer again."""
    product.write("first@slack.example", "No thank you.")
    product.lead_id("first@slack.example")
    product.arrange("UPDATE leads_emailcampaign SET response_mode = 'AI_AUTO_SEND', auto_send_schedule_mode = 'ALWAYS'")
    yield product
    product.arrange("UPDATE leads_emailcampaign SET response_mode = 'SETTER_MANAGED'")


def test_unsure_answer_arrives_in_slack_is_approved_there_and_sent_once(automatic: Product) -> None:
    product = automatic
    product.write(EMAIL, UNSURE, first_name="Una")
    draft_id, text = product.pending_draft(EMAIL)

    wait_for(lambda: sorted(posts(product, draft_id)) == ["D0KIM", "D0PRIYA"], REPLY_SECONDS)
    press(product, "approve_send", "U0KIM")
    press(product, "approve_send", "U0KIM")

    wait_for(lambda: product.outbound(EMAIL) == ["sent"], REPLY_SECONDS)
    wait_for(lambda: all("Sent by kim" in str(one) for one in posts(product, draft_id).values()), REPLY_SECONDS)
    assert all("approve_send" not in str(one) for one in posts(product, draft_id).values())
    calls = [one for one in product.provider_replies() if one["json"]["to_emails"][0]["email_address"] == EMAIL]
    assert len(calls) == 1
    assert product.rows("SELECT body FROM inbox_message WHERE draft_id = %s", draft_id) == [text]
    source = "SELECT approval_source, approved_by_slack_user_id FROM inbox_draft WHERE id = %s"
    assert product.rows(source, draft_id) == [("slack", "U0KIM")]
