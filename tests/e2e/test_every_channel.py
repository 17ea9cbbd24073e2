"""One person writes by e-mail, SMS and LinkedIn, stays one lead with one thread, and is answered on each once."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.product import REPLY_SECONDS
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e

EMAIL = "tri@channels.example"
PERSON = {"first_name": "Tri", "last_name": "Vu"}
PROFILE = "https://www.linkedin.com/in/tri-vu"
SENT_MS = 40_000
ANSWERS = {"email": "Details follow by mail.", "sms": "Details follow by SMS.", "linkedin": "Details follow here."}


def test_one_person_on_three_channels_is_one_lead_and_is_answered_once_on_each(product, page):
    product.write(EMAIL, "Could you send more details?", **PERSON)
    lead = product.lead_id(EMAIL)
    product.write(EMAIL, "Or text me.", provider="ghl", phone="+14155550142", linkedin_url=PROFILE, **PERSON)
    wait_for_inbound(product, lead, 2)
    product.write(EMAIL, "", provider="unipile", event="new_relation", linkedin="tri-vu", **PERSON)
    product.write(EMAIL, "LinkedIn works too.", provider="unipile", linkedin="tri-vu", **PERSON)
    wait_for_inbound(product, lead, 3)

    people = "SELECT count(*) FROM leads_lead WHERE first_name = 'Tri'"
    assert product.value(people) == 1
    assert product.value("SELECT channels FROM leads_lead WHERE id = %s", lead) == ["email", "sms", "linkedin"]
    page.goto(f"/?leadId={lead}")
    expect(page.locator("#thread .msg--in")).to_have_count(3)

    for channel, text in ANSWERS.items():
        answer(page, lead, channel, text)

    mails = product.provider_replies(ANSWERS["email"])
    assert [one["json"]["to_emails"][0]["email_address"] for one in mails] == [EMAIL]
    assert texts_of(product, "ghl", "/conversations/messages", "message") == [ANSWERS["sms"]]
    assert texts_of(product, "unipile", "/api/v1/chats", "text") == [ANSWERS["linkedin"]]
    # What the provider's campaign sent before is in the thread too, taken over from its history.
    sent = (
        "SELECT channel, delivery_status FROM inbox_message"
        " WHERE lead_id = %s AND direction = 'outbound' AND origin <> 'campaign' ORDER BY 1"
    )
    assert [tuple(row) for row in product.rows(sent, lead)] == [
        ("email", "sent"),
        ("linkedin", "sent"),
        ("sms", "sent"),
    ]


def wait_for_inbound(product, lead, count):
    stored = "SELECT count(*) FROM inbox_message WHERE lead_id = %s AND direction = 'inbound'"
    wait_for(lambda: product.value(stored, lead) == count, REPLY_SECONDS)


def answer(page: Page, lead: str, channel: str, text: str) -> None:
    """Write by hand on one channel and see it leave."""
    page.goto(f"/?leadId={lead}&channel={channel}")
    page.locator("#editor").fill(text)
    page.locator("[data-send]").first.click()
    mine = page.locator("#thread .msg--out[data-delivery='sent']", has_text=text)
    expect(mine).to_have_count(1, timeout=SENT_MS)


def texts_of(product, provider, path, field):
    """What our answers to this person said in the provider's calls."""
    calls = [one for one in product.provider_posts(provider) if one["path"] == path]
    return [one["json"][field] for one in calls if one["json"].get(field) in ANSWERS.values()]
