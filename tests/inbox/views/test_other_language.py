"""The desk in another language: a catalogue is all that an installation adds."""

import json
import re

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from inbox.views.context import TAB_SHORT
from leads.enums import Tab
from tests.support.catalogue import write_catalogue
from zrg.lib.spoken import _script_words

pytestmark = pytest.mark.django_db
LANGUAGE = "eo"
SCRIPTS = {
    "Saved": "[Saved]",
    "{n} new conversation\0{n} new conversations": "[{n} new, one]\0[{n} new, more]",
}
RAIL = ["Inbox", "Views", "Saved views", "Saved views (v)", "conversations"]


@pytest.fixture
def spoken(settings, tmp_path):
    """A language in which every text of the tab list stands in brackets."""
    texts = [*RAIL, *(TAB_SHORT.get(tab, tab.label) for tab in Tab), *(tab.label for tab in Tab)]
    write_catalogue(tmp_path, LANGUAGE, {text: f"[{text}]" for text in texts})
    write_catalogue(tmp_path, LANGUAGE, SCRIPTS, domain="djangojs")
    settings.LOCALE_PATHS = [tmp_path]
    settings.LANGUAGE_CODE = LANGUAGE
    settings.LANGUAGES = [(LANGUAGE, "Esperanto")]
    # Catalogues are kept for the life of a process.
    known, trans_real._translations = trans_real._translations, {}
    default, trans_real._default = trans_real._default, None
    _script_words.cache_clear()
    with translation.override(LANGUAGE):
        yield
    trans_real._translations, trans_real._default = known, default
    _script_words.cache_clear()


def test_tab_list_has_no_english_left(client, desk, spoken):
    page = client.login_as(desk.owner).get("/").content.decode()

    rail = re.search(r'<nav class="tabs".*?</nav>', page, re.DOTALL).group()
    said = re.findall(r'(?:aria-label|title)="([^"]*)"', rail) + re.sub(r"<[^>]*>", "\n", rail).split("\n")
    words = [text.strip() for text in said if re.search("[A-Za-z]", text)]
    assert f'<html lang="{LANGUAGE}">' in page
    assert len(words) >= len(Tab) + 4
    assert [text for text in words if not re.fullmatch(r"\[.*\]", text)] == []


def test_scripts_get_their_sentences_with_the_page(client, desk, spoken):
    page = client.login_as(desk.owner).get("/").content.decode()

    block = re.search(r'<script id="script-words" type="application/json">(.*?)</script>', page).group(1)
    assert json.loads(block) == {
        "texts": {"Saved": "[Saved]", "{n} new conversation": ["[{n} new, one]", "[{n} new, more]"]},
        "plural": "10" + "1" * 198,
    }


def test_english_is_what_the_texts_are_written_in(client, desk):
    page = client.login_as(desk.owner).get("/").content.decode()

    assert '<html lang="en">' in page
    assert [TAB_SHORT.get(tab, tab.label) in page for tab in Tab] == [True] * len(Tab)
    assert "script-words" not in page
