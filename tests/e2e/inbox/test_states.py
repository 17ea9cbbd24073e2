"""What the inbox says when there is nothing, when something failed, and when the log-in is over."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.product import OWNER, Session
from tests.e2e.watching import findings, watch

pytestmark = [pytest.mark.e2e, pytest.mark.wide]

TYPED = "Half a sentence that must not"
REFERENCE = {"x-request-id": "req-4711"}


@pytest.fixture(scope="module")
def talks(product) -> list[str]:
    """Two leads with drafts."""
    emails = ["one@states.example", "two@states.example"]
    for email in emails:
        product.write(email, "Could you send more details?", first_name="Stella")
    for email in emails:
        product.pending_draft(email)
    return [product.lead_id(email) for email in emails]


@pytest.fixture
def owner(context_of, product):
    """A log-in of its own: these tests end it, and make workspaces."""
    context = context_of()
    context.add_cookies(Session(product, OWNER, product.password).cookies())
    page = context.new_page()
    problems = watch(page)
    yield page
    assert problems == []


def test_new_workspace_says_what_comes_next(owner, product, talks):
    product.manage("create_workspace", "--name", "Empty", "--owner", OWNER)
    made = product.value("SELECT id FROM workspaces_workspace WHERE name = 'Empty' ORDER BY created_at DESC")
    owner.context.clear_cookies()
    owner.context.add_cookies(Session(product, OWNER, product.password).cookies())

    owner.goto(f"/?clientId={made}")
    region = owner.locator("#rows-region")
    expect(region).to_contain_text("No conversations yet")
    expect(region.get_by_role("link", name="Connect a provider")).to_be_visible()
    assert findings(owner) == []
    owner.locator("#tabs a[data-tab='attention']").click()
    expect(region).to_contain_text("All caught up")
    owner.locator("#search").fill("nobody at all")
    expect(region).to_contain_text("No matches")
    owner.get_by_role("link", name="Clear filters").click()
    expect(region).to_contain_text("All caught up")

    product.arrange("UPDATE workspaces_workspace SET status = 'deleted', deleted_at = now() WHERE id = %s", made)
    # The owner's next visit begins where the other tests expect it.
    owner.goto(f"/?clientId={product.value('SELECT workspace_id FROM leads_lead WHERE id = %s', talks[0])}")


def test_failed_conversation_and_list_have_a_reference_and_a_second_try(owner, product, talks):
    workspace = product.value("SELECT workspace_id FROM leads_lead WHERE id = %s", talks[0])
    owner.goto(f"/?clientId={workspace}")
    broken = re.compile(r"/inbox/(conversation|list)")
    owner.route(broken, lambda route: route.fulfill(status=500, headers=REFERENCE, body="no"))

    owner.locator(f"#row-{talks[0]} .lead__link").click()
    card = owner.locator("#conversation .error-card")
    expect(card).to_contain_text("could not be loaded")
    expect(card).to_contain_text("Ref req-4711")
    owner.locator("#search").fill("Stella")
    list_card = owner.locator("#list .error-card")
    expect(list_card).to_contain_text("Ref req-4711")
    # What was there before stays readable under the card.
    expect(owner.locator(f"#row-{talks[1]}")).to_be_visible()
    owner.unroute(broken)
    card.get_by_role("button", name="Retry").click()
    list_card.get_by_role("button", name="Retry").click()

    expect(owner.locator(f"#talk[data-lead='{talks[0]}']")).to_be_visible()
    expect(owner.locator("#rows .lead")).to_have_count(2)
    expect(owner.locator(".error-card")).to_have_count(0)


def test_hard_07_typed_text_kept_when_the_log_in_has_ended(owner, product, talks):
    owner.goto(f"/?leadId={talks[0]}")
    posts = len(product.provider_replies())
    owner.locator("#editor").fill(TYPED)
    sessions = [one["name"] for one in owner.context.cookies() if not one["name"].endswith("csrftoken")]
    for name in sessions:
        owner.context.clear_cookies(name=name)

    owner.locator("[data-send]").click()
    ended = owner.locator("#signed-out")
    expect(ended).to_contain_text("Your log-in has ended. Your text is kept.")
    with owner.context.expect_page() as opened:
        ended.get_by_role("link", name="Log in in a new tab").click()
    log_in = opened.value
    expect(owner.locator("#editor")).to_have_value(TYPED)
    log_in.locator("input[name=login]").fill(OWNER)
    log_in.locator("input[name=password]").fill(product.password)
    log_in.locator("input[name=password]").press("Enter")
    expect(log_in.locator("#list")).to_be_visible()
    owner.reload()

    expect(owner.locator("#editor")).to_have_value(TYPED)
    assert len(product.provider_replies()) == posts


def test_page_goes_on_after_a_log_in_in_another_tab(owner, product, talks):
    owner.goto(f"/?leadId={talks[0]}")
    owner.locator("#editor").fill(TYPED)
    owner.context.clear_cookies()
    tab = owner.context.new_page()
    tab.goto("/account/login/")
    tab.locator("input[name=login]").fill(OWNER)
    tab.locator("input[name=password]").fill(product.password)
    tab.locator("input[name=password]").press("Enter")
    expect(tab.locator("#list")).to_be_visible()

    status = owner.locator("#section-status select[name=status]")
    with owner.expect_response("**/status") as answer:
        status.select_option("qualified")

    assert answer.value.status == 200
    expect(owner.locator("#editor")).to_have_value(TYPED)


def test_refused_act_says_why_and_keeps_the_text(owner, talks):
    owner.goto(f"/?leadId={talks[1]}")
    owner.locator("#editor").fill(TYPED)
    status, toast = owner.locator("#section-status select[name=status]"), owner.locator("#toast")
    owner.context.clear_cookies(name="csrftoken")
    status.select_option("qualified")
    expect(toast).to_have_text("This page was open too long. Your text is kept; load the page again.")

    owner.route("**/status", lambda route: route.fulfill(status=500, body="<p>Fault</p>", headers=REFERENCE))
    status.select_option("unqualified")
    expect(toast).to_have_text("That did not work. Ref req-4711")

    expect(owner.locator("#editor")).to_have_value(TYPED)


def test_dialogs_give_the_focus_back_and_keys_are_off_in_fields(owner, talks):
    owner.goto(f"/?leadId={talks[0]}")
    keys = owner.locator("#keys")
    opener = owner.get_by_role("button", name="Keyboard shortcuts")
    opener.focus()
    owner.keyboard.press("Enter")
    expect(keys).to_be_visible()
    owner.keyboard.press("Escape")
    expect(opener).to_be_focused()
    views = owner.get_by_role("link", name="Saved views")
    views.focus()
    owner.keyboard.press("Enter")
    expect(owner.locator("#views-panel")).to_be_visible()
    owner.keyboard.press("Escape")
    expect(views).to_be_focused()
    snooze = owner.locator("summary[aria-label='Snooze']")
    snooze.focus()
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("button", name="Tomorrow")).to_be_visible()
    owner.keyboard.press("Escape")
    expect(snooze).to_be_focused()

    owner.locator("#editor").focus()
    owner.keyboard.press("Control+a")
    owner.keyboard.type("jkaxgesml?u")
    expect(owner.locator("#editor")).to_have_value("jkaxgesml?u")
    expect(owner.locator(f"#talk[data-lead='{talks[0]}']")).to_be_visible()
    expect(keys).to_be_hidden()
