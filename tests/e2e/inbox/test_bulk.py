"""Choosing many conversations, narrowing the list, keeping views: in a real browser, by keyboard and by mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE
from tests.e2e.product import OWNER

pytestmark = pytest.mark.e2e

RUN_MS = 40_000
WIDE = {"width": 1440, "height": 900}
SNOOZED = "SELECT email FROM leads_lead WHERE snooze_until_reply AND email LIKE %s ORDER BY email"

GIVEN = """
SELECT count(DISTINCT e.lead_id) FROM assignment_leadassignmentevent e JOIN leads_lead l ON l.id = e.lead_id
WHERE l.email LIKE %s AND e.source = 'manual' AND e.assigned_to_id = l.assigned_to_id
"""


@pytest.fixture
def desk(context_of) -> Page:
    """The owner's browser: bulk work is theirs."""
    context = context_of(OWNER)
    opened = context.new_page()
    opened.set_viewport_size(WIDE)
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    assert problems == []


def people(product, name: str, count: int) -> list[str]:
    """Leads that wrote, found by their first name; their replies were read."""
    emails = [f"{name.lower()}{number}@many.example" for number in range(count)]
    for email in emails:
        product.write(email, "Could you send more details?", first_name=name)
    for email in emails:
        product.pending_draft(email)
    return emails


def narrow(page: Page, name: str, count: int) -> None:
    """The list with these people only."""
    page.goto(f"/?search={name}")
    expect(page.locator("#rows .lead")).to_have_count(count)


def choose(page: Page, label: str) -> None:
    """Choose an act in the bar; the plan comes."""
    page.locator("#bulk-act").select_option(label=label)
    expect(page.locator("#bulk-title")).to_contain_text(label)


def test_chosen_by_mouse_planned_run_and_undone(product, desk):
    emails = people(product, "Bulka", 3)
    narrow(desk, "Bulka", 3)
    picks = desk.locator("#rows .lead__pick")

    picks.first.check()
    picks.last.click(modifiers=["Shift"])
    expect(desk.locator("[data-bulk-count]")).to_have_text("3 chosen")
    choose(desk, "Done (until they reply)")
    expect(desk.locator("#bulk-title")).to_have_text("Done (until they reply): 3 conversations")
    assert product.rows(SNOOZED, "bulka%") == []
    desk.locator("#bulk-run").get_by_role("button", name="Done (until they reply)").click()

    expect(desk.locator("#bulk-title")).to_contain_text("3 of 3 done", timeout=RUN_MS)
    assert product.rows(SNOOZED, "bulka%") == emails
    expect(desk.locator("#rows .lead")).to_have_count(0)
    # The result and its way back survive a reload.
    desk.reload()
    expect(desk.locator("#bulk-title")).to_contain_text("3 of 3 done")
    desk.locator("#bulk-run").get_by_role("button", name="Undo").click()
    expect(desk.locator("#bulk-title")).to_contain_text("3 undone", timeout=RUN_MS)
    assert product.rows(SNOOZED, "bulka%") == []


def test_chosen_by_keyboard_and_given_to_a_person(product, desk):
    emails = people(product, "Keya", 2)
    narrow(desk, "Keya", 2)

    desk.keyboard.press("j")
    expect(desk.locator("#talk")).to_be_visible(timeout=RUN_MS)
    desk.keyboard.press("Shift+X")
    expect(desk.locator("[data-bulk-count]")).to_have_text("1 chosen")
    desk.keyboard.press("j")
    expect(desk.locator(f"#talk[data-lead='{product.lead_id(emails[0])}']")).to_be_visible(timeout=RUN_MS)
    desk.keyboard.press("Shift+X")
    expect(desk.locator("[data-bulk-count]")).to_have_text("2 chosen")
    label = desk.locator("#bulk-act optgroup[label='Assign'] option").first.text_content()
    desk.locator("#bulk-act").focus()
    choose(desk, label)
    # The plan has the focus; the next stop is its button.
    expect(desk.locator("#bulk-title")).to_be_focused()
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")

    expect(desk.locator("#bulk-title")).to_contain_text("2 of 2 done", timeout=RUN_MS)
    assert product.value(GIVEN, "keya%") == 2
    desk.keyboard.press("Escape")
    expect(desk.locator("#bulk-run")).to_be_empty()


