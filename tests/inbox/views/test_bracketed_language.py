"""A language made for the test brackets whatever goes through gettext: what stands bare in a page does not."""

import re
from html import unescape

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from zrg.workspaces.navigation import SETTINGS_TABS
from zrg.workspaces.registry import settings_sections

pytestmark = pytest.mark.django_db
# Not the language of another test: what was said in one is kept for the life of a process.
LANGUAGE = "io"
ELEMENT = re.compile(r"<(?:script|style|textarea|kbd|code|pre|time)\b.*?</\w+>|<[^>]*>", re.DOTALL)
ATTRIBUTE = re.compile(r'\s(?:aria-label|title|placeholder|alt|label)="([^"]*)"')
# Rows and names of the desk, and what is no language: addresses, zones, the product's name.
DATA = re.compile(
    r"Dana Reyes|Northfork Dental|Could you send more details\?|Re: quick idea|Kim, Kim, Kim|ZRG|Lead push"
    r"|[\w.+-]+@[\w.-]+|(?:[\w-]+\.)+(?:com|example)\b\S*|[A-Z]\w+/[\w /+-]+| · Hi \{firstName\},"
    r"|GB-Eire|NZ-CHAT|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
# The product's own prompts and texts for leads, which are data (0142, 0165).
ENGLISH = {"ai/prompts", "ai/snippets", "booking/first-touch", "booking/processes"}
INLINE = re.compile(r"</?(?:b|strong|em)\b[^>]*>")
# A bracketed text may hold others: {name} was filled in with one.
BRACKETED = re.compile(r"\[[^\[\]]*\]")


class Bracketing(trans_real.DjangoTranslation):
    """Says every text in brackets."""

    def __init__(self):
        super().__init__("en")

    def gettext(self, message):
        return f"[{message}]"

    def ngettext(self, msgid1, msgid2, n):
        return f"[{msgid1 if n == 1 else msgid2}]"


@pytest.fixture
def bracketed(settings, monkeypatch):
    settings.LANGUAGE_CODE = LANGUAGE
    settings.LANGUAGES = [(LANGUAGE, "Ido")]
    monkeypatch.setitem(trans_real._translations, LANGUAGE, Bracketing())
    monkeypatch.setattr(trans_real, "_default", None)
    with translation.override(LANGUAGE):
        yield


def bare(page):
    """What a page says outside of brackets and of rows, with two words or more."""
    pieces = [*ATTRIBUTE.findall(page), *ELEMENT.sub("\n", INLINE.sub("", page)).split("\n")]
    found = []
    for piece in pieces:
        text, before = DATA.sub("", unescape(piece)), ""
        while text != before:
            text, before = BRACKETED.sub("", text), text
        if re.search(r"[A-Za-z]{2,}\W+[A-Za-z]{2,}", text):
            found.append(text.strip())
    return found


def test_inbox_says_nothing_in_english(client, desk, bracketed):
    page = client.login_as(desk.owner).get("/", {"leadId": str(desk.lead.pk)}).content.decode()

    assert "[Approve &amp; send]" in page
    assert bare(page) == []


def test_settings_say_nothing_in_english(client, desk, bracketed):
    owner, root = client.login_as(desk.owner), f"/w/{desk.workspace.pk}/settings"
    said = {}
    for tab in SETTINGS_TABS:
        for key in ["", *(section.key for section in settings_sections(tab) if not section.platform)]:
            answer = owner.get(f"{root}/{tab}/{key}".rstrip("/"))
            assert answer.status_code == 200
            said[f"{tab}/{key}"] = bare(answer.content.decode())

    assert len(said) > 40
    assert {key: texts for key, texts in said.items() if texts and key not in ENGLISH} == {}
