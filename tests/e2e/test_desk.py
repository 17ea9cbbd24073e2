"""How a setter works: by phone, by keyboard, and with text that nothing overwrites."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE
from tests.e2e.product import SETTER

pytestmark = pytest.mark.e2e

LIVE_MS = 40_000


def open_lead(page: Page, product, email: str) -> None:
    """Open the inbox with the lead's conversation, once its draft waits."""
    product.pending_draft(email)
    page.goto(f"/?leadId={product.lead_id(email)}")
    expect(page.locator("#composer[data-draft]")).to_be_visible()


def test_phone_runs_from_list_to_thread_to_approval_and_back(product, context_of):
    email = "phone@desk.example"
    product.write(email, "Sounds interesting, how much is it?", first_name="Phyllis")
    _draft, text = product.pending_draft(email)
    context = context_of(SETTER, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.set_viewport_size(PHONE)

    page.goto("/")
    expect(page.locator("#list")).to_be_visible()
    expect(page.locator("#conversation")).to_be_hidden()
    page.locator(f"#row-{product.lead_id(email)} a").tap()
    expect(page.locator("#talk-name")).to_have_text("Phyllis")
    expect(page.locator("#list")).to_be_hidden()
    expect(page.locator("#editor")).to_have_value(text)
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    page.get_by_role("button", name="Approve & send").tap()
    expect(page.locator("#thread .msg--out[data-delivery='sent']")).to_have_count(1, timeout=LIVE_MS)
    page.get_by_role("link", name="Back to the list").tap()

    expect(page.locator("#list")).to_be_visible()
    expect(page.locator("#conversation")).to_be_hidden()
    assert widths == [PHONE["width"], PHONE["width"]]
    assert product.outbound(email) == ["sent"]


def test_keyboard_writes_a_reply_approves_a_draft_and_goes_on(product, page):
    emails = [f"keys{number}@desk.example" for number in (1, 2, 3)]
    for email in emails:
        product.write(email, "Could you send more details?", first_name="Kim")
        product.pending_draft(email)
    page.goto("/")
    expect(page.locator("#rows .lead").first).to_be_visible()
    newest_first = list(reversed(emails))

    page.keyboard.press("j")
    expect(page.locator(f"#talk[data-lead='{product.lead_id(newest_first[0])}'] #composer[data-draft]")).to_be_visible()
    page.keyboard.press("r")
    expect(page.locator("#editor")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Hello Kim, here is the one page that says it all.")
    page.keyboard.press("Enter")
    expect(page.locator("[data-send-label]")).to_have_text("Press again to send")
    assert product.outbound(newest_first[0]) == []
    page.keyboard.press("Enter")
    expect(page.locator("#thread .msg--out[data-delivery='sent']")).to_have_count(1, timeout=LIVE_MS)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    second = product.lead_id(newest_first[1])
    expect(page.locator(f"#talk[data-lead='{second}'] #composer[data-draft]")).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator("[data-send-label]")).to_have_text("Press again to send")
    page.keyboard.press("a")
    expect(page.locator("#thread .msg--out[data-delivery='sent']")).to_have_count(1, timeout=LIVE_MS)
    page.keyboard.press("j")
    expect(page.locator(f"#talk[data-lead='{product.lead_id(newest_first[2])}']")).to_be_visible()

    assert [product.outbound(email) for email in emails] == [[], ["sent"], ["sent"]]
    typed = product.provider_replies("here is the one page that says it all")
    assert [one["json"]["to_emails"][0]["email_address"] for one in typed] == [newest_first[0]]


def test_keys_do_nothing_for_a_person_who_turned_them_off(product, page):
    email = "nokeys@desk.example"
    product.write(email, "Could you send more details?", first_name="Noor")
    product.lead_id(email)
    wanted = (
        "UPDATE workspaces_userpreference SET shortcuts = {}"
        " WHERE user_id = (SELECT id FROM workspaces_user WHERE email = %s)"
    )
    product.arrange(wanted.format("false"), SETTER)
    page.goto("/")
    expect(page.locator("#rows .lead").first).to_be_visible()

    for key in ("j", "?", "v"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.locator("#keys")).to_contain_text("Single keys are off.")
    opened = page.locator("#talk").count()
    product.arrange(wanted.format("true"), SETTER)
    page.goto("/")
    page.keyboard.press("j")

    expect(page.locator("#talk")).to_be_visible()
    assert opened == 0


@pytest.mark.parametrize("saved", [False, True], ids=["unsaved", "saved"])
def test_hard_07_typed_text_kept_when_a_new_draft_arrives(product, page, saved):
    email = f"typed-{'saved' if saved else 'unsaved'}@desk.example"
    product.write(email, "Could you send more details?", first_name="Tess")
    open_lead(page, product, email)
    first_draft, _text = product.pending_draft(email)
    lead = product.lead_id(email)
    typed = "My own words, not finished yet"
    page.locator("#editor").fill(typed)
    if saved:
        expect(page.locator("#composer-state")).to_have_text("Saved")
        page.locator("#editor").press("Escape")

    # As if some minutes had passed: somebody who writes in pieces is answered once, after a while.
    product.arrange("UPDATE inbox_message SET created_at = created_at - interval '5 minutes' WHERE lead_id = %s", lead)
    product.write(email, "And what does it cost?", first_name="Tess")

    offer = page.locator("#draft-offer")
    expect(offer).to_be_visible(timeout=LIVE_MS)
    expect(offer).to_contain_text("New draft available")
    expect(page.locator("#thread .msg--in")).to_have_count(2)
    expect(page.locator("#editor")).to_have_value(typed)
    second_draft, text = product.pending_draft(email)
    assert second_draft != first_draft
    page.reload()
    expect(offer).to_be_visible()
    expect(page.locator("#editor")).to_have_value(typed)
    offer.get_by_role("button", name="Use").click()
    expect(page.locator("#editor")).to_have_value(text)
    page.reload()
    expect(page.locator("#editor")).to_have_value(text)
    expect(offer).to_be_hidden()
    assert product.pending_draft(email) == (second_draft, text)
    assert product.outbound(email) == []
