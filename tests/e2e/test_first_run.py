"""The set-up list in a browser: it waits for the first call and the first draft, and says when they came."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.product import OWNER, Product, Session

pytestmark = pytest.mark.e2e

LEAD = "first.run@harbor.example"


@pytest.fixture
def owner(context_of: Callable[..., BrowserContext], product: Product) -> Page:
    context = context_of()
    context.add_cookies(Session(product, OWNER, product.password).cookies())  # type: ignore[arg-type]
    return context.new_page()


def test_page_waits_for_the_first_call_and_the_first_draft(owner: Page, product: Product) -> None:
    product.arrange("UPDATE integrations_connection SET last_webhook_at = NULL WHERE provider = 'EMAILBISON'")
    owner.goto("/?view=settings&settingsTab=general")
    owner.goto(f"{owner.url}/setup")
    call = owner.get_by_role("listitem").filter(has_text="Let the provider call")
    draft = owner.get_by_role("listitem").filter(has_text="See the first draft")
    expect(call).to_contain_text("Waiting for the first call.")
    expect(owner.get_by_label("Webhook address")).to_have_value(re.compile(r"/api/webhooks/email\?clientId="))

    product.write(LEAD, "Could you send more details?")

    expect(call).to_contain_text("Since", timeout=60_000)
    expect(draft).to_contain_text("Since", timeout=90_000)
