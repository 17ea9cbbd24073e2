"""Connecting, testing and disconnecting a provider in a browser, as the owner of a workspace."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from integrations.smartlead.simulator import DEMO_API_KEY
from tests.e2e.conftest import PHONE, WIDE
from tests.e2e.product import OWNER, Product, Session

pytestmark = pytest.mark.e2e

SECRET = "hook-5b1e9c3a7d2f4e68"  # opens nothing
SHOWN_ONCE = re.compile(r"[A-Za-z0-9_-]{43}")


@pytest.fixture
def workspace(product: Product) -> Iterator[str]:
    """A second workspace of the owner, so that the demo keeps its provider; gone afterwards."""
    product.manage("create_workspace", "--name", "Settings", "--owner", OWNER)
    made = str(product.value("SELECT id FROM workspaces_workspace WHERE name = 'Settings' ORDER BY created_at DESC"))
    yield made
    product.arrange("UPDATE workspaces_workspace SET status = 'deleted', deleted_at = now() WHERE id = %s", made)


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def owner(
    request: pytest.FixtureRequest, context_of: Callable[..., BrowserContext], product: Product, workspace: str
) -> Page:
    """The owner's browser, with and without scripts."""
    return open_page(context_of, product, java_script_enabled=request.param)


def open_page(context_of: Callable[..., BrowserContext], product: Product, **options: object) -> Page:
    """A browser of the owner with a log-in of its own: a role that comes or goes renews the session's key."""
    context = context_of(**options)
    context.add_cookies(Session(product, OWNER, product.password).cookies())  # type: ignore[arg-type]
    return context.new_page()


def test_provider_is_connected_tested_and_disconnected(owner: Page, product: Product, workspace: str) -> None:
    owner.goto(f"/?view=settings&settingsTab=integrations&clientId={workspace}")
    expect(owner.get_by_role("heading", name="Integrations")).to_be_visible()
    owner.get_by_role("link", name="SmartLead").click()

    owner.get_by_label("API key").fill("smartlead-key-nobody-has")
    owner.get_by_role("button", name="Connect").click()
    expect(owner.get_by_text("SmartLead requires an API key and a webhook secret")).to_be_visible()
    owner.get_by_label("API key").fill("smartlead-key-nobody-has")
    owner.get_by_label("Webhook secret", exact=True).fill(SECRET)
    owner.get_by_role("button", name="Connect").click()
    expect(owner.get_by_role("status").filter(has_text="Saved, but: SmartLead refused")).to_be_visible()
    expect(owner.locator("#health")).to_contain_text("Disconnected")

    owner.get_by_label("API key").fill(DEMO_API_KEY)
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_role("status").filter(has_text="Saved. SmartLead answers")).to_be_visible()
    expect(owner.locator("#health")).to_contain_text("Connected")
    assert DEMO_API_KEY not in owner.content()
    assert SECRET not in owner.content()
    expect(owner.locator("#webhook-address")).to_have_value(
        f"{product.url}/api/webhooks/smartlead?clientId={workspace}"
    )

    owner.get_by_role("button", name="Test").click()
    expect(owner.get_by_role("status").filter(has_text="SmartLead answers: the credential works.")).to_be_visible()
    owner.get_by_text("Rotate webhook secret…").click()
    owner.get_by_role("button", name="Make a new secret").click()
    expect(owner.locator("#new-secret")).to_have_value(SHOWN_ONCE)
    owner.goto(f"/w/{workspace}/settings/integrations/smartlead")
    expect(owner.locator("#new-secret")).to_have_count(0)

    owner.get_by_text("Disconnect SmartLead…").click()
    owner.get_by_role("button", name="Disconnect and erase").click()
    expect(owner.get_by_role("status").filter(has_text="SmartLead is disconnected")).to_be_visible()
    stored = product.rows("SELECT is_active, secrets FROM integrations_connection WHERE workspace_id = %s", workspace)
    assert stored == [(False, "")]


def test_pages_fit_a_phone_and_a_desk(context_of: Callable[..., BrowserContext], product: Product) -> None:
    page = open_page(context_of, product)
    page.goto("/?view=settings&settingsTab=integrations")
    tab = page.url

    for size in (PHONE, WIDE):
        page.set_viewport_size(size)
        for path in ("", "/emailbison", "/slack-channels"):
            page.goto(f"{tab}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
