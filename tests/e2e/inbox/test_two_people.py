"""Two browsers at one lead: the second is stopped, keeps its text, and one message leaves."""

import pytest
from playwright.sync_api import expect

from tests.e2e.product import OWNER, SETTER
from tests.e2e.watching import watch

pytestmark = pytest.mark.e2e

LIVE_MS = 40_000
MINE, THEIRS = "The first answer, from one desk.", "The second answer, from another desk."


@pytest.fixture
def desks(context_of):
    """The setter's and the owner's browser."""
    pages = []
    for login in (SETTER, OWNER):
        page = context_of(login).new_page()
        pages.append((page, watch(page)))
    yield [page for page, _problems in pages]
    assert [problems for _page, problems in pages] == [[], []]


def test_hard_06_exactly_one_message_of_two_browsers_and_the_text_of_both(product, desks):
    first, second = desks
    email = "both@two.example"
    product.write(email, "Could you send more details?", first_name="Pia")
    draft, _text = product.pending_draft(email)
    lead = product.lead_id(email)
    workspace = product.value("SELECT workspace_id FROM leads_lead WHERE id = %s", lead)
    # The second does not hear of the first while it writes.
    second.route("**/api/inbox/changes*", lambda route: route.abort())
    second.route("**/api/inbox/drafts/*", lambda route: route.abort())
    for page, words in ((first, MINE), (second, THEIRS)):
        page.goto(f"/?clientId={workspace}&leadId={lead}&draftId={draft}")
        page.locator("#editor").fill(words)

    first.locator("[data-send]").click()
    sent = first.locator("#thread .msg--out[data-delivery='sent']")
    expect(sent).to_have_count(1, timeout=LIVE_MS)
    second.locator("[data-send]").click()

    expect(second.locator("#station")).to_contain_text("already", ignore_case=True)
    expect(second.locator("#editor")).to_have_value(THEIRS)
    assert product.outbound(email) == ["sent"]
    calls = [one for one in product.provider_replies() if one["json"]["to_emails"][0]["email_address"] == email]
    assert [MINE in one["json"]["message"] for one in calls] == [True]


def test_hard_06_newer_message_stops_the_second_browser_after_a_reply_of_the_first(product, desks):
    first, second = desks
    email = "lost@two.example"
    product.write(email, "Could you send more details?", first_name="Nils")
    product.pending_draft(email)
    lead = product.lead_id(email)
    workspace = product.value("SELECT workspace_id FROM leads_lead WHERE id = %s", lead)
    second.route("**/api/inbox/changes*", lambda route: route.abort())
    for page in desks:
        page.goto(f"/?clientId={workspace}&leadId={lead}")
    second.locator("#editor").fill(THEIRS)
    first.locator("[data-send]").click()
    expect(first.locator("#thread .msg--out[data-delivery='sent']")).to_have_count(1, timeout=LIVE_MS)
    second.reload()

    expect(second.locator("#editor")).to_have_value(THEIRS)
    expect(second.locator("#thread .msg--out[data-delivery='sent']")).to_have_count(1)
    assert product.outbound(email) == ["sent"]
    assert product.provider_replies(THEIRS) == []
