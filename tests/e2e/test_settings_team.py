"""Editing the workspace and inviting somebody in a browser, as the owner."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import PHONE, WIDE
from tests.e2e.product import OWNER, Product, Session

pytestmark = pytest.mark.e2e

INVITED = "new.setter@people.example"


@pytest.fixture
def owner(context_of: Callable[..., BrowserContext], product: Product) -> Page:
    """The owner, with a log-in of their own: a fresh one may change the team."""
    context = context_of()
    context.add_cookies(Session(product, OWNER, product.password).cookies())  # type: ignore[arg-type]
    return context.new_page()


def test_workspace_is_edited_and_somebody_is_invited(owner: Page, product: Product) -> None:
    owner.goto("/?view=settings&settingsTab=general")
    tab = owner.url
    owner.get_by_role("link", name="Name, brand, time zone").click()
    owner.get_by_label("Work ends").fill("18:30")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(owner.get_by_label("Work ends")).to_have_value("18:30")

    owner.goto(tab.replace("/general", "/team/invitations"))
    owner.get_by_label("E-mail").fill(INVITED)
    owner.get_by_role("button", name="Add", exact=True).click()
    expect(owner.get_by_text(f"{INVITED} gets a link that works for three days.")).to_be_visible()
    owner.get_by_role("button", name=f"Revoke the invitation of {INVITED}").click()
    expect(owner.get_by_text(f"The link of {INVITED} does not work any more.")).to_be_visible()
    revoked = product.rows("SELECT revoked_at IS NOT NULL FROM workspaces_invitation WHERE email = %s", INVITED)
    assert revoked == [True]


def test_pages_fit_a_phone_and_a_desk(owner: Page) -> None:
    owner.goto("/?view=settings&settingsTab=general")
    general = owner.url
    team = general.replace("/general", "/team")
    pages = [f"{general}/{key}" for key in ("setup", "workspace", "automation", "follow-up-pause", "notifications")]
    pages += [f"{team}/{key}" for key in ("members", "invitations", "ownership", "audit", "account")]

    for size in (PHONE, WIDE):
        owner.set_viewport_size(size)
        for page in pages:
            owner.goto(page)
            assert (page, owner.evaluate("document.documentElement.scrollWidth")) == (page, size["width"])
