"""One installation and one browser for all tests that leave them as they are."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.product import OWNER, SETTER, Product
from tests.stack.installation import Installation

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDE = {"width": 1366, "height": 860}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 30_000


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """A whole `make up`, shared by the tests that do not destroy it."""
    made = Installation()
    try:
        made.start()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="session")
def product(installation: Installation) -> Product:
    """The shared installation from outside; nobody has to wait for an undo time."""
    made = Product(installation)
    for login in (OWNER, SETTER):
        made.undo_seconds(login, 0)
    return made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def context_of(browser: Browser, product: Product) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts: signed in as `login`, or of a stranger without one."""
    made: list[BrowserContext] = []

    def make(login: str = "", **options: object) -> BrowserContext:
        context = browser.new_context(viewport=WIDE, base_url=product.url, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        if login:
            context.add_cookies(product.session(login).cookies())  # type: ignore[arg-type]
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def page(context_of: Callable[..., BrowserContext]) -> Iterator[Page]:
    """The setter's browser at desk width; an error in the page's scripts fails the test."""
    opened = context_of(SETTER).new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    assert problems == []
