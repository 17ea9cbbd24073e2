"""Leads given to setters in a browser: the rotation is set up, gives in turn, a manager decides otherwise."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import PHONE
from tests.e2e.product import OWNER, REPLY_SECONDS, SETTER, Product, Session
from tests.stack.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.wide]

DESK = {"width": 1440, "height": 900}
SECOND, SECOND_NAME = "tove@rotation.example", "Tove Second"
QUESTION = "Could you send more details?"
WORKSPACE = "SELECT workspace_id FROM workspaces_membership m JOIN workspaces_user u ON u.id = m.user_id"


@pytest.fixture
def owner(context_of: Callable[..., BrowserContext], product: Product) -> Iterator[Page]:
    """The owner, with a log-in of their own; an error in the page's scripts fails the test."""
    yield from opened_by(OWNER, context_of, product)


@pytest.fixture
def setter(context_of: Callable[..., BrowserContext], product: Product, people: str) -> Iterator[Page]:
    """The demo's setter, who sees assigned leads only."""
    yield from opened_by(SETTER, context_of, product)


def opened_by(login: str, context_of: Callable[..., BrowserContext], product: Product) -> Iterator[Page]:
    context = context_of()
    context.add_cookies(Session(product, login, product.password).cookies())  # type: ignore[arg-type]
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    assert problems == []


@pytest.fixture
def people(product: Product) -> Iterator[str]:
    """A second person with an account, and a first setter without `view_all_leads`; as before afterwards."""
    workspace = str(product.value(f"{WORKSPACE} WHERE u.email = %s", SETTER))
    product.arrange(
        "INSERT INTO workspaces_user SELECT (jsonb_populate_record(u, jsonb_build_object('id', gen_random_uuid(),"
        " 'email', %s::text, 'display_name', %s::text))).* FROM workspaces_user u WHERE email = %s",
        SECOND,
        SECOND_NAME,
        SETTER,
    )
    extras = "UPDATE workspaces_membership SET extra_permissions = %s WHERE user_id = %s"
    product.arrange(extras, [], user_id(product, SETTER))
    yield workspace
    product.arrange(extras, ["view_all_leads"], user_id(product, SETTER))
    product.arrange(
        "UPDATE workspaces_membership SET is_active = false, deactivated_at = now() WHERE user_id = %s",
        user_id(product, SECOND),
    )
    product.arrange(
        "UPDATE workspaces_workspacesettings SET round_robin_enabled = false, round_robin_setter_sequence = '{}',"
        " round_robin_last_setter_index = NULL WHERE workspace_id = %s",
        workspace,
    )


def user_id(product: Product, email: str) -> str:
    return str(product.value("SELECT id FROM workspaces_user WHERE email = %s", email))


def fits(page: Page) -> None:
    """Nothing to scroll to the side, at a phone and at a desk."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        page.wait_for_function(f"document.documentElement.scrollWidth === {size['width']}")


def save_rotation(page: Page, workspace: str) -> None:
    """Two setters, the first one twice as often."""
    page.goto(f"/w/{workspace}/settings/integrations/assignments")
    page.get_by_label("Assign leads with interest in turn").check()
    page.get_by_label("Add by e-mail address").first.fill(SECOND)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("checkbox", name=SECOND_NAME)).to_be_checked()
    turns = page.locator(".turn__who")
    for number, email in enumerate((SETTER, SECOND, SETTER), start=1):
        page.get_by_label("Setter to add").select_option(email)
        page.get_by_role("button", name="Add to the order").click()
        expect(turns).to_have_count(number)
    expect(page.get_by_text("Not saved yet. A changed order starts at its top.")).to_be_visible()
    # By keyboard: the last one moves up and keeps the focus.
    page.get_by_role("button", name="Move Sam Setter up from place 3").focus()
    page.keyboard.press("Enter")
    expect(turns).to_have_text(["Sam Setter", "Sam Setter", SECOND_NAME])
    fits(page)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Not saved yet")).to_have_count(0)


def write(product: Product, name: str) -> str:
    """A reply with interest; the lead's id once a setter has it."""
    email = f"{name.lower()}@rotation.example"
    product.write(email, QUESTION, first_name=name)
    lead = product.lead_id(email)
    wait_for(lambda: holder(product, lead), REPLY_SECONDS)
    return lead


