"""Everything the pages and scripts of the inbox say goes through gettext, and stays so."""

import re
from pathlib import Path

import pytest

from tests.support.script_texts import literals

ROOT = Path(__file__).resolve().parents[2]
# The operations room speaks English, as the admin around it.
OPERATIONS = {"explain.html"}
PAGES = sorted(
    page
    for page in ROOT.glob("[a-z]*/**/templates/**/*.html")
    if page.name not in OPERATIONS and not {"admin", "var", "staticfiles"} & set(page.relative_to(ROOT).parts)
)
SCRIPTS = sorted(
    script
    for script in ROOT.glob("[a-z]*/**/static/**/*.js")
    if not {"var", "staticfiles"} & set(script.relative_to(ROOT).parts)
)
# The name of the product, and what has no words.
ALLOWED = {"ZRG"}

DJANGO = r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}"
TRANSLATED = re.compile(r"\{% blocktranslate\b.*?\{% endblocktranslate %\}", re.DOTALL)
ELEMENT = re.compile(
    rf"""<!--.*?-->|<[a-zA-Z/!](?:"(?:{DJANGO}|[^"])*"|'(?:{DJANGO}|[^'])*'|{DJANGO}|[^>"'])*>""", re.DOTALL
)
ATTRIBUTE = re.compile(rf'\s(?:aria-label|title|placeholder|alt|label)="((?:{DJANGO}|[^"])*)"', re.DOTALL)
# Keys of the keyboard, styles and attributes of the page's body.
WORDLESS = re.compile(r"<(kbd|style)\b.*?</\1>|\{% block body_attributes %\}[^\n]*", re.DOTALL)
BARE_DEFAULT = re.compile(r"""\|(?:default|default_if_none|yesno):(?!_)(["'])([^"']*[A-Za-z]{2}[^"']*)\1""")
# Values of attributes that a script reads.
CODES = {"yes,no", "no,yes", "true,false"}


def spoken(text):
    """The words of a piece of a page that no translation reaches."""
    bare = re.sub(DJANGO, "\n", text, flags=re.DOTALL)
    pieces = (re.sub(r"&\w+;", "", piece).strip(" ·\t") for piece in bare.split("\n"))
    return [piece for piece in pieces if re.search(r"[A-Za-z]", piece) and piece not in ALLOWED]


def untranslated(source):
    """Texts, attributes and defaults of a template outside translate and blocktranslate."""
    marked = TRANSLATED.sub("{% translated %}", source)
    defaults = [words for _, words in BARE_DEFAULT.findall(WORDLESS.sub("\n", source)) if words not in CODES]
    attributes = [
        word for element in ELEMENT.findall(marked) for value in ATTRIBUTE.findall(element) for word in spoken(value)
    ]
    return [*spoken(ELEMENT.sub("\n", WORDLESS.sub("\n", marked))), *attributes, *defaults]


@pytest.mark.unit
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_everything_a_page_says_is_marked(page):
    assert untranslated(page.read_text()) == []


@pytest.mark.unit
@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p>{% translate "Hello" %}</p>', []),
        ('<p title="Hello">{{ name }}</p>', ["Hello"]),
        ("<p title=\"{% translate 'Hello' %}\">{{ name }} · ZRG</p>", []),
        ("<p>{% if a > b %}Yes{% endif %}</p>", ["Yes"]),
        ('{{ name|default:"nobody" }}', ["nobody"]),
        ('{{ name|default:_("nobody") }}', []),
        ("{% blocktranslate count n=n %}One <b>row</b>{% plural %}{{ n }} rows{% endblocktranslate %}", []),
    ],
)
def test_what_is_not_marked_is_found(source, found):
    assert untranslated(source) == found


# Words in the sense of a person: two with a space between them, or one with a capital.
SENTENCE = re.compile(r"[A-Za-z].*\s|\s.*[A-Za-z]|^[A-Z]", re.DOTALL)
NOT_SAID = {
    "names of keys": r"Enter|Escape|Tab|Arrow",
    "methods and headers of requests": r"POST|PATCH|If-Match|HX-Request|Content-Type|X-CSRFToken|X-Zrg-\w+",
    "names the browser gives": r"AbortError|DOMContentLoaded|NFC",
    "selectors": r"[#.\[(].*|(?:details|dialog|form)\[.*",
    "classes": r"\s?[a-z_]+(?:[ -][a-z_]+)* ?(?:[a-z]+(?:__|--)[\w{}-]+ ?)+|dialog replies",
    "units, as the server prints them": r"\{\} [mhd]",
    "the title around its translated parts": r"\{\} · \{\} · ZRG",
    "markup whose label is set beside it": r'<div class="skeleton" role="status">\{\}</div>',
    "the alphabet of SMS": r"@£\$¥.*",
}


def unsaid(source):
    """Sentences of a script that stand outside gettext and ngettext."""
    return [
        text
        for text, marked in literals(source)
        if not marked and SENTENCE.search(text) and not any(re.fullmatch(one, text) for one in NOT_SAID.values())
    ]


@pytest.mark.unit
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: str(script.relative_to(ROOT)))
def test_every_sentence_of_a_script_is_marked(script):
    assert unsaid(script.read_text()) == []


@pytest.mark.unit
def test_all_scripts_are_read():
    assert {"desk.js", "editor.js", "ages.js", "copy.js"} <= {script.name for script in SCRIPTS}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('zrg.say("Not sent.");', ["Not sent."]),
        ('zrg.say(gettext("Not sent."));', []),
        ('place.textContent = "Saved";', ["Saved"]),
        ("zrg.say(`${n} rows`);", ["{} rows"]),
        ('zrg.say(`${ngettext("{n} row", "{n} rows", n)}.`);', []),
        ('zrg.say(ngettext("{n} row", many, n) + "and more");', ["and more"]),
        ("zrg.say(gettext(`All of ${n}`));", ["All of {}"]),
        ('// "A remark"\nzrg.say("/* no remark */ here");', ["/* no remark */ here"]),
        ("const quote = /[\"/]/g; zrg.say('It is \\'so\\'');", ["It is \\'so\\'"]),
    ],
)
def test_what_a_script_says_unmarked_is_found(source, found):
    assert unsaid(source) == found
