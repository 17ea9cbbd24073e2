"""SMS in a real browser: a person texts, the answer leaves in parts; the composer says how many and at what cost."""

import pytest
from playwright.sync_api import expect

from tests.e2e.product import REPLY_SECONDS
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e

# A part takes several calls, the next one leaves a second later, and the page looks every few seconds.
SENDING_MS = 30_000


def texts(product, name, phone, text="Could you send more details?"):
    """Somebody new writes an SMS; returns the lead."""
    product.write(f"{name.lower()}@sms.example", text, provider="ghl", event="SMS", first_name=name, phone=phone)
    find = "SELECT id FROM leads_lead WHERE first_name = %s"
    return str(wait_for(lambda: product.value(find, name), REPLY_SECONDS))


def test_answer_leaves_in_parts(product, page):
    lead = texts(product, "Selma", "+14155550123")

    page.goto(f"/?leadId={lead}&channel=sms")
    expect(page.locator(".segments__tab[aria-selected='true']")).to_contain_text("SMS")
    page.locator("#editor").fill("First part.\n---\nSecond part.")
    expect(page.locator("#sms-count")).to_contain_text("2 parts")
    page.locator("[data-send]").click()

    expect(page.locator("#thread .msg--setter")).to_have_count(2, timeout=SENDING_MS)
    expect(page.locator("#thread .msg--out").last).to_contain_text("Sent", timeout=SENDING_MS)
    sent = [call["json"] for call in product.provider_posts("ghl") if call["path"] == "/conversations/messages"]
    assert [one["message"] for one in sent if one["contactId"]][-2:] == ["First part.", "Second part."]


@pytest.mark.parametrize(
    ("text", "shown", "tone"),
    [
        ("See you then", "12 · 1 part", ""),
        (f"{'a' * 100}. {'b' * 100}. {'c' * 100}.", "305 · 3 parts", ""),
        (f"{'a' * 100}. {'b' * 100}. {'c' * 100}. {'d' * 100}.", "407 · 4 parts (at most 3)", "bad"),
        ("a\n---\nb\n---\nc", "13 · 3 parts", ""),
        ("Great – see you 👍", "17 · 1 part · “– 👍” billed per 70 characters", "warn"),
        ("word " * 40, "199 · 2 parts", ""),
    ],
)
def test_composer_counts_parts_as_they_leave(product, page, text, shown, tone):
    lead = texts(product, "Tara", "+14155550124", text="Yes?")

    page.goto(f"/?leadId={lead}&channel=sms")
    page.locator("#editor").fill(text)

    expect(page.locator("#sms-count")).to_have_text(shown)
    expect(page.locator("#sms-count")).to_have_attribute("data-tone", tone)


def test_number_without_a_country_closes_the_composer(product, page):
    lead = texts(product, "Uwe", "+14155550125", text="Who is this?")
    stranded = "phone = NULL, phone_national = NULL, phone_raw = '030 901820'"
    product.arrange(f"UPDATE leads_lead SET {stranded} WHERE id = %s", lead)

    page.goto(f"/?leadId={lead}&channel=sms")

    expect(page.locator("#station")).to_contain_text("its country is not known")


def test_refused_text_says_why_above_the_composer(product, page):
    lead = texts(product, "Vera", "+14155550126", text="Who is this?")
    blocked = "sms_last_blocked_at = now(), sms_last_blocked_reason = 'sms_dnd', sms_dnd_active = true"
    product.arrange(
        f"UPDATE leads_lead SET {blocked}, sms_dnd_updated_at = now() - interval '2 hours' WHERE id = %s", lead
    )

    page.goto(f"/?leadId={lead}&channel=sms")

    expect(page.locator("#station-notices")).to_contain_text("The last SMS was not delivered.")
    expect(page.locator("[data-send]")).to_be_enabled()
