"""One desk in four hands: pointer and keyboard, at a desk's width and at a phone's."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PHONE

DESK = {"width": 1440, "height": 900}
LIVE_MS = 40_000


class Hand:
    """Does what a person does; a subclass says how. All waits end with what the page shows."""

    def __init__(self, page: Page, product: Any) -> None:
        self.page = page
        self.product = product

    def open(self, email: str) -> None:
        """Read the conversation of this lead, found in the list."""
        lead = self.product.lead_id(email)
        self.page.goto("/")
        self.choose(self.page.locator(f"#row-{lead} .lead__link"))
        expect(self.page.locator(f"#talk[data-lead='{lead}'] #composer[data-draft]")).to_be_visible()

    def talk(self, email: str) -> Locator:
        """The open conversation, if it is this lead's."""
        return self.page.locator(f"#talk[data-lead='{self.product.lead_id(email)}']")

    def choose(self, target: Locator) -> None:
        raise NotImplementedError

    def write(self, text: str) -> None:
        raise NotImplementedError

    def show_drawer(self) -> None:
        """Details are beside the thread, or a sheet over it."""
        if not self.page.locator("#drawer").is_visible():
            self.choose(self.page.locator("[data-toggle-drawer]"))
        expect(self.page.locator("#drawer")).to_be_visible()

    def hide_drawer(self) -> None:
        """A sheet is closed again, and the button that opened it has the focus."""
        closing = self.page.locator("[data-close-drawer]")
        if closing.is_visible():
            self.choose(closing)
            expect(self.page.locator("[data-toggle-drawer]")).to_be_focused()


class Pointer(Hand):
    """A mouse, or a finger on a screen that has one."""

    def choose(self, target: Locator) -> None:
        target.tap() if self.page.viewport_size == PHONE else target.click()

    def write(self, text: str) -> None:
        self.choose(self.page.locator("#editor"))
        self.page.locator("#editor").fill(text)

    def approve(self) -> None:
        self.choose(self.page.locator("[data-send]"))

    def undo(self) -> None:
        self.choose(self.page.get_by_role("button", name="Undo"))

    def reject(self, reason: str) -> None:
        self.choose(self.page.get_by_role("button", name="Reject", exact=True))
        self.page.locator("#rejection-reason").fill(reason)
        self.choose(self.page.get_by_role("button", name="Reject draft"))

    def regenerate(self) -> None:
        self.choose(self.page.locator("summary[aria-label='Another draft']"))
        self.choose(self.page.get_by_role("button", name="Other wording"))

    def next(self) -> None:
        if self.page.viewport_size == PHONE:
            self.choose(self.page.locator("[data-back]"))
        self.choose(self.page.locator(".lead[data-selected] + .lead .lead__link"))

    def done(self) -> None:
        self.choose(self.page.locator("#talk-head [data-key='e']"))

    def snooze(self) -> None:
        self.choose(self.page.locator("summary[aria-label='Snooze']"))
        self.choose(self.page.get_by_role("button", name="Tomorrow"))

    def search(self, text: str) -> None:
        self.choose(self.page.locator("#search"))
        self.page.locator("#search").fill(text)

    def pick(self, selector: str, label: str) -> None:
        self.show_drawer()
        # Playwright chooses without touching: a hand opens the list first.
        self.page.locator(selector).dispatch_event("pointerdown")
        self.page.locator(selector).select_option(label=label)


class Keys(Hand):
    """Ten fingers and no pointer: single keys, Tab and Enter."""

    def choose(self, target: Locator) -> None:
        target.focus()
        self.page.keyboard.press("Enter")

    def write(self, text: str) -> None:
        self.page.keyboard.press("r")
        expect(self.page.locator("#editor")).to_be_focused()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def approve(self) -> None:
        if self.page.locator("#editor").evaluate("(one) => one === document.activeElement"):
            self.page.keyboard.press("Escape")
        for _time in range(2):
            self.page.keyboard.press("a")

    def undo(self) -> None:
        self.page.keyboard.press("z")

    def reject(self, reason: str) -> None:
        self.page.keyboard.press("x")
        expect(self.page.locator("#rejection-reason")).to_be_focused()
        self.page.keyboard.type(reason)
        self.page.keyboard.press("Enter")

    def regenerate(self) -> None:
        self.page.keyboard.press("g")

    def next(self) -> None:
        self.page.keyboard.press("j")

    def done(self) -> None:
        self.page.keyboard.press("e")

    def snooze(self) -> None:
        self.page.keyboard.press("s")
        expect(self.page.get_by_role("button", name="Tomorrow")).to_be_focused()
        self.page.keyboard.press("Enter")

    def search(self, text: str) -> None:
        self.page.keyboard.press("/")
        self.page.keyboard.type(text)

    def pick(self, selector: str, label: str) -> None:
        self.page.keyboard.press({"#sentiment": "l", "#assigned-to": "m"}[selector])
        expect(self.page.locator(selector)).to_be_focused()
        self.page.keyboard.type(label)
        self.page.keyboard.press("Enter")
