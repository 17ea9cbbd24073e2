"""The set-up list in a browser: it waits for the first call and the first draft, and says when they came."""

from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import BrowserContext, Locator, Page, expect

from integrations.emailbison.simulator import DEMO_API_KEY as EMAILBISON_KEY
from integrations.slack.simulator import DEMO_BOT_TOKEN as SLACK_TOKEN
from tests.e2e.product import OWNER, Product, Session

pytestmark = [pytest.mark.e2e, pytest.mark.wide]

FOUNDER = "founder@harbor.example"
TRIAL, OWN = "trial@harbor.example", "own.address@harbor.example"
FORMS = {
    "Name the company": {"Company": "Harbor Outreach"},
    "Describe what you offer": {
        "Service description": "Outreach for dental practices, run for them.",
        "Name of the sender": "Robin",
    },
}


@pytest.fixture
def founder(context_of: Callable[..., BrowserContext], product: Product) -> Page:
    """A platform person who never was here before, signed in at an empty installation of theirs."""
    product.manage("createsuperuser", "--noinput", "--email", FOUNDER)
    product.manage("grant_global_admin", FOUNDER)
    product.arrange(
        "UPDATE workspaces_user SET password = (SELECT password FROM workspaces_user WHERE email = %s)"
        " WHERE email = %s",
        OWNER,
        FOUNDER,
    )
    return open_page(context_of, product)


def open_page(context_of: Callable[..., BrowserContext], product: Product) -> Page:
    """The founder's browser after a log-in of its own."""
    context = context_of()
    context.add_cookies(Session(product, FOUNDER, product.password).cookies())  # type: ignore[arg-type]
    return context.new_page()


def test_new_agency_goes_from_nothing_to_the_first_draft(
    founder: Page, context_of: Callable[..., BrowserContext], product: Product
) -> None:
    founder.goto("/workspaces/new")
    founder.get_by_label("Name").fill("First Day")
    founder.get_by_label("Time zone").select_option("Europe/Berlin")
    founder.get_by_role("button", name="Create it and go on").click()
    expect(founder.get_by_role("heading", name="Set-up")).to_be_visible()
    setup = founder.url

    founder.get_by_role("link", name="Connect an e-mail provider").click()
    founder.get_by_role("link", name="EmailBison E-mail").click()
    founder.get_by_label("API key").fill(EMAILBISON_KEY)
    founder.get_by_role("button", name="Connect").click()
    expect(founder.get_by_role("status").filter(has_text="EmailBison answers")).to_be_visible()

    # Somebody leaves here and comes back another day: what was done stays done.
    page = open_page(context_of, product)
    page.goto(setup)
    expect(step(page, "Connect an e-mail provider")).to_contain_text("Done")
    expect(step(page, "Choose the time zone")).to_contain_text("Done")
    call, draft = step(page, "Let the provider call"), step(page, "See the first draft")
    expect(call).to_contain_text("Waiting for the first call.")
    address = page.get_by_label("Webhook address").input_value()
    answer = requests.post(address, json=product.compose(TRIAL, "Does the webhook arrive?"), timeout=15)
    assert answer.status_code == 200
    expect(call).to_contain_text("Since", timeout=60_000)

    fill_the_rest(page, setup)
    page.goto(setup)
    answer = requests.post(address, json=product.compose(OWN, "Could you send more details?"), timeout=15)
    assert answer.status_code == 200
    expect(draft).to_contain_text("Since", timeout=90_000)
    expect(page.get_by_text("Everything is done: replies arrive, are read and answered.")).to_be_visible()
    page.get_by_role("link", name="Open the inbox").click()
    expect(page.locator("#rows .lead").first).to_be_visible()
    expect(page.get_by_text("Set-up:")).to_have_count(0)


def fill_the_rest(page: Page, setup: str) -> None:
    """The steps that are nothing but forms, each by its link in the list."""
    for name, fields in FORMS.items():
        page.goto(setup)
        page.get_by_role("link", name=name).click()
        for label, value in fields.items():
            page.get_by_label(label, exact=True).fill(value)
        page.locator("main").get_by_role("button", name="Save", exact=True).first.click()
        expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    page.goto(setup)
    page.get_by_role("link", name="Add your calendar").click()
    page.get_by_role("link", name="New link").click()
    page.get_by_label("Name", exact=True).fill("Intro")
    page.get_by_label("Address of the page").fill("https://calendly.com/first-day/intro")
    page.get_by_role("button", name="Add", exact=True).click()
    page.goto(setup)
    page.get_by_role("link", name="Connect Slack").click()
    page.get_by_label("Bot token").fill(SLACK_TOKEN)
    page.get_by_role("button", name="Connect").click()
    page.goto(setup)
    page.get_by_role("link", name="Connect Slack").click()
    page.get_by_label("zrg-alerts").first.check()
    page.get_by_role("button", name="Save", exact=True).click()


def step(page: Page, title: str) -> Locator:
    """One step of the list."""
    return page.get_by_role("listitem").filter(has_text=title)
