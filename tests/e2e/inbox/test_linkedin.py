"""LinkedIn in a real browser: a member writes, the answer leaves as a message; a note shows its length."""

import pytest
from playwright.sync_api import expect

from tests.e2e.product import REPLY_SECONDS
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e


def lead_of(product, name):
    """The lead with this first name, once its message is stored."""
    return str(wait_for(lambda: product.value("SELECT id FROM leads_lead WHERE first_name = %s", name), REPLY_SECONDS))


def writes(product, name, event="message_received", text="Could you send more details?"):
    person = {"linkedin": f"{name.lower()}-linked", "first_name": name, "last_name": "Linked"}
    product.write(f"{name.lower()}@linkedin.example", text, provider="unipile", event=event, **person)


def test_member_writes_and_gets_the_approved_answer_as_a_message(product, page):
    writes(product, "Linda", event="new_relation")
    writes(product, "Linda")
    lead = lead_of(product, "Linda")
    find = "SELECT id FROM inbox_draft WHERE lead_id = %s AND status = 'pending' AND channel = 'linkedin'"
    draft = wait_for(lambda: product.value(find, lead), REPLY_SECONDS)

    page.goto(f"/?leadId={lead}&draftId={draft}")
    expect(page.locator(".segments__tab[aria-selected='true']")).to_contain_text("LinkedIn")
    text = page.locator("#editor").input_value()
    page.get_by_role("button", name="Approve & send").click()

    expect(page.locator("#thread .msg--out").last).to_contain_text("Sent", timeout=30_000)
    call = product.provider_posts("unipile")[-1]
    assert (call["path"], call["json"]["text"]) == ("/api/v1/chats", text.strip())
    kind = "SELECT linkedin_kind FROM inbox_message WHERE lead_id = %s AND direction = 'outbound'"
    assert product.rows(kind, lead) == ["dm"]


def test_note_of_an_invitation_counts_its_characters(product, page):
    writes(product, "Nils", text="Who is this?")
    lead = lead_of(product, "Nils")
    product.arrange("UPDATE leads_lead SET linkedin_connection = 'not_connected' WHERE id = %s", lead)

    page.goto(f"/?leadId={lead}&channel=linkedin")
    page.locator("#editor").fill("x" * 301)

    count = page.locator("#note-count")
    expect(count).to_have_text("Invitation note: 301 of 300")
    expect(count).to_have_attribute("data-tone", "bad")
    page.locator("#editor").fill("Hello Nils")
    expect(count).to_have_text("Invitation note: 10 of 300")


def test_pending_invitation_closes_the_composer(product, page):
    writes(product, "Paula", text="Who is this?")
    lead = lead_of(product, "Paula")
    invited = "linkedin_connection = 'pending', linkedin_invited_at = '2026-03-05 12:00+00'"
    product.arrange(f"UPDATE leads_lead SET {invited} WHERE id = %s", lead)

    page.goto(f"/?leadId={lead}&channel=linkedin")

    expect(page.locator(".station__closed")).to_contain_text("An invitation is pending since 5 March")
    expect(page.locator("#editor")).to_have_count(0)