def test_view_is_made_used_and_deleted(product, desk):
    people(product, "Viewa", 1)
    narrow(desk, "Viewa", 1)

    desk.get_by_role("link", name="Saved views").click()
    panel = desk.locator("#views-panel")
    panel.get_by_label("Save the current filters as").fill("My Viewas")
    panel.get_by_role("button", name="Save", exact=True).click()
    expect(panel).to_contain_text("is saved.")
    desk.keyboard.press("Escape")
    desk.get_by_role("link", name="Remove filter “Viewa”").click()
    expect(desk.locator(".chosen")).to_have_count(0)
    desk.locator("#tabs").get_by_role("link", name="My Viewas").click()
    expect(desk.locator("#rows .lead")).to_have_count(1)
    expect(desk).to_have_url(re.compile("search=Viewa"))

    desk.get_by_role("link", name="Saved views").click()
    panel.get_by_label("Rename or delete My Viewas").click()
    panel.get_by_role("button", name="Delete this view").click()
    expect(panel).to_contain_text("Deleted.")
    expect(desk.locator("#tabs").get_by_role("link", name="My Viewas")).to_have_count(0)


def test_due_first_with_a_countdown_in_row_and_thread(product, desk):
    emails = people(product, "Duea", 3)
    for email, minutes in zip(emails, (90, -65, 12), strict=True):
        product.arrange(
            "UPDATE leads_lead SET due_at = now() + %s * interval '1 minute' + interval '20 seconds',"
            " overdue_noted_for = last_inbound_at WHERE email = %s",
            minutes,
            email,
        )
    narrow(desk, "Duea", 3)

    desk.get_by_label("Filter and order").click()
    desk.locator("#filters").get_by_label("Order").select_option("due")
    expect(desk).to_have_url(re.compile("sort=due"))

    expect(desk.locator("#rows .lead .due")).to_have_text(["overdue 1 h 4 m", "due in 12 m", "due in 1 h 30 m"])
    desk.keyboard.press("Escape")
    desk.locator("#rows .lead__link").first.click()
    expect(desk.locator("#talk-head .due")).to_contain_text("overdue 1 h")
    expect(desk.locator("#talk-head [data-waiting-since]")).to_contain_text("waiting")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["1440", "390"])
def test_filters_narrow_stay_in_the_address_and_go(product, context_of, size):
    name = f"Filta{size['width']}"
    people(product, name, 2)
    page = context_of(OWNER).new_page()
    page.set_viewport_size(size)
    narrow(page, name, 2)

    page.get_by_label("Filter and order").click()
    form = page.locator("#filters")
    expect(form.get_by_label("SMS campaign")).to_contain_text("Not attributed")
    form.get_by_label("SMS", exact=True).check()
    expect(page.locator("#rows .lead")).to_have_count(0)
    expect(page.locator("#rows-region")).to_contain_text("No matches")
    form.get_by_label("E-mail", exact=True).check()
    expect(page.locator("#rows .lead")).to_have_count(2)
    form.get_by_label("Assigned").select_option("none")
    expect(page).to_have_url(re.compile("channels=email&channels=sms.*assigned=none"))
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    expect(page.locator(".chosen__one")).to_have_count(4)
    expect(page.locator("[data-list-count]")).to_have_text("2")
    page.reload()
    expect(page.locator(".chosen__one")).to_have_count(4)
    page.get_by_role("link", name="Remove filter SMS").click()
    expect(page.locator(".chosen__one")).to_have_count(3)
    expect(page).not_to_have_url(re.compile("channels=sms"))
    page.get_by_role("link", name="Clear all").click()

    expect(page.locator(".chosen")).to_have_count(0)
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths == [size["width"], size["width"]]
