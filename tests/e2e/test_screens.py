"""Every page of a person in both appearances: axe finds nothing serious, nothing is wider than its window."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e import screens
from tests.e2e.conftest import PHONE
from tests.e2e.product import OWNER
from tests.e2e.screens import Screen
from tests.e2e.watching import findings, overflow, small_targets, watch

pytestmark = [pytest.mark.e2e, pytest.mark.wide]

DESK = {"width": 1440, "height": 900}
# Fewer would mean that the links were not found, and that the pages behind them were not looked at.
LEAST_PAGES = 40
SCHEMES = ("light", "dark")
# Of Django's and Unfold's own pages: the button in the search field and the marks of a sorted column are theirs, and
# Enter and the column's title do the same.
THEIRS = ("target-size:",)


@pytest.fixture(scope="module")
def lead(product) -> str:
    """The conversation that is shown open."""
    return screens.populate(product)


@pytest.fixture
def owner(context_of: Callable[..., BrowserContext]) -> Page:
    opened = context_of(OWNER).new_page()
    opened.set_viewport_size(DESK)
    return opened


@pytest.fixture
def pocket(context_of: Callable[..., BrowserContext]) -> Page:
    opened = context_of(OWNER, is_mobile=True, has_touch=True).new_page()
    opened.set_viewport_size(PHONE)
    return opened


def faults(page: Page, wanted: list[Screen], *, thumbs: bool = False, rules: bool = True) -> dict[str, list[str]]:
    """What is wrong on each page, in light and in dark, with a finger's targets where there is one."""
    problems, found = watch(page), {}
    for screen in wanted:
        screen.open(page)
        faults = [f"{scheme}: {one}" for scheme in SCHEMES if rules for one in judged(page, screen, scheme)]
        if overflow(page):
            faults.append(f"{overflow(page)} pixels too wide")
        faults += small_targets(page) if thumbs else []
        faults += problems
        problems.clear()
        if faults:
            found[screen.name] = faults
    return found


def judged(page: Page, screen: Screen, scheme: str) -> list[str]:
    """What axe finds; in the dark only colours differ."""
    page.emulate_media(color_scheme=scheme)
    return findings(page, screen.part, rules=["color-contrast"] if scheme == "dark" else None)


def test_pages_of_the_desk_have_no_fault(owner, lead):
    assert faults(owner, screens.desk(lead)) == {}


def test_pages_of_the_desk_have_no_fault_on_a_phone(pocket, lead):
    # The dialog of keys is not offered where there are none.
    wanted = [one for one in screens.desk(lead) if one.name != "inbox-keys"]

    assert faults(pocket, wanted, thumbs=True) == {}


def test_pages_behind_the_menu_have_no_fault(owner, lead):
    wanted = screens.pages(owner)

    assert len(wanted) > LEAST_PAGES
    assert faults(owner, wanted) == {}


def test_pages_behind_the_menu_fit_a_phone_and_a_finger(pocket, lead):
    assert faults(pocket, screens.pages(pocket), thumbs=True, rules=False) == {}


def test_pages_of_the_administration_have_no_fault_of_ours(owner, lead):
    one = Screen(name="admin-lead", path=f"/admin/leads/lead/{lead}/change/")
    found = {}
    for screen in [*screens.administration(), one]:
        for scheme in SCHEMES:
            # Unfold chooses its appearance while the page loads.
            owner.emulate_media(color_scheme=scheme)
            screen.open(owner)
            ours = [fault for fault in findings(owner) if not fault.startswith(THEIRS)]
            if ours or overflow(owner):
                found[f"{screen.name}, {scheme}"] = [*ours, f"{overflow(owner)} pixels too wide"]

    assert found == {}


def test_pages_before_the_log_in_have_no_fault(context_of):
    stranger = context_of().new_page()

    assert faults(stranger, screens.entrance()) == {}
