"""Every page a person uses, as a browser meets it: found by following links, and what opens on the desk itself."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import html
from playwright.sync_api import Page, expect

# Many leads write before anybody looks: e-mail address, first name and what they say.
CAST = (
    ("ada", "Ada", "Sounds interesting, how much is it?"),
    ("bela", "Bela", "Could you send more details?"),
    ("cora", "Cora", "Let us meet on Tuesday at 15:00, please send an invitation."),
    ("dan", "Dan", "Not now, please write again in spring."),
    ("eve", "Eve", "Who else in our industry works with you?"),
    ("finn", "Finn", "No thank you, we are not interested."),
    ("gil", "Gil", "Could you call me this week?"),
)
ADMIN = (
    "admin/",
    "admin/leads/lead/",
    "admin/inbox/draft/",
    "admin/inbox/sendorder/",
    "admin/jobs/backgroundjob/",
    "admin/workspaces/workspace/",
    "admin/assignment/routingrule/",
)

OPEN = "details[data-menu][open] > .menu__panel"
MAIN = "//main//a"
_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_ACCOUNT = ("/account/", "/account/password/change/", "/account/2fa/", "/account/sessions/")
_ENTRANCE = (
    "/account/login/",
    "/admin/login/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/invite/nobody",
)


def nothing(_page: Page) -> None:
    """The page as it comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One picture: where it is and what is done there before somebody looks."""

    name: str
    path: str
    show: Callable[[Page], None] = nothing
    # A menu lies over what stands behind it: only it is judged.
    part: str = "body"

    def open(self, page: Page) -> None:
        """Go there and do it."""
        page.goto(self.path)
        self.show(page)


def populate(product) -> str:
    """Let the cast write, wait for their drafts, and return the id of the one whose conversation is shown."""
    for name, first, text in CAST:
        product.write(f"{name}@screens.example", text, first_name=first)
    for name in ("bela", "ada"):
        product.pending_draft(f"{name}@screens.example")
        product.mark_compared(f"{name}@screens.example")
    return str(product.lead_id("ada@screens.example"))


def entrance() -> list[Screen]:
    """What somebody without a log-in meets."""
    return [Screen(name=name_of(path), path=path) for path in _ENTRANCE]


def desk(lead: str) -> list[Screen]:
    """The inbox: its panes, and each thing that opens over them."""
    here = f"/?leadId={lead}"
    return [
        Screen(name="inbox", path="/"),
        Screen(name="inbox-empty", path="/?search=nobodyatall"),
        Screen(name="inbox-thread", path=here, show=composer),
        Screen(name="inbox-note", path=here, show=note),
        Screen(name="inbox-drawer", path=here, show=drawer),
        Screen(name="inbox-why", path=here, show=why),
        Screen(name="inbox-rejecting", path=here, show=rejecting),
        Screen(
            name="inbox-snooze", path=here, show=lambda page: click(page, "summary[aria-label='Snooze']"), part=OPEN
        ),
        Screen(
            name="inbox-later", path=here, show=lambda page: click(page, "summary[aria-label='Send later']"), part=OPEN
        ),
        Screen(name="inbox-replies", path=here, show=replies),
        Screen(name="inbox-filters", path="/", show=filters, part=OPEN),
        Screen(name="inbox-bulk", path="/", show=bulk),
        Screen(name="inbox-views", path="/?tab=responses&channels=email", show=views),
        Screen(name="inbox-keys", path="/", show=keys),
        Screen(name="inbox-menu", path="/", show=lambda page: click(page, ".rail__person"), part=OPEN),
    ]


def pages(page: Page) -> list[Screen]:
    """The pages behind the menu of this person: account, leads, figures, all settings; found by their links."""
    menu = [
        one
        for one in links(page, "/", "//header//a[contains(@class, 'menu__item')]")
        if not one.startswith(("/admin", "/?"))
    ]
    found = [*_ACCOUNT, *(one for one in menu if not one.startswith("/account") and "/settings" not in one)]
    for start in list(found):
        found += links(page, start, MAIN, below=start)[:1]
    settings = next(one for one in menu if "/settings" in one)
    for tab in dict.fromkeys([*links(page, settings, "//nav[@aria-label='Settings']//a")]):
        found.append(tab)
        for section in links(page, tab, MAIN, below=tab):
            found.append(section)
            items = links(page, section, MAIN, below=f"{section}/of")
            found += [one for one in items if one.endswith("/new")][:1]
            found += [one for one in items if not one.endswith("/new")][:1]
    return [Screen(name=name_of(one), path=one) for one in dict.fromkeys(found)]


def administration() -> list[Screen]:
    """The lists an operator opens most."""
    return [Screen(name=name_of(f"/{one}"), path=f"/{one}") for one in ADMIN]


def links(page: Page, start: str, where: str, *, below: str = "") -> list[str]:
    """The addresses on a page, in order; `below` keeps those under this one."""
    answer = page.request.get(start)
    assert answer.ok, f"{start}: {answer.status}"
    root = html.fromstring(answer.text(), base_url=answer.url)
    root.make_links_absolute()
    found = [urlsplit(one.get("href")) for one in root.xpath(where) if one.get("href")]
    ours = [one for one in found if one.netloc == urlsplit(answer.url).netloc and not one.path.endswith(".csv")]
    paths = [one.path + (f"?{one.query}" if one.query else "") for one in ours]
    return list(dict.fromkeys(one for one in paths if one.startswith(f"{below.rstrip('/')}/") or not below))


def name_of(path: str) -> str:
    """A file name for a page: its address without ids."""
    parts = [one for one in _IDS.sub("", urlsplit(path).path).split("/") if one not in ("", "w", "of")]
    name = "-".join(parts) or "home"
    return f"{name}-one" if _IDS.search(path.rsplit("/", 1)[-1]) else name


# --- what is done on the desk before somebody looks ----------------------------------------------------


def click(page: Page, selector: str) -> None:
    page.locator(selector).locator("visible=true").first.click()


def composer(page: Page) -> None:
    expect(page.locator("#composer")).to_be_visible()


def note(page: Page) -> None:
    click(page, ".segments__tab--note")
    expect(page.locator("#note-text")).to_be_visible()


def drawer(page: Page) -> None:
    if not page.locator("#drawer").is_visible():
        click(page, "[data-toggle-drawer]")
    expect(page.locator("#section-contact")).to_be_visible()


def why(page: Page) -> None:
    click(page, ".station__why")
    expect(page.locator("[id^='why-'] > *").first).to_be_visible()


def rejecting(page: Page) -> None:
    click(page, "[data-key='x']")
    expect(page.locator("#rejection-reason")).to_be_focused()


def replies(page: Page) -> None:
    click(page, "[data-replies]")
    expect(page.locator("#replies")).to_be_visible()


def filters(page: Page) -> None:
    click(page, "#filter-menu summary")
    expect(page.locator("#filters")).to_be_visible()


def bulk(page: Page) -> None:
    for number in (0, 1):
        page.locator("#rows .lead__pick").nth(number).check(force=True)
    page.locator("#bulk-act").select_option(index=1)
    expect(page.locator("#bulk-title")).to_be_visible()


def views(page: Page) -> None:
    click(page, "[data-key='v']")
    expect(page.locator("#views-panel")).to_be_visible()


def keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
