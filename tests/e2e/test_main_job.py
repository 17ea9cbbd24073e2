"""The main job in a real browser: a reply arrives, its draft is approved, the provider receives it once."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.product import REPLY_SECONDS, SETTER
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e

LIVE_MS = 40_000
UNDO_SECONDS = 4


@pytest.fixture
def short_undo(product):
    product.undo_seconds(SETTER, UNDO_SECONDS)
    yield
    product.undo_seconds(SETTER, 0)


def row_of(page: Page, product, email: str):
    return page.locator(f"#row-{product.lead_id(email)}")


def test_reply_arrives_live_is_approved_and_leaves_once(product, context_of, short_undo):
    page = context_of().new_page()
    page.goto("/")
    page.get_by_label("Email").fill(SETTER)
    page.get_by_label("Password").fill(product.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#list")).to_be_visible()

    written = product.write("dana@main.example", "Could you send more details?", first_name="Dana")
    expect(page.locator("#new-arrivals")).to_be_visible(timeout=LIVE_MS)
    page.locator("#new-arrivals").click()
    row = row_of(page, product, "dana@main.example")
    expect(row).to_contain_text("Dana")
    row.click()

    expect(page.locator("#thread .msg--in")).to_contain_text("Could you send more details?")
    draft_id, text = product.pending_draft("dana@main.example")
    expect(page.locator(f"#composer[data-draft='{draft_id}']")).to_be_visible(timeout=LIVE_MS)
    expect(page.locator("#editor")).to_have_value(text)
    page.get_by_role("button", name="Approve & send").click()
    expect(page.locator("#undo")).to_be_visible()
    expect(page.locator("#undo [data-countdown]")).to_have_text(re.compile(r"in [1-4] s"))
    assert replies_to(product, "dana@main.example") == []

    sent = page.locator("#thread .msg--out[data-delivery='sent']")
    expect(sent).to_have_count(1, timeout=LIVE_MS)
    expect(sent).to_contain_text("Sent")
    replies = replies_to(product, "dana@main.example")
    assert [one["path"] for one in replies] == [f"/api/replies/{written['data']['reply']['id']}/reply"]
    assert plain(replies[0]["json"]["message"]) == text
    assert replies[0]["json"]["to_emails"] == [{"email_address": "dana@main.example", "name": "Dana"}]
    assert product.outbound("dana@main.example") == ["sent"]


def test_call_posted_straight_to_the_webhook_arrives_live(product, page):
    page.goto("/")
    expect(page.locator("#list")).to_be_visible()
    call = product.write("lee@main.example", "Tuesday works, say 3pm?", first_name="Lee")
    wait_for(lambda: product.pending_draft("lee@main.example"), REPLY_SECONDS)
    call["data"]["reply"] |= {"id": 990_001, "text_body": "Or Wednesday at noon."}

    first, again = product.post(call), product.post(call)

    assert (first.status_code, first.json()["queued"]) == (200, True)
    assert (again.status_code, again.json()["queued"], again.json()["deduped"]) == (200, False, True)
    expect(page.locator("#new-arrivals")).to_be_visible(timeout=LIVE_MS)
    page.locator("#new-arrivals").click()
    row = row_of(page, product, "lee@main.example")
    expect(row).to_contain_text("Or Wednesday at noon.", timeout=LIVE_MS)
    bodies = product.rows(
        "SELECT m.body FROM inbox_message m JOIN leads_lead l ON l.id = m.lead_id"
        " WHERE l.email = 'lee@main.example' AND m.direction = 'inbound' ORDER BY m.created_at"
    )
    assert bodies == ["Tuesday works, say 3pm?", "Or Wednesday at noon."]


def replies_to(product, email: str):
    """What the provider was asked to send to this address."""
    return [one for one in product.provider_replies() if one["json"]["to_emails"][0]["email_address"] == email]


def plain(html: str) -> str:
    """The text of a message as it was typed."""
    return re.sub(r"<br\s*/?>\n?", "\n", html).replace("&#x27;", "'").replace("&amp;", "&")