def holder(product: Product, lead: str) -> str | None:
    return product.value(
        "SELECT u.email FROM leads_lead l JOIN workspaces_user u ON u.id = l.assigned_to_id WHERE l.id = %s", lead
    )


def open_drawer(page: Page, workspace: str, lead: str) -> None:
    page.goto(f"/?view=inbox&clientId={workspace}&leadId={lead}")
    expect(page.locator("#section-assignment")).to_be_attached()
    if not page.locator("#section-assignment").is_visible():
        page.locator("[data-toggle-drawer]").first.click()
    expect(page.locator("#section-assignment")).to_be_visible()


def test_leads_are_given_in_turn_and_by_hand(owner: Page, setter: Page, product: Product, people: str) -> None:
    save_rotation(owner, people)
    stored = product.value(
        "SELECT round_robin_setter_sequence FROM workspaces_workspacesettings WHERE workspace_id = %s", people
    )
    first, second = user_id(product, SETTER), user_id(product, SECOND)
    assert [str(one) for one in stored] == [first, first, second]

    leads = [write(product, name) for name in ("Ada", "Bela", "Cleo")]
    assert [holder(product, lead) for lead in leads] == [SETTER, SETTER, SECOND]

    # Where there is room the drawer stands beside the thread; on a phone it is a sheet over it.
    for size in (DESK, PHONE):
        owner.set_viewport_size(size)
        open_drawer(owner, people, leads[2])
        expect(owner.get_by_label("Assigned to")).to_have_value(second)
        owner.locator("#section-assignment").get_by_text("History").click()
        expect(owner.locator("#section-assignment li")).to_have_count(1)
        fits_now(owner, size)

    # A manager takes the second lead from the one setter and gives it to the other.
    owner.set_viewport_size(DESK)
    open_drawer(owner, people, leads[1])
    owner.get_by_label("Assigned to").select_option(second)
    expect(owner.locator("#toast")).to_have_text("Assignment saved.")
    expect(owner.get_by_label("Assigned to")).to_have_value(second)
    ledger = (
        "SELECT source, assigned_to_id::text FROM assignment_leadassignmentevent WHERE lead_id = %s ORDER BY created_at"
    )
    assert product.rows(ledger, leads[1]) == [("round_robin", first), ("manual", second)]

    # What a person may see is kept for half a minute.
    theirs = Session(product, SETTER, product.password)
    wait_for(lambda: theirs.get(f"/api/inbox/conversations/{leads[1]}").status_code == 404, REPLY_SECONDS)
    for size in (DESK, PHONE):
        setter.set_viewport_size(size)
        setter.goto(f"/?view=inbox&clientId={people}")
        expect(setter.locator(f"#row-{leads[0]}")).to_be_visible()
        for lead in leads[1:]:
            expect(setter.locator(f"#row-{lead}")).to_have_count(0)
    open_drawer(setter, people, leads[0])
    # Who may not give leads away sees the name alone.
    expect(setter.locator("#section-assignment")).to_contain_text("Sam Setter")
    expect(setter.locator("#section-assignment select")).to_have_count(0)

    see_fairness(owner, people)


def fits_now(page: Page, size: dict[str, int]) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def see_fairness(page: Page, workspace: str) -> None:
    """What was given in turn counts; what was given by hand does not."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        page.goto(f"/admin/assignment/leadassignmentevent/fairness/?workspace={workspace}")
        expect(page.get_by_role("heading", name="The last 7 days: 3 leads assigned in turn")).to_be_visible()
        rows = page.locator("table").first.locator("tbody tr")
        expect(rows).to_have_count(2)
        expect(rows.filter(has_text="Sam Setter").locator("td").nth(1)).to_have_text("2")
        expect(rows.filter(has_text=SECOND_NAME).locator("td").nth(1)).to_have_text("1")
        fits_now(page, size)
