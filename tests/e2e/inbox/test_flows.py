"""A setter's work with a pointer and without one, at 1440 and at 390 pixels: the same acts, the same rows."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE
from tests.e2e.inbox.flows import DESK, LIVE_MS, Hand, Keys, Pointer
from tests.e2e.product import OWNER, REPLY_SECONDS, SETTER
from tests.e2e.watching import overflow, watch
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e

WAYS = {"pointer": (Pointer, DESK), "keys": (Keys, DESK), "pointer390": (Pointer, PHONE), "keys390": (Keys, PHONE)}
# What each person of the cast is for; the first two stand beside each other in the list.
PARTS = ("second", "first", "reject", "act")
LEAD = "SELECT snooze_until_reply, snoozed_until IS NOT NULL, sentiment_tag FROM leads_lead WHERE email = %s"
ORDERS = "SELECT o.state FROM inbox_sendorder o JOIN leads_lead l ON l.id = o.lead_id WHERE l.email = %s"


@pytest.fixture(scope="module")
def cast(product):
    """Everybody writes at once; each test waits for its own draft only."""
    for way in WAYS:
        for part in PARTS:
            product.write(f"{part}-{way}@flows.example", "Could you send more details?", first_name=part.title())
    for way in WAYS:
        for part in PARTS:
            product.pending_draft(f"{part}-{way}@flows.example")
            product.mark_compared(f"{part}-{way}@flows.example")


@pytest.fixture(params=list(WAYS))
def way(request) -> str:
    return request.param


@pytest.fixture
def hand(way, cast, context_of, product) -> Hand:
    """The owner's hand: it may do all of it. Nothing it does leaves an error or widens the page."""
    kind, size = WAYS[way]
    phone = {"is_mobile": True, "has_touch": True} if (kind, size) == (Pointer, PHONE) else {}
    page = context_of(OWNER, **phone).new_page()
    page.set_viewport_size(size)
    problems = watch(page)
    yield kind(page, product)
    assert problems == []
    assert overflow(page) == 0


def who(part: str, way: str) -> str:
    return f"{part}-{way}@flows.example"


def test_reads_approves_and_goes_to_the_next(hand, way, product):
    first, second = who("first", way), who("second", way)
    hand.page.goto(f"/?search={way}@flows.example")
    hand.open(first)

    hand.approve()
    sent = hand.page.locator("#thread .msg--out[data-delivery='sent']")
    expect(sent).to_have_count(1, timeout=LIVE_MS)
    hand.next()

    expect(hand.talk(second)).to_be_visible()
    expect(sent).to_have_count(0)
    assert product.outbound(first) == ["sent"]
    assert product.outbound(second) == []


def test_rejects_with_a_reason(hand, way, product):
    email = who("reject", way)
    hand.open(email)
    draft, _text = product.pending_draft(email)

    hand.reject("Too long")

    expect(hand.page.locator("#composer[data-draft]")).to_have_count(0)
    expect(hand.page.locator("#thread")).to_contain_text("rejected", timeout=LIVE_MS)
    assert product.rows("SELECT status, reject_reason FROM inbox_draft WHERE id = %s", draft) == [
        ("rejected", "Too long")
    ]
    assert product.outbound(email) == []


def test_another_wording_takes_the_place_of_the_draft(hand, way, product):
    email = who("act", way)
    hand.open(email)
    before, _text = product.pending_draft(email)

    hand.regenerate()

    expect(hand.page.locator(f"#composer[data-draft]:not([data-draft='{before}'])")).to_be_visible(timeout=LIVE_MS)
    after, text = product.pending_draft(email)
    assert after != before
    expect(hand.page.locator("#editor")).to_have_value(text)


def test_undone_in_time_the_text_is_back(hand, way, product):
    email, words = who("act", way), f"Hello, in my own words by {way}."
    product.undo_seconds(OWNER, 40)
    try:
        hand.open(email)
        hand.write(words)
        hand.approve()
        expect(hand.page.locator("#undo")).to_be_visible()
        hand.undo()

        expect(hand.page.locator("#editor")).to_have_value(words, timeout=LIVE_MS)
        assert product.outbound(email) == []
        assert product.provider_replies(words) == []
    finally:
        product.undo_seconds(OWNER, 0)


