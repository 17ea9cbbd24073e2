"""AI in a browser: a campaign is given to the machine, knowledge added, a prompt replaced, a review decided."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import PHONE, WIDE
from tests.e2e.product import OWNER, REPLY_SECONDS, Product
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e

LIVE_MS = 40_000
PROMPT = "sentiment.classify.v1"


@pytest.fixture
def owner(context_of: Callable[..., BrowserContext]) -> Iterator[Page]:
    """The owner's browser; an error in the page's scripts fails the test."""
    opened = context_of(OWNER).new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    assert problems == []


@pytest.fixture
def ai_tab(owner: Page) -> str:
    """The address of the tab AI."""
    owner.goto("/?view=settings&settingsTab=ai")
    return owner.url


@pytest.fixture
def campaign(product: Product) -> Iterator[str]:
    """A campaign of the demo, as it was afterwards."""
    product.write("ruth@settings.example", "Could you send more details?", first_name="Ruth")
    product.lead_id("ruth@settings.example")
    name = str(wait_for(lambda: product.value("SELECT name FROM leads_emailcampaign ORDER BY name"), REPLY_SECONDS))
    yield name
    product.arrange("UPDATE leads_emailcampaign SET response_mode = 'SETTER_MANAGED', auto_send_schedule_mode = NULL")


def test_campaign_is_given_to_the_machine(owner: Page, product: Product, ai_tab: str, campaign: str) -> None:
    owner.goto(f"{ai_tab}/campaigns")
    with owner.expect_response(lambda answer: "q=" in answer.url):
        owner.get_by_placeholder("Find a campaign").fill(campaign[:4])
    owner.locator(".campaign__link", has_text=campaign).first.click()
    panel = owner.locator(".campaign--open")

    panel.get_by_label("AI may send").check()
    expect(panel.get_by_label("Try it out")).to_be_hidden()
    panel.get_by_label("How sure it must be").fill("40")
    panel.get_by_label("How sure it must be").evaluate("box => box.removeAttribute('min')")
    panel.get_by_role("button", name="Save", exact=True).click()
    expect(panel.locator(".field__errors")).to_contain_text("greater than or equal to 50")
    panel.get_by_label("How sure it must be").fill("92")
    panel.get_by_label("When it sends").select_option("CUSTOM")
    panel.get_by_label("Mon", exact=True).check()
    panel.get_by_label("From", exact=True).fill("09:00")
    panel.get_by_label("Until", exact=True).fill("17:00")
    panel.get_by_role("button", name="Save", exact=True).click()

    row = owner.locator(".campaign", has_text=campaign).first
    expect(row).to_contain_text("AI may send")
    expect(row).to_contain_text("92 %")
    expect(row).to_contain_text("Saved")
    stored = product.rows(
        "SELECT response_mode, auto_send_confidence_threshold, auto_send_custom_schedule->>'startTime'"
        " FROM leads_emailcampaign WHERE name = %s",
        campaign,
    )
    assert ("AI_AUTO_SEND", 0.92, "09:00") in stored


def test_knowledge_is_added_and_read(owner: Page, product: Product, ai_tab: str) -> None:
    owner.goto(f"{ai_tab}/knowledge")
    owner.locator("summary", has_text="Text").click()
    form = owner.locator("details[open] form")
    form.get_by_label("Name").fill("Prices of seats")
    form.get_by_label("Text", exact=True).fill("Ten seats cost 450 dollars a month.")
    form.get_by_role("button", name="Add the text").click()

    source = owner.locator(".source", has_text="Prices of seats")
    expect(source).to_contain_text("Ready", timeout=LIVE_MS)
    source.get_by_role("link").click()
    owner.get_by_label("Notes").fill("Ten seats: 450 dollars a month.")
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    stored = product.value("SELECT text_content FROM ai_knowledgeasset WHERE name = 'Prices of seats'")
    assert stored == "Ten seats: 450 dollars a month."


def test_prompt_that_drifted_is_refused_until_it_is_taken_over(owner: Page, product: Product, ai_tab: str) -> None:
    owner.goto(f"{ai_tab}/prompts")
    owner.locator(".rows__link", has_text=PROMPT).click()
    box = owner.locator("#text-0")
    original = box.input_value()
    box.fill("Classify {{mood}}.")
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.locator("#text-0_error")).to_be_visible()
    expect(box).to_have_value("Classify {{mood}}.")
    box.fill(f"{original}\nPrefer the cautious reading.")
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.get_by_text("Changed here")).to_be_visible()

    product.arrange("UPDATE ai_promptoverride SET base_content_hash = 'another text' WHERE prompt_key = %s", PROMPT)
    owner.reload()
    expect(owner.get_by_text("Your text is not used.")).to_be_visible()
    expect(box).to_have_value(original)
    owner.get_by_text("What differs from the product's text of today").click()
    expect(owner.locator(".diff__line--in", has_text="Prefer the cautious reading.")).to_be_visible()
    owner.get_by_role("link", name="Put it into the box").click()
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.get_by_text("Your text is not used.")).to_have_count(0)
    expect(owner.get_by_text("Changed here")).to_be_visible()

    owner.get_by_text("Reset the whole prompt…").click()
    owner.get_by_role("button", name="Reset", exact=True).click()
    expect(box).to_have_value(original)


def test_review_says_why_and_is_approved_once(product: Product, page: Page) -> None:
    product.write("vera@review.example", "How much are ten seats?", first_name="Vera")
    draft_id, _text = product.pending_draft("vera@review.example")
    product.arrange(
        "UPDATE inbox_draft SET auto_send_mode = 'AI_AUTO_SEND', auto_send_action = 'needs_review',"
        " auto_send_outcome = 'needs_review', auto_send_confidence = 0.72, auto_send_threshold = 0.9,"
        " auto_send_reason = 'The price is not in the knowledge.', auto_send_reason_code = 'below_threshold'"
        " WHERE id = %s",
        draft_id,
    )

    page.goto(f"/?view=inbox&leadId={product.lead_id('vera@review.example')}&draftId={draft_id}")
    expect(page.locator(".review")).to_contain_text("Needs review: 72 %")
    expect(page.locator(".review")).to_contain_text("The price is not in the knowledge.")
    page.get_by_role("link", name="Why?").click()
    expect(page.locator(".why")).to_contain_text("The confidence is below the campaign's threshold.")
    expect(page.locator(".why")).to_contain_text("72 % of 90 % needed")
    page.get_by_role("button", name="Approve & send").click()

    expect(page.locator("#thread .msg--out[data-delivery='sent']")).to_have_count(1, timeout=LIVE_MS)
    assert product.outbound("vera@review.example") == ["sent"]


def test_planned_send_is_stopped_by_a_person(product: Product, page: Page) -> None:
    product.write("nils@review.example", "Could you send more details?", first_name="Nils")
    draft_id, text = product.pending_draft("nils@review.example")
    product.arrange(
        "UPDATE inbox_draft SET auto_send_mode = 'AI_AUTO_SEND', auto_send_action = 'send_delayed',"
        " auto_send_outcome = 'scheduled', auto_send_confidence = 0.94, auto_send_threshold = 0.9,"
        " auto_send_reason_code = 'approved', auto_send_run_at = now() + interval '20 minutes',"
        " auto_send_evaluated_at = now(), evaluated_version = version WHERE id = %s",
        draft_id,
    )

    page.goto(f"/?view=inbox&leadId={product.lead_id('nils@review.example')}&draftId={draft_id}")
    expect(page.locator("#undo")).to_contain_text("The AI sends this at")
    page.get_by_role("button", name="Stop and keep the draft").click()

    expect(page.get_by_text("Stopped. The draft waits for you.")).to_be_visible()
    expect(page.locator("#editor")).to_have_value(text)
    assert product.rows("SELECT status, auto_send_outcome_reason FROM inbox_draft WHERE id = %s", draft_id) == [
        ("pending", "stopped_by_person")
    ]


def test_pages_of_ai_fit_a_phone_and_a_desk(owner: Page, ai_tab: str) -> None:
    sections = ("campaigns", "auto-send", "drafting", "personas", "knowledge", "models", "prompts", "snippets")
    for size in (PHONE, WIDE):
        owner.set_viewport_size(size)
        for path in ("", *(f"/{section}" for section in sections), f"/prompts/of/{PROMPT}"):
            owner.goto(f"{ai_tab}{path}")
            assert owner.evaluate("document.documentElement.scrollWidth") == size["width"], path
