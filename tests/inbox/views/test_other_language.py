"""The desk in another language: a catalogue is all that an installation adds."""

import re

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from inbox.views.context import TAB_SHORT
from leads.enums import Tab
from tests.support.catalogue import write_catalogue

pytestmark = pytest.mark.django_db
LANGUAGE = "eo"
RAIL = ["Inbox", "Views", "Saved views", "Saved views (v)", "conversations"]


@pytest.fixture
def spoken(settings, tmp_path):
    """A language in which every text of the tab list stands in brackets."""
    texts = [*RAIL, *(TAB_SHORT.get(tab, tab.label) for tab in Tab), *(tab.label for tab in Tab)]
    write_catalogue(tmp_path, LANGUAGE, {text: f"[{text}]" for text in texts})
    settings.LOCALE_PATHS = [tmp_path]
    settings.LANGUAGE_CODE = LANGUAGE
    settings.LANGUAGES = [(LANGUAGE, "Esperanto")]
    # Catalogues are kept for the life of a process.
    known, trans_real._translations = trans_real._translations, {}
    default, trans_real._default = trans_real._default, None
    with translation.override(LANGUAGE):
        yield
    trans_real._translations, trans_real._default = known, default


def test_tab_list_has_no_english_left(client, desk, spoken):
    page = client.login_as(desk.owner).get("/").content.decode()

    rail = re.search(r'<nav class="tabs".*?</nav>', page, re.DOTALL).group()
    said = re.findall(r'(?:aria-label|title)="([^"]*)"', rail) + re.sub(r"<[^>]*>", "\n", rail).split("\n")
    words = [text.strip() for text in said if re.search("[A-Za-z]", text)]
    assert f'<html lang="{LANGUAGE}">' in page
    assert len(words) >= len(Tab) + 4
    assert [text for text in words if not re.fullmatch(r"\[.*\]", text)] == []


def test_english_is_what_the_texts_are_written_in(client, desk):
    page = client.login_as(desk.owner).get("/").content.decode()

    assert '<html lang="en">' in page
    assert [TAB_SHORT.get(tab, tab.label) in page for tab in Tab] == [True] * len(Tab)
