"""A pushed lead on its way, in a browser: the secret, a rule that is tried and saved, the retry that routes."""

from collections.abc import Callable, Iterator

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import PHONE, WIDE
from tests.e2e.product import OWNER, Product, Session
from tests.stack.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.wide]

PARTNER = "Lakeside"
SECONDS = 60
HERE = "SELECT count(*) FROM leads_lead WHERE workspace_id = %s"
SECRET = "push-hook-3c9e1a7f5b2d8046"  # opens nothing


@pytest.fixture
def owner(context_of: Callable[..., BrowserContext], product: Product) -> Iterator[Page]:
    """The owner, with a log-in of their own; an error in the page's scripts fails the test."""
    context = context_of()
    context.add_cookies(Session(product, OWNER, product.password).cookies())  # type: ignore[arg-type]
    opened, problems = context.new_page(), []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    assert problems == []


def make_workspace(product: Product, name: str) -> str:
    """A workspace of the owner."""
    product.manage("create_workspace", "--name", name, "--owner", OWNER)
    return str(product.value("SELECT id FROM workspaces_workspace WHERE name = %s ORDER BY created_at DESC", name))


@pytest.fixture
def source(product: Product) -> Iterator[str]:
    """A workspace of the owner with an agreement, three leads and routing switched on; gone afterwards."""
    made, partner = (make_workspace(product, name) for name in ("Collected", PARTNER))
    product.arrange("UPDATE workspaces_workspacesettings SET lead_routing_enabled = true WHERE workspace_id = %s", made)
    product.arrange(
        "INSERT INTO assignment_routingpartner (id, workspace_id, destination_workspace_id, status, status_reason,"
        " accept_conditions, credit_amount, return_window_days, notes, created_at, updated_at)"
        " VALUES (gen_random_uuid(), %s, %s, 'active', '', '{}', 0, 7, '', now(), now())",
        made,
        partner,
    )
    yield made
    product.arrange(
        "UPDATE workspaces_workspace SET status = 'deleted', deleted_at = now() WHERE id = ANY (%s::uuid[])",
        [made, partner],
    )


@pytest.fixture
def strangers(product: Product) -> Iterator[tuple[str, str]]:
    """Two workspaces of the owner without an agreement; gone afterwards."""
    first, second = (make_workspace(product, name) for name in ("Gathered", "Hillside"))
    yield first, second
    product.arrange(
        "UPDATE workspaces_workspace SET status = 'deleted', deleted_at = now() WHERE id = ANY (%s::uuid[])",
        [first, second],
    )


def fits(page: Page) -> None:
    """The page needs no scrolling to the side, at a phone and at a desk."""
    for size in (PHONE, WIDE):
        page.set_viewport_size(size)
        page.wait_for_function(f"document.documentElement.scrollWidth === {size['width']}")


def push(product: Product, source: str, number: int, industry: str) -> None:
    """As a program that collects leads does it."""
    answer = requests.post(
        f"{product.url}/api/webhooks/lead-push/api?clientId={source}",
        json={"id": f"c-{number}", "email": f"collected{number}@people.example", "industry": industry},
        headers={"Authorization": f"Bearer {SECRET}"},
        timeout=SECONDS,
    )
    assert (answer.status_code, answer.json().get("queued")) == (200, True), answer.text


def connect_push(owner: Page, source: str) -> None:
    """The secret programs that collect leads show."""
    owner.goto(f"/w/{source}/settings/integrations/lead-push")
    owner.get_by_label("Webhook secret").fill(SECRET)
    owner.get_by_role("button", name="Connect").click()
    expect(owner.get_by_text("Saved.")).to_be_visible()


def push_three(product: Product, source: str) -> None:
    """Three leads, and they are there."""
    for number, industry in enumerate(("Dental", "Dental", "Retail")):
        push(product, source, number, industry)
    wait_for(lambda: product.value(HERE, source) == 3, SECONDS)


def switch_routing(product: Product, source: str, on: bool) -> None:
    """As its owner switches it in the settings."""
    product.arrange(
        "UPDATE workspaces_workspacesettings SET lead_routing_enabled = %s WHERE workspace_id = %s", on, source
    )


