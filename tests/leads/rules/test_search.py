import pytest

from leads.rules.search import Search, SearchKind, read_search

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("", "none", ""),
        ("   ", "none", ""),
        (None, "none", ""),
        ("ab", "too_short", ""),
        ("ab.", "too_short", ""),
        ("---", "too_short", ""),
        (" dan! ", "words", "dan"),
        ("Dana Reyes", "words", "Dana Reyes"),
        ("Ada@One.Example", "email", "ada@one.example"),
        ("<ada@one.example>", "email", "ada@one.example"),
        ("ada@one", "words", "ada@one"),
        ("+1 (415) 555-0101", "phone", "14155550101"),
        ("0049 711 123456", "phone", "49711123456"),
        ("0711 123456", "phone", "711123456"),
        ("555 010", "words", "555 010"),
        ("5550101", "phone", "5550101"),
        ("5550101 dana", "words", "5550101 dana"),
        ("in:body pricing", "body", "pricing"),
        ("pricing IN:BODY", "body", "pricing"),
        ("in:body ab", "too_short", ""),
        ("plugin:body parts", "words", "plugin:body parts"),
        ("x" * 200, "words", "x" * 100),
    ],
)
def test_search_text_is_read_as(text, kind, value):
    assert read_search(text) == Search(kind=SearchKind(kind), value=value)