def test_sent_later_and_taken_back(hand, way, product):
    email, words = who("act", way), f"For another day, by {way}."
    hand.open(email)
    hand.write(words)
    hand.choose(hand.page.locator("summary[aria-label='Send later']"))
    hand.choose(hand.page.locator("[data-send-at]").last)
    expect(hand.page.locator("[data-send]")).to_be_focused()
    hand.choose(hand.page.locator("[data-send]"))
    if isinstance(hand, Keys):
        hand.page.keyboard.press("Enter")
    expect(hand.page.locator(".scheduled__one")).to_contain_text(words)
    hand.choose(hand.page.locator("[data-unschedule]"))

    expect(hand.page.locator(".scheduled__one")).to_have_count(0, timeout=LIVE_MS)
    expect(hand.page.locator("#editor")).to_have_value(words)
    assert product.outbound(email) == []
    assert "done" not in product.rows(ORDERS, email)


def test_done_leaves_the_list_and_comes_back_when_woken(hand, way, product):
    email = who("act", way)
    hand.open(email)
    lead = product.lead_id(email)

    hand.done()
    expect(hand.page.locator(f"#row-{lead}")).to_have_count(0)
    expect(hand.talk(email)).to_have_count(0)
    assert product.rows(LEAD, email)[0][:2] == (True, False)
    hand.page.goto(f"/?tab=snoozed&leadId={lead}")
    hand.done()

    expect(hand.page.locator("#talk-head").get_by_text("Done until reply")).to_have_count(0)
    wait_for(lambda: product.rows(LEAD, email)[0][:2] == (False, False), REPLY_SECONDS)


def test_snoozed_until_tomorrow_and_woken_by_an_answer(hand, way, product):
    email = who("act", way)
    hand.open(email)
    lead = product.lead_id(email)

    hand.snooze()
    expect(hand.page.locator(f"#row-{lead}")).to_have_count(0)
    wait_for(lambda: product.rows(LEAD, email)[0][:2] == (False, True), REPLY_SECONDS)
    product.write(email, "One more question, please.")

    wait_for(lambda: product.rows(LEAD, email)[0][:2] == (False, False), REPLY_SECONDS)
    product.pending_draft(email)
    hand.page.goto("/")
    expect(hand.page.locator(f"#row-{lead}")).to_be_visible()


def test_sentiment_and_person_are_chosen(hand, way, product):
    email = who("act", way)
    hand.open(email)

    hand.pick("#sentiment", "Interested")
    wait_for(lambda: product.rows(LEAD, email)[0][2] == "Interested", REPLY_SECONDS)
    expect(hand.page.locator("#sentiment")).to_have_value("Interested")
    hand.page.keyboard.press("Escape")
    hand.pick("#assigned-to", "Sam Setter")

    given = "SELECT u.email FROM leads_lead l JOIN workspaces_user u ON u.id = l.assigned_to_id WHERE l.email = %s"
    wait_for(lambda: product.rows(given, email) == [SETTER], REPLY_SECONDS)
    expect(hand.page.locator("#assigned-to option:checked")).to_have_text("Sam Setter")
    hand.hide_drawer()


def test_contact_is_corrected_in_the_drawer(hand, way, product):
    email = who("act", way)
    hand.open(email)

    hand.show_drawer()
    hand.choose(hand.page.locator("#section-contact").get_by_text("Edit contact"))
    company = hand.page.get_by_label("Company", exact=True)
    company.focus()
    hand.page.keyboard.insert_text(f"Works of {way}")
    hand.page.keyboard.press("Enter")

    expect(hand.page.locator("#section-contact")).to_contain_text(f"Works of {way}")
    assert product.rows("SELECT company_name FROM leads_lead WHERE email = %s", email) == [f"Works of {way}"]
    hand.hide_drawer()


def test_search_narrows_and_a_tab_changes_the_list(hand, way):
    email = who("act", way)
    hand.page.goto("/")

    hand.search(email)
    expect(hand.page.locator("#rows .lead")).to_have_count(1)
    expect(hand.page).to_have_url(re.compile("search=act"))
    hand.page.locator("#search").fill("")
    expect(hand.page.locator("#rows .lead").nth(3)).to_be_attached()
    hand.choose(hand.page.locator("#tabs a[data-tab='needs_repair']"))

    expect(hand.page.locator("#rows-region")).to_contain_text("All caught up")
    expect(hand.page.locator("h1")).to_have_text("Needs repair")


def test_channel_is_changed_and_the_text_of_each_is_kept(hand, way):
    hand.open(who("act", way))
    hand.write(f"Mail words of {way}")
    hand.page.keyboard.press("Escape")

    hand.choose(hand.page.locator("#station .segments__tab").nth(1))
    expect(hand.page.locator("#station[data-channel='email']")).to_have_count(0)
    expect(hand.page.locator("#station .station__closed")).to_be_visible()
    hand.choose(hand.page.locator("#station .segments__tab").first)

    expect(hand.page.locator("#editor")).to_have_value(f"Mail words of {way}")
