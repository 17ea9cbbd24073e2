"""Two colleagues at one conversation: a note with a mention, who is here, and a saved reply that lacks a fact."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE
from tests.e2e.product import OWNER, REPLY_SECONDS, SETTER
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e

LIVE_MS = 40_000
NOTE = "Her budget ends in March."
MENTIONS = "SELECT target FROM notifications_notificationsendlog WHERE kind = 'mention'"
FIELDS = "SELECT count(*) FROM inbox_message WHERE body LIKE %s"


@pytest.fixture
def owner(context_of):
    opened = context_of(OWNER).new_page()
    problems = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    assert problems == []


def open_lead(page, product, email):
    product.pending_draft(email)
    page.goto(f"/?leadId={product.lead_id(email)}")
    expect(page.locator("#composer[data-draft]")).to_be_visible()


def name_of(product, login):
    return product.value("SELECT display_name FROM workspaces_user WHERE email = %s", login)


def test_hard_07_notes_cannot_be_sent_two_people_write_and_see(product, page, owner):
    email = "noted@notes.example"
    product.write(email, "Could you send more details?", first_name="Nora")
    open_lead(page, product, email)
    open_lead(owner, product, email)
    posts = len(product.provider_replies())

    # By keyboard: the tab, a name from the list, saved with Enter.
    owner.keyboard.press("n")
    expect(owner.locator("#note-text")).to_be_focused()
    writing = page.locator("#presence-line", has_text=f"{name_of(product, OWNER)} is writing…")
    for _second in range(LIVE_MS // 1000):
        # Who stops for some seconds is no longer writing when the other page asks.
        owner.keyboard.press("Space")
        owner.keyboard.press("Backspace")
        page.wait_for_timeout(1000)
        if writing.is_visible():
            break
    expect(page.locator("#presence-line")).to_have_text(f"{name_of(product, OWNER)} is writing…", timeout=LIVE_MS)
    owner.keyboard.type(f"{NOTE} @")
    expect(owner.locator(".mentions__one").first).to_be_visible()
    expect(page.locator(f"#row-{product.lead_id(email)} .here")).to_have_count(1)
    owner.keyboard.type(name_of(product, SETTER)[:2])
    owner.keyboard.press("Enter")
    owner.keyboard.press("Enter")

    for one in (owner, page):
        expect(one.locator("#thread .msg--note")).to_contain_text(NOTE, timeout=LIVE_MS)
        expect(one.locator("#thread .msg--note .mention")).to_have_text(f"@{name_of(product, SETTER)}")
    expect(owner.locator("#note-text")).to_have_value("")
    assert page.locator("#thread .msg--note").get_by_text("Edit").count() == 0
    wait_for(lambda: product.rows(MENTIONS), REPLY_SECONDS)
    assert len(product.rows(MENTIONS)) == 1
    assert product.value(FIELDS, f"%{NOTE}%") == 0
    assert product.outbound(email) == []
    assert len(product.provider_replies()) == posts

    # Gone on, nobody is shown here any more.
    owner.goto("/account/profile/")
    expect(page.locator("#presence-line")).to_be_hidden(timeout=LIVE_MS)


def test_typed_note_is_kept_and_a_refresh_does_not_take_it(product, page):
    email = "kept@notes.example"
    product.write(email, "Could you send more details?", first_name="Nora")
    open_lead(page, product, email)
    page.keyboard.press("n")
    expect(page.locator("#note-text")).to_be_focused()
    page.keyboard.type("Half a thought")

    product.write(email, "One more question.", first_name="Nora")
    expect(page.locator("#thread")).to_contain_text("One more question.", timeout=LIVE_MS)
    expect(page.locator("#note-text")).to_have_value("Half a thought")
    page.locator("#station .segments__tab").first.click()
    expect(page.locator("#editor")).to_be_visible()
    page.locator(".segments__tab--note").click()

    expect(page.locator("#note-text")).to_have_value("Half a thought")


def test_hard_07_placeholder_refused_of_a_saved_reply_and_nothing_was_sent(product, page):
    email = "saved@notes.example"
    product.write(email, "Could you send more details?", first_name="Nora")
    workspace = product.value("SELECT workspace_id FROM leads_lead WHERE id = %s", product.lead_id(email))
    page.goto(f"/w/{workspace}/settings/general/saved-replies/of/new")
    page.get_by_label("Title").fill("Pick a time")
    page.get_by_label("Text").fill("Hi {firstName}, choose a time: {phone}")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    open_lead(page, product, email)
    page.locator("#editor").fill("My own words.")
    page.keyboard.press("Escape")

    page.keyboard.press("i")
    page.keyboard.type("pick")
    expect(page.locator("#reply-preview")).to_contain_text("Hi Nora, choose a time: {phone}")
    page.keyboard.press("Enter")

    expect(page.locator("#editor")).to_have_value("My own words.\n\nHi Nora, choose a time: {phone}")
    expect(page.locator("#editor")).to_be_focused()
    page.get_by_role("button", name="Approve & send").click()
    expect(page.locator(".refusal[data-code='placeholder']")).to_contain_text("{phone}")
    assert product.outbound(email) == []
    assert product.provider_replies("choose a time") == []
    # The missing one is typed over, and then it leaves.
    page.locator("#editor").fill("My own words.\n\nHi Nora, choose a time: Tuesday.")
    page.get_by_role("button", name="Approve & send").click()
    expect(page.locator("#thread .msg--out[data-delivery='sent']")).to_have_count(1, timeout=LIVE_MS)


def test_phone_writes_a_note_within_its_width(product, context_of):
    email = "phone@notes.example"
    product.write(email, "Could you send more details?", first_name="Nora")
    product.pending_draft(email)
    page = context_of(SETTER, is_mobile=True, has_touch=True).new_page()
    page.set_viewport_size(PHONE)
    page.goto(f"/?leadId={product.lead_id(email)}")

    page.locator(".segments__tab--note").tap()
    page.locator("#note-text").fill("From the road")
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    page.get_by_role("button", name="Save note").tap()

    expect(page.locator("#thread .msg--note")).to_contain_text("From the road")
    assert widths == [PHONE["width"], PHONE["width"]]
