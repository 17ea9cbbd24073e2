"""Links of the part the person wrote."""

import time

import pytest

from inbox.rules.cleaning import ExtractedLink, extract_links

pytestmark = pytest.mark.unit


def link(href: str, label: str = "x") -> ExtractedLink:
    return ExtractedLink(label=label, href=href)


def anchor(href: str, label: str = "x") -> str:
    return f'<a href="{href}">{label}</a>'


def test_links_are_found_in_order_with_what_they_show() -> None:
    first = anchor("https://a.example/1", "our <b>deck</b>&nbsp;\n 2")
    html = f"<p>See {first} and {anchor('http://b.example')}</p>"

    assert extract_links(html) == [link("https://a.example/1", "our deck 2"), link("http://b.example")]


@pytest.mark.parametrize(
    "href",
    [
        *("javascript:alert(1)", "data:text/html,x", "mailto:a@x.example", "ftp://x.example", "/path", "#top", ""),
        *("https://", "https://user@x.example/", "https://x.example/a b", "https://x.example\\@y.example"),
        *("https://x.example/unsubscribe?u=1", "https://track.x.example/c/1", "https://x.example/track/click/9"),
        "https://x.us1.list-manage.com/track?u=1",
    ],
)
def test_unusable_and_tracking_targets_are_left_out(href: str) -> None:
    assert extract_links(f"<p>Hi {anchor(href)}</p>") == []


def test_a_target_the_body_shows_is_left_out() -> None:
    shown = f"<p>Book at {anchor('https://cal.example/dana/', 'https://cal.example/dana')}</p>"
    hidden = f"<p>Book {anchor('https://cal.example/dana', 'here')}</p>"

    assert extract_links(shown) == []
    assert extract_links(hidden, body="Book at https://cal.example/dana.") == []
    assert extract_links(hidden, body="Book at https://cal.example/dana/30") == [
        link("https://cal.example/dana", "here")
    ]


def test_each_target_once_and_ten_at_most() -> None:
    anchors = [anchor(f"https://x.example/{number}") for number in [1, 1, *range(2, 20)]]

    found = extract_links("<p>" + " ".join(anchors) + "</p>")

    assert [one.href for one in found] == [f"https://x.example/{number}" for number in range(1, 11)]


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote">{}</div>',
        "<blockquote>{}</blockquote>",
        '<div id="appendonsend"></div><div>{}</div>',
        "<p>On Mon, Mar 2, 2026 Priya wrote:</p><p>{}</p>",
        "<p>From: priya@x.example<br>To: dana@x.example<br>Subject: x</p><p>{}</p>",
        "<p>-----Original Message-----</p><p>{}</p>",
    ],
)
def test_quoted_links_are_left_out(quote: str) -> None:
    html = f"<p>Use {anchor('https://own.example')}</p>" + quote.format(anchor("https://quoted.example"))

    assert extract_links(html) == [link("https://own.example")]


def test_signature_links_count() -> None:
    html = f'<p>Yes</p><div class="gmail_signature">Dana {anchor("https://cal.example/dana", "Book me")}</div>'

    assert extract_links(html) == [link("https://cal.example/dana", "Book me")]


def test_an_image_link_has_no_label_and_a_long_label_is_cut() -> None:
    html = f"<p>{anchor('https://a.example', '<img src=x alt=Logo>')} {anchor('https://b.example', 'w' * 300)}</p>"

    assert extract_links(html) == [link("https://a.example", ""), link("https://b.example", "w" * 120)]


def test_www_is_completed() -> None:
    assert extract_links(f"<p>Hi {anchor('www.x.example/a')}</p>") == [link("https://www.x.example/a")]


def test_only_the_beginning_of_the_html_is_read() -> None:
    html = f"<p>Hi</p>{anchor('https://a.example')}" + "<i></i>" * 20_000 + anchor("https://late.example")

    assert extract_links(html) == [link("https://a.example")]


@pytest.mark.parametrize("html", [None, "", "plain https://x.example", "<3"])
def test_no_html_no_links(html: str | None) -> None:
    assert extract_links(html) == []


def test_many_anchors_take_seconds_at_most() -> None:
    started = time.monotonic()

    extract_links("<p>" + anchor("https://x.example/unsubscribe") * 20_000)

    assert time.monotonic() - started < 10
