"""Takes the pictures of the product: `python -m tests.screenshots`, or `make screenshots`.

Without arguments a demo of its own is started and filled, and the pictures of `docs/screenshots/` are taken anew.
With --url, --login and --password a running installation is visited and left as it is.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e import screens
from tests.e2e.conftest import CHROMIUM, PHONE, QUIET
from tests.e2e.product import OWNER, Product
from tests.e2e.screens import Screen
from tests.stack.installation import Installation

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
WIDE = {"width": 1440, "height": 900}
SIZES = {"wide": WIDE, "phone": PHONE}
SCHEMES = ("light", "dark")
# What docs/screenshots/ holds: enough to see each kind of page, little enough to keep.
KEPT = (
    "account-login",
    "inbox",
    "inbox-thread",
    "inbox-note",
    "inbox-drawer",
    "inbox-bulk",
    "inbox-filters",
    "inbox-replies",
    "imports",
    "autosend",
    "settings-general-workspace",
    "settings-integrations",
    "settings-ai",
    "settings-team",
)
PATIENCE_MS = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An installation that can be visited, and who visits it."""

    url: str
    login: str
    password: str
    lead: str = ""


@contextmanager
def demo() -> Iterator[Place]:
    """A whole installation with people who have written, gone afterwards."""
    made = Installation()
    try:
        made.start()
        product = Product(made)
        yield Place(url=product.url, login=OWNER, password=product.password, lead=screens.populate(product))
    finally:
        made.close()


def take(place: Place, folder: Path, *, everything: bool) -> list[Path]:
    """Visit the pages in both widths and both appearances; return the pictures written."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        written = [one for name in SIZES for one in _at(browser, place, folder, name, everything=everything)]
        browser.close()
    return written


def _at(browser: Browser, place: Place, folder: Path, size: str, *, everything: bool) -> Iterator[Path]:
    touch = {"is_mobile": True, "has_touch": True} if size == "phone" else {}
    context = browser.new_context(viewport=SIZES[size], base_url=place.url, reduced_motion="reduce", **touch)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    yield from _picture(page, screens.entrance()[0], folder, size)
    _log_in(page, place)
    lead = place.lead or page.locator("#rows .lead").first.get_attribute("data-lead") or ""
    wanted = [*screens.desk(lead), *screens.pages(page), *screens.administration()]
    for screen in wanted:
        # The list of keys is for those who have them.
        if (everything or screen.name in KEPT) and not (touch and screen.name == "inbox-keys"):
            yield from _picture(page, screen, folder, size)
    context.close()


def _picture(page: Page, screen: Screen, folder: Path, size: str) -> Iterator[Path]:
    page.emulate_media(color_scheme="light")
    screen.open(page)
    page.wait_for_load_state("networkidle")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        path = folder / f"{screen.name}-{size}-{scheme}.png"
        page.screenshot(path=path, animations="disabled", caret="hide")
        yield path


def _log_in(page: Page, place: Place) -> None:
    page.goto("/account/login/")
    page.locator("input[name=login]").fill(place.login)
    page.locator("input[name=password]").fill(place.password)
    page.locator("input[name=password]").press("Enter")
    page.locator("#list").wait_for()


def main(arguments: list[str]) -> int:
    """Parse the arguments, take the pictures, say how many and how large."""
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="a running installation; without it a demo is started")
    parser.add_argument("--login", default=OWNER)
    parser.add_argument("--password", default="")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")
    parser.add_argument("--all", action="store_true", help="every page, not only those that are kept")
    given = parser.parse_args(arguments)
    if given.url:
        written = take(
            Place(url=given.url, login=given.login, password=given.password), given.folder, everything=given.all
        )
    else:
        with demo() as place:
            written = take(place, given.folder, everything=given.all)
    size = sum(one.stat().st_size for one in written)
    sys.stdout.write(f"{len(written)} pictures, {size / 1_000_000:.1f} MB, in {given.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
