"""Nothing jumps while it loads or refreshes, and the next conversation is there before it is asked for."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE
from tests.e2e.product import SETTER
from tests.e2e.watching import shift, watch, watch_shifts

pytestmark = [pytest.mark.e2e, pytest.mark.wide]

DESK = {"width": 1440, "height": 900}
LIVE_MS = 40_000
# What counts as stable is 0.1; a list of rows has no reason to come near it.
MOST_SHIFT = 0.02


# Longer than its box: where a thread is shorter, what comes pushes it up, as everywhere.
LONG = "\n".join(["Could you send more details?", *["We work in three places, and each has a manager."] * 20])


def talk(product, email: str) -> str:
    """A lead with a draft, at rest; its id."""
    product.write(email, LONG, first_name="Sue")
    product.pending_draft(email)
    product.mark_compared(email)
    return product.lead_id(email)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1440", "390"])
def test_nothing_moves_by_itself_while_loading_and_when_a_message_comes(product, context_of, size):
    email = f"width{size['width']}@smooth.example"
    lead = talk(product, email)
    page = context_of(SETTER).new_page()
    page.set_viewport_size(size)
    problems = watch(page)
    watch_shifts(page)

    page.goto("/")
    expect(page.locator("#rows .lead").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    on_list = shift(page)
    page.goto(f"/?leadId={lead}")
    expect(page.locator("#composer[data-draft]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    on_thread = shift(page)
    arrived = page.locator("#thread .msg--in").count() + 1
    product.write(email, "And one more thing.", first_name="Sue")
    expect(page.locator("#thread .msg--in")).to_have_count(arrived, timeout=LIVE_MS)
    on_refresh = shift(page) - on_thread

    assert [on_list <= MOST_SHIFT, on_thread <= MOST_SHIFT, on_refresh <= MOST_SHIFT] == [True] * 3, page.evaluate(
        "window.__shifts"
    )
    assert problems == []


def test_next_conversation_opens_without_the_network(product, context_of):
    page = context_of(SETTER).new_page()
    # The newest stands first.
    second, first = (talk(product, f"ahead{number}@smooth.example") for number in (1, 2))
    page.goto("/?search=ahead")
    expect(page.locator(f"#row-{first}")).to_be_visible()

    with page.expect_response(lambda answer: f"/conversation/{second}" in answer.url):
        page.locator(f"#row-{first} .lead__link").click()
    expect(page.locator(f"#talk[data-lead='{first}']")).to_be_visible()
    page.route("**/*", lambda route: route.abort())
    page.keyboard.press("j")

    expect(page.locator(f"#talk[data-lead='{second}'] #composer[data-draft]")).to_be_visible()
