"""The composer in a real browser: what a refusal, an undo and a stranger's text do to what is typed."""

import json

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE
from tests.e2e.product import REPLY_SECONDS, SETTER
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e

LIVE_MS = 40_000
TYPED = "Hello Nora, in my own words."


def open_draft(page, product, email, text="Could you send more details?"):
    product.write(email, text, first_name="Nora")
    draft, _text = product.pending_draft(email)
    page.goto(f"/?leadId={product.lead_id(email)}&draftId={draft}")
    expect(page.locator(f"#composer[data-draft='{draft}']")).to_be_visible()


def test_hard_07_typed_text_kept_when_a_newer_message_refuses_it(product, page):
    email = "refused@composer.example"
    open_draft(page, product, email)
    page.locator("#editor").fill(TYPED)
    # The page does not know yet: its next look at the server is held back.
    page.route("**/api/inbox/changes*", lambda route: route.abort())
    product.write(email, "Wait, one more question first.", first_name="Nora")
    stored = "SELECT id FROM inbox_message WHERE from_email = %s AND body LIKE 'Wait%%'"
    wait_for(lambda: product.value(stored, email), REPLY_SECONDS)

    page.get_by_role("button", name="Approve & send").click()

    refusal = page.locator(".refusal[data-code='newer_message']")
    expect(refusal).to_contain_text("Wait, one more question first.")
    expect(page.locator("#editor")).to_have_value(TYPED)
    assert product.outbound(email) == []
    page.reload()
    expect(page.locator("#editor")).to_have_value(TYPED)


def test_sent_while_its_own_saving_is_on_its_way(product, page):
    email, words = "saved@composer.example", "Hello Nora, sent while it is being saved."
    open_draft(page, product, email)
    answers = []

    def hold(route):
        if route.request.method == "PATCH":
            answers.append((route, route.fetch()))
        else:
            route.continue_()

    page.route("**/api/inbox/drafts/*", hold)
    page.locator("#editor").fill(words)
    for _moment in range(LIVE_MS // 100):
        page.wait_for_timeout(100)
        if answers:
            break
    # The server has the new version already, the page does not know of it.
    page.get_by_role("button", name="Approve & send").click()
    [(route, answer)] = answers
    assert answer.status == 200
    route.fulfill(response=answer)

    expect(page.locator("#thread .msg--out[data-delivery='sent']")).to_contain_text(words, timeout=LIVE_MS)
    assert product.outbound(email) == ["sent"]


def test_undo_brings_the_text_back_and_nothing_left(product, page):
    email = "undone@composer.example"
    product.undo_seconds(SETTER, 30)
    try:
        open_draft(page, product, email)
        page.locator("#editor").fill(TYPED)
        page.get_by_role("button", name="Approve & send").click()
        page.get_by_role("button", name="Undo").click()

        expect(page.locator("#editor")).to_have_value(TYPED)
        expect(page.get_by_text("Not sent. Your text is back.")).to_be_visible()
        assert product.outbound(email) == []
        assert product.provider_replies("in my own words") == []
    finally:
        product.undo_seconds(SETTER, 0)


def test_on_a_phone_the_message_stays_in_sight_after_an_undo(product, context_of):
    email = "pocket@composer.example"
    pocket = context_of(SETTER, is_mobile=True, has_touch=True).new_page()
    pocket.set_viewport_size(PHONE)
    product.undo_seconds(SETTER, 30)
    try:
        open_draft(pocket, product, email)
        pocket.get_by_role("button", name="Approve & send").tap()
        pocket.get_by_role("button", name="Undo").tap()
        expect(pocket.get_by_text("Not sent. Your text is back.")).to_be_visible()
    finally:
        product.undo_seconds(SETTER, 0)

    expect(pocket.locator(".recipients")).not_to_have_attribute("open", "")
    # The label of the button is whole, and a third of the screen is left for what the lead wrote.
    button = pocket.locator("[data-send]")
    assert button.evaluate("(one) => one.scrollWidth - one.clientWidth") == 0
    assert pocket.locator("#thread-scroll").bounding_box()["height"] > PHONE["height"] / 3
    expect(pocket.locator("#thread .msg--in").last).to_be_in_viewport()
    # A channel that only shows its picture still says its name.
    expect(pocket.get_by_role("tab", name="LinkedIn")).to_be_visible()


def test_hard_07_safe_rendering_runs_nothing_of_a_message(product, page):
    email = "script@composer.example"
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    text = "Hi <script>alert(1)</script> <img src=x onerror=alert(2)> [click](javascript:alert(3)) send more details"
    open_draft(page, product, email, text)

    message = page.locator("#thread .msg--in").first
    expect(message).to_contain_text("send more details")
    message.get_by_text("Show original").click()
    expect(message.locator("pre")).to_be_visible()

    assert said == []
    assert message.locator("script, img, a[href^='javascript']").count() == 0


def test_lost_connection_is_said_and_found_again(product, page):
    page.goto("/")
    expect(page.locator("#live-state")).to_have_text("Live")

    page.route("**/api/inbox/changes*", lambda route: route.abort())
    expect(page.locator("#live-state")).to_have_text("Reconnecting…", timeout=LIVE_MS)
    page.unroute("**/api/inbox/changes*")

    expect(page.locator("#live-state")).to_have_text("Live", timeout=LIVE_MS)


def test_hard_07_typed_text_kept_beside_a_scheduled_message(product, page):
    email, later = "later@composer.example", "For another day, then."
    open_draft(page, product, email)
    page.locator("#editor").fill(later)
    page.locator("summary[aria-label='Send later']").click()
    page.locator("[data-send-at]").last.click()
    page.locator("[data-send]").click()
    scheduled = page.locator(".scheduled__one")
    expect(scheduled).to_contain_text(later)

    page.locator("#editor").fill(TYPED)
    page.get_by_role("button", name="Do not send; put the text back").click()

    expect(page.locator("#draft-offer")).to_contain_text(later)
    expect(page.locator("#editor")).to_have_value(TYPED)
    page.locator("#draft-offer").get_by_role("button", name="Use").click()
    expect(page.locator("#editor")).to_have_value(later)
    expect(scheduled).to_have_count(0)
    assert product.outbound(email) == []


def test_scripts_speak_the_language_the_page_brings(product, page):
    # A language whose numbers change their form at two, as no rule of English does.
    words = {
        "texts": {"Reconnecting…": "[again]", "{n} chosen": ["[{n}, one form]", "[{n}, another]"]},
        "plural": "".join(str(int(n % 100 > 1)) for n in range(200)),
    }
    block = f'<script id="script-words" type="application/json">{json.dumps(words)}</script>'

    def translated(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</body>", f"{block}</body>"))

    page.route(lambda url: url.endswith("/?spoken=1"), translated)
    page.route("**/api/inbox/changes*", lambda route: route.abort())
    page.goto("/?spoken=1")

    expect(page.locator("#live-state")).to_have_text("[again]", timeout=LIVE_MS)
    said = page.evaluate("[1, 2, 301].map((n) => zrg.ngettext('{n} chosen', '{n} chosen', n))")
    assert said == ["[1, one form]", "[2, another]", "[301, one form]"]
    assert page.evaluate("zrg.gettext('Ref {reference}', { reference: 7 })") == "Ref 7"
