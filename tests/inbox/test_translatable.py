"""Everything the pages of the inbox say goes through gettext, and stays so."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The operations room speaks English, as the admin around it.
OPERATIONS = {"explain.html"}
PAGES = [
    *sorted(page for page in (ROOT / "inbox/templates").rglob("*.html") if page.name not in OPERATIONS),
    *sorted((ROOT / "assignment/templates/assignment").glob("drawer*.html")),
    *(ROOT / "zrg/workspaces/templates/zrg" / name for name in ("base.html", "entrance.html", "error.html")),
]
# The name of the product, and what has no words.
ALLOWED = {"ZRG"}

DJANGO = r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}"
TRANSLATED = re.compile(r"\{% blocktranslate\b.*?\{% endblocktranslate %\}", re.DOTALL)
ELEMENT = re.compile(
    rf"""<!--.*?-->|<[a-zA-Z/!](?:"(?:{DJANGO}|[^"])*"|'(?:{DJANGO}|[^'])*'|{DJANGO}|[^>"'])*>""", re.DOTALL
)
ATTRIBUTE = re.compile(rf'\s(?:aria-label|title|placeholder|alt|label)="((?:{DJANGO}|[^"])*)"', re.DOTALL)
# Keys of the keyboard and attributes of the page's body.
WORDLESS = re.compile(r"<kbd\b.*?</kbd>|\{% block body_attributes %\}[^\n]*", re.DOTALL)
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