def test_pushed_leads_are_routed_by_a_rule_that_was_tried(owner: Page, product: Product, source: str) -> None:
    connect_push(owner, source)
    push_three(product, source)

    owner.goto(f"/w/{source}/settings/integrations/routing")
    owner.get_by_role("link", name="Write the first rule").click()
    owner.get_by_label("Name", exact=True).fill("Dental to the lake")
    owner.get_by_label("Leads go to").select_option(label=PARTNER)
    owner.get_by_label("Values, one per line").fill("dental")
    expect(owner.get_by_text("Fits 2 of the last 3 leads.")).to_be_visible()

    # The condition changes by keyboard: another field brings its own operators.
    owner.get_by_role("button", name="Add a condition").focus()
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("group", name="Condition 2").get_by_label("What")).to_be_focused()
    # Chromium puts the cursor there as it appears, twenty milliseconds before anything listens.
    expect(owner.locator(".htmx-added")).to_have_count(0)
    owner.get_by_role("group", name="Condition 2").get_by_label("What").select_option("employee_count")
    expect(owner.get_by_role("group", name="Condition 2").get_by_label("Comparison")).to_have_value("gte")
    owner.get_by_role("button", name="Save", exact=True).last.click()
    expect(owner.get_by_role("alert")).to_contain_text("Nothing was saved. A number is needed.")
    owner.get_by_role("button", name="Remove condition 2").click()
    expect(owner.get_by_role("group", name="Condition 2")).to_have_count(0)
    fits(owner)
    owner.get_by_role("button", name="Save", exact=True).last.click()

    expect(owner.get_by_text("Industry is one of dental")).to_be_visible()
    # What found no place before the rule was there is tried again, once.
    product.arrange("UPDATE assignment_routingqueueentry SET next_retry_at = now() WHERE workspace_id = %s", source)
    product.manage("process_routing_queue", "--all")
    routed = "SELECT routing_status, count(*) FROM leads_lead WHERE source_workspace_id = %s GROUP BY 1 ORDER BY 1"
    wait_for(lambda: product.rows(routed, source) == [("pending", 1), ("routed", 2)], SECONDS)
    logged = "SELECT count(*) FROM assignment_routinglog WHERE source_workspace_id = %s AND routing_result = 'success'"
    assert product.value(logged, source) == 2


def test_leads_that_were_there_before_are_handed_to_the_rules(owner: Page, product: Product, source: str) -> None:
    connect_push(owner, source)
    switch_routing(product, source, on=False)
    push_three(product, source)
    switch_routing(product, source, on=True)
    partner = product.value(
        "SELECT destination_workspace_id FROM assignment_routingpartner WHERE workspace_id = %s", source
    )
    rule = {"name": "Everybody", "destinationWorkspaceId": str(partner)}
    answer = Session(product, OWNER, product.password).post(f"/api/routing/rules?clientId={source}", rule)
    assert answer.status_code == 201, answer.text

    owner.set_viewport_size(WIDE)
    owner.goto(f"/?view=inbox&clientId={source}&tab=all")
    rows = owner.locator("#rows .lead")
    expect(rows).to_have_count(3)
    for number in (0, 1):
        rows.locator(".lead__pick").nth(number).check(force=True)
    owner.locator("#bulk-act").select_option(label="Route to partners")
    plan = owner.locator("#bulk-run")
    expect(plan).to_contain_text("Route to partners: 2 conversations")
    expect(plan).to_contain_text("The rules decide which partner gets each lead. This cannot be undone.")
    fits(owner)
    assert product.value(HERE, source) == 3

    plan.get_by_role("button", name="Route to partners").click()

    expect(plan).to_contain_text("2 of 2 done", timeout=SECONDS * 1_000)
    expect(plan.get_by_role("button", name="Undo")).to_have_count(0)
    wait_for(lambda: product.value(HERE, partner) == 2, SECONDS)
    assert product.value(HERE, source) == 1
    fits(owner)
    owner.reload()
    expect(rows).to_have_count(1)


def test_an_agreement_is_proposed_limited_and_accepted(
    owner: Page, product: Product, strangers: tuple[str, str]
) -> None:
    source, destination = strangers
    status = "SELECT status FROM assignment_routingpartner WHERE workspace_id = %s"

    owner.goto(f"/w/{source}/settings/integrations/partner-workspaces")
    fits(owner)
    owner.get_by_label("Workspace that should take leads").select_option(label="Hillside")
    owner.get_by_label("Credit per lead").fill("4.50")
    owner.get_by_role("button", name="Propose", exact=True).click()
    expect(owner.get_by_text("Proposed. Their admin has to accept.")).to_be_visible()
    expect(owner.get_by_role("button", name="Accept")).to_have_count(0)

    owner.goto(f"/w/{destination}/settings/integrations/partner-workspaces")
    owner.get_by_role("link", name="Gathered").click()
    # A condition more is shown without a save, and stays where the keyboard was.
    owner.get_by_role("button", name="Add a condition").focus()
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("group", name="Condition 1").get_by_label("What")).to_be_focused()
    owner.get_by_label("Values, one per line").fill("dental")
    expect(owner.get_by_label("Time zone")).to_be_hidden()
    owner.get_by_label("Only at certain hours").check()
    expect(owner.get_by_label("Time zone")).to_be_visible()
    fits(owner)
    owner.get_by_label("A day at most").fill("5")
    owner.get_by_role("button", name="Save", exact=True).last.click()
    expect(owner.get_by_text("Saved.")).to_be_visible()
    owner.get_by_role("button", name="Accept").click()
    expect(owner.get_by_text("Accepted. Leads may come from now on.")).to_be_visible()

    assert product.value(status, source) == "active"
    stored = product.rows(
        "SELECT cap_daily, schedule ->> 'from', accept_conditions #>> '{all,0,value,0}', credit_amount::text"
        " FROM assignment_routingpartner WHERE workspace_id = %s",
        source,
    )
    assert stored == [(5, "09:00", "dental", "4.50")]
