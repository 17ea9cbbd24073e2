"""Booking in a browser: a link is added and inserted, a process made, moved, looked at, followed and kept."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import PHONE, WIDE
from tests.e2e.product import OWNER, Product

pytestmark = [pytest.mark.e2e, pytest.mark.wide]

ADDRESS = "https://calendly.com/northfork/intro"
TEMPLATE = "Times Then Link"


@pytest.fixture
def owner(context_of: Callable[..., BrowserContext]) -> Iterator[Page]:
    """The owner's browser; an error in the page's scripts fails the test."""
    opened = context_of(OWNER).new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    assert problems == []


@pytest.fixture
def booking_tab(owner: Page) -> str:
    """The address of the tab Booking."""
    owner.goto("/?view=settings&settingsTab=booking")
    return owner.url


def test_link_is_added_and_inserted_into_a_reply(owner: Page, product: Product, booking_tab: str, page: Page) -> None:
    owner.goto(f"{booking_tab}/calendar-links")
    owner.get_by_role("link", name="New link").click()
    owner.get_by_label("Name").fill("Northfork")
    owner.get_by_label("Address of the page").fill(ADDRESS)
    owner.get_by_role("button", name="Add", exact=True).click()
    expect(owner.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    owner.get_by_role("button", name="Make it the default").click()
    expect(owner.get_by_role("status").filter(has_text="Default set.")).to_be_visible()

    product.write("lena@booking.example", "Could we talk next week?", first_name="Lena")
    draft_id, text = product.pending_draft("lena@booking.example")
    page.goto(f"/?view=inbox&leadId={product.lead_id('lena@booking.example')}&draftId={draft_id}")
    expect(page.locator("#editor")).to_have_value(text)
    page.get_by_role("button", name="Insert booking link").click()

    expect(page.locator("#editor")).not_to_have_value(text)
    assert page.locator("#editor").input_value().count(ADDRESS) == text.count(ADDRESS) + 1


def test_process_is_made_moved_looked_at_and_kept_while_followed(
    owner: Page, product: Product, booking_tab: str
) -> None:
    owner.goto(f"{booking_tab}/processes")
    owner.locator(".template", has_text=TEMPLATE).get_by_role("checkbox").check()
    owner.get_by_role("button", name="Make the chosen").click()
    expect(owner.get_by_role("status").filter(has_text=f"Made: {TEMPLATE}.")).to_be_visible()
    owner.locator(".rows__link", has_text=TEMPLATE).click()

    owner.get_by_role("button", name="Move stage 3 up").click()
    expect(owner.get_by_text("Nothing is saved yet")).to_be_visible()
    expect(owner.locator("#stage-2 h2")).to_be_focused()
    expect(owner.locator("#stage-2").get_by_label("Free times")).not_to_be_checked()
    preview = owner.locator("#previews")
    expect(preview).not_to_contain_text("Ask in which time zone")
    owner.locator("#stage-1").get_by_label("The question for the time zone").check()
    expect(preview).to_contain_text("Ask in which time zone the lead is.")
    owner.get_by_role("button", name="Add a stage").click()
    expect(owner.locator("fieldset.stage")).to_have_count(4)
    expect(owner.locator("#stage-1").get_by_label("The question for the time zone")).to_be_checked()
    owner.get_by_role("button", name="Remove stage 4").click()
    expect(owner.locator("fieldset.stage")).to_have_count(3)
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    stored = product.rows(
        "SELECT include_suggested_times, include_booking_link, include_timezone_ask FROM booking_bookingstage stage"
        " JOIN booking_bookingprocess process ON process.id = stage.booking_process_id"
        " WHERE process.name = %s ORDER BY stage_number",
        TEMPLATE,
    )
    assert stored == [(True, False, True), (False, True, False), (True, True, False)]
    process_page = owner.url

    product.write("omar@booking.example", "Could you send more details?", first_name="Omar")
    product.lead_id("omar@booking.example")
    owner.goto(f"{booking_tab}/campaign-processes")
    owner.locator(".assignment select").first.select_option(TEMPLATE)
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.get_by_role("status").filter(has_text="1 campaign changed.")).to_be_visible()

    owner.goto(process_page)
    owner.get_by_text(f"Delete {TEMPLATE}…").click()
    owner.get_by_role("button", name="Delete", exact=True).click()
    expect(owner.get_by_role("alert")).to_contain_text("1 campaign follows this process.")
    assert product.value("SELECT count(*) FROM booking_bookingprocess WHERE name = %s", TEMPLATE) == 1


def test_pages_of_booking_fit_a_phone_and_a_desk(owner: Page, booking_tab: str) -> None:
    sections = ("calendar-links", "targets", "meeting", "processes", "campaign-processes")
    for size in (PHONE, WIDE):
        owner.set_viewport_size(size)
        for path in ("", *(f"/{section}" for section in sections), "/processes/of/new", "/calendar-links/of/new"):
            owner.goto(f"{booking_tab}{path}")
            assert owner.evaluate("document.documentElement.scrollWidth") == size["width"], path
