"""Text of strangers as HTML: two kinds of tags, checked addresses, honest labels."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.cleaning import ExtractedLink
from inbox.rules.linkify import safe_target
from inbox.rules.rendering import (
    append_missing_links,
    message_snippet,
    render_original_text,
    render_text,
    safe_linkified_html,
)

pytestmark = pytest.mark.unit


def a(href: str, label: str | None = None) -> str:
    return f'<a href="{href}" target="_blank" rel="noopener noreferrer">{href if label is None else label}</a>'


class Tags(HTMLParser):
    """Every tag and attribute a browser would see, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.others: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # escaping and breaks
        ("a & b < c > d \" e ' f", "a &amp; b &lt; c &gt; d &quot; e &#x27; f"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ("a\nb\r\nc\rd\n\ne", "a<br />b<br />c<br />d<br /><br />e"),
        ("a\x00b", "ab"),
        ("", ""),
        # bare URLs
        ("https://harbor.example", a("https://harbor.example")),
        ("http://harbor.example/a?b=1&c=2#d", a("http://harbor.example/a?b=1&amp;c=2#d")),
        ("HTTPS://Harbor.Example/A", a("HTTPS://Harbor.Example/A")),
        ("https://harbor.example:8080/a", a("https://harbor.example:8080/a")),
        ("https://münchen.example/ü", a("https://münchen.example/ü")),
        ("https://[::1]/a", a("https://[::1]/a")),
        ("see https://harbor.example/a.", f"see {a('https://harbor.example/a')}."),
        ("https://harbor.example/a, and", f"{a('https://harbor.example/a')}, and"),
        ("https://harbor.example/a!?;:", f"{a('https://harbor.example/a')}!?;:"),
        ("(https://harbor.example/a)", f"({a('https://harbor.example/a')})"),
        ("[https://harbor.example/a]", f"[{a('https://harbor.example/a')}]"),
        ("{https://harbor.example/a}.", f"{{{a('https://harbor.example/a')}}}."),
        ("https://harbor.example/a_(b)", a("https://harbor.example/a_(b)")),
        ("(https://harbor.example/a_(b)).", f"({a('https://harbor.example/a_(b)')})."),
        ("https://harbor.example/a[1]", a("https://harbor.example/a[1]")),
        ("'https://harbor.example/a'", f"&#x27;{a('https://harbor.example/a')}&#x27;"),
        ('"https://harbor.example/a"', f"&quot;{a('https://harbor.example/a')}&quot;"),
        ("“https://harbor.example/a”", f"“{a('https://harbor.example/a')}”"),
        ("<https://harbor.example/a>", f"&lt;{a('https://harbor.example/a')}&gt;"),
        ("https://a.example\nhttps://b.example", f"{a('https://a.example')}<br />{a('https://b.example')}"),
        ("www.harbor.example", "www.harbor.example"),
        ("xhttps://harbor.example", "xhttps://harbor.example"),
        ("_https://harbor.example", "_https://harbor.example"),
        # markdown
        ("[Book](https://cal.example/30)", a("https://cal.example/30", "Book")),
        ("[Book](www.cal.example)", a("https://www.cal.example", "Book")),
        ("[Book](HTTPS://cal.example)", a("HTTPS://cal.example", "Book")),
        (
            "[a](https://a.example) [b](https://b.example)",
            f"{a('https://a.example', 'a')} {a('https://b.example', 'b')}",
        ),
        ("[q](https://harbor.example/q_(1))", a("https://harbor.example/q_(1)", "q")),
        ('[<b> & "x"](https://harbor.example)', a("https://harbor.example", "&lt;b&gt; &amp; &quot;x&quot;")),
        ("[](https://harbor.example)", a("https://harbor.example")),
        ("[ ](https://harbor.example)", a("https://harbor.example")),
        (f"[{'l' * 200}](https://harbor.example)", a("https://harbor.example", "l" * 200)),
        (f"[{'l' * 201}](https://harbor.example)", f"[{'l' * 201}]({a('https://harbor.example')})"),
        ("[two\nlines](https://harbor.example)", f"[two<br />lines]({a('https://harbor.example')})"),
        ("[x] (https://harbor.example)", f"[x] ({a('https://harbor.example')})"),
    ],
)
def test_text_to_html(text: str, expected: str) -> None:
    assert safe_linkified_html(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,x)", "[x](mailto:a@x.example)"),
        *("[x](ftp://harbor.example)", "[x](vbscript:x)", "[x](//harbor.example)", "[x](/path)", "[x](x.example)"),
        *("ftp://harbor.example", "javascript:alert(1)", "mailto:a@x.example", "file:///etc/passwd"),
        *("https://", "https:///path", "http://?q=1", "https://...", "[x](https://)", "[x](https:///a)"),
        *("https://user@harbor.example", "https://user:pass@harbor.example/a", "[x](https://u@harbor.example)"),
        *("[x](https://harbor.example/a b)", "[x](https://harbor.example/a\tb)", "[x](www.harbor.example/a b)"),
        *("https://harbor.example/\x01a", "[x](https://harbor.example/\x7f)", "https://harbor.example/\u202eexe"),
        *("https://harbor.example\\@evil.example", "[x](https://harbor.example\\.evil.example)"),
        *("https://harbor.example:99999/", "https://harbor.example:port/", "https://har%62or.example/"),
        *("https://harbor。example/", "https://harbor,example/"),
    ],
)
def test_what_may_not_be_followed_stays_text(text: str) -> None:
    assert Tags(safe_linkified_html(text)).tags == []
    assert Tags(safe_linkified_html(text)).text == text


@pytest.mark.parametrize(
    ("label", "href"),
    [
        ("harbor.example", "https://evil.example"),
        ("https://harbor.example", "https://evil.example"),
        ("HTTPS://HARBOR.EXAMPLE/login", "https://evil.example/login"),
        ("www.harbor.example", "https://evil.example"),
        ("Visit harbor.example now", "https://evil.example"),
        ("harbor.example/pricing", "https://evil.example"),
        ("(harbor.example).", "https://evil.example"),
        ("dana@harbor.example", "https://evil.example"),
        ("harbor.example", "https://harbor.example.evil.example"),
        ("harbor.example", "https://evilharbor.example"),
        ("app.harbor.example", "https://harbor.example"),
        ("harbor.example", "https://app.harbor.example"),
        ("https://harbor.example@evil.example", "https://evil.example"),
        ("hаrbor.example", "https://harbor.example"),  # a Cyrillic letter
        ("har\u200bbor.example", "https://evil.example"),
        ("harbor\u00ad.example", "https://evil.example"),
        ("ｈarbor．example", "https://evil.example"),
        ("harbor。example", "https://evil.example"),
        ("192.168.0.1", "https://evil.example"),
        ("https://localhost/a", "https://evil.example"),
        ("xn--hrbor-fsd.xn--p1ai", "https://evil.example"),
    ],
)
def test_hard_07_no_disguised_links(label: str, href: str) -> None:
    assert safe_linkified_html(f"[{label}]({href})") == a(href)


@pytest.mark.parametrize(
    ("label", "href"),
    [
        ("harbor.example", "https://harbor.example/a"),
        ("www.harbor.example", "https://harbor.example"),
        ("harbor.example", "https://www.harbor.example:443/x"),
        ("Harbor.Example/other", "https://harbor.example"),
        ("https://harbor.example/old", "http://HARBOR.example/new"),
        ("münchen.example", "https://xn--mnchen-3ya.example"),
        ("Book here", "https://evil.example"),
        ("Dr. Reyes, 10.30 a.m.", "https://evil.example"),
        ("brochure.pdf", "https://evil.example"),
        ("v1.2", "https://evil.example"),
        ("02.03.2026", "https://evil.example"),
        ("Wait...what", "https://evil.example"),
    ],
)
def test_a_label_that_names_no_other_host_is_kept(label: str, href: str) -> None:
    assert Tags(safe_linkified_html(f"[{label}]({href})")).text == label


def test_target_is_escaped() -> None:
    html = safe_linkified_html("https://harbor.example", target='"><script>')

    assert Tags(html).tags == [
        ("a", {"href": "https://harbor.example", "target": '"><script>', "rel": "noopener noreferrer"})
    ]


hostile = st.sampled_from(
    [
        *("<script>", "</a>", "<img src=x onerror=alert(1)>", "<!--", "-->", "<", ">", '"', "'", "&", "&lt;", "&#60;"),
        *("[", "]", "(", ")", "[x](", "](", "https://", "http://", "https://h.example", "www.", "javascript:", "data:"),
        *("@", "\\", " ", "\n", "\r", "\t", "\x00", "\x01", "\u202e", "\u2028", ".", "/", "%22", "onclick=", "`", "x"),
    ]
)


@given(st.one_of(st.lists(hostile, max_size=30).map("".join), st.text(max_size=80)))
def test_hard_07_safe_rendering(text: str) -> None:
    tags = Tags(safe_linkified_html(text))

    assert tags.others == []
    for tag, attributes in tags.tags:
        if tag == "br":
            assert attributes == {}
        else:
            assert (tag, set(attributes)) == ("a", {"href", "target", "rel"})
            assert safe_target(attributes["href"] or "") == attributes["href"]
            assert (attributes["target"], attributes["rel"]) == ("_blank", "noopener noreferrer")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="[:\r\n\x00"), max_size=120))
def test_text_without_links_is_shown_as_it_is(text: str) -> None:
    assert Tags(safe_linkified_html(text)).text == text


def test_long_text_is_cut_between_characters_and_tags() -> None:
    cut = render_text("'" * 100_000 + " https://harbor.example")

    assert cut.is_cut
    assert len(cut.html) <= 200_000
    assert set(cut.html.split(";")) == {"&#x27", ""}
    assert render_text("short https://harbor.example").html == f"short {a('https://harbor.example')}"
    assert render_text("short").is_cut is False


# --- append_missing_links


def test_missing_links_follow_the_body() -> None:
    links = [
        ExtractedLink(label="My calendar", href="https://cal.example/dana"),
        {"label": "", "href": "www.b.example"},
    ]

    assert append_missing_links("Sounds good\n", links) == (
        "Sounds good\n\nLinks:\n- [My calendar](https://cal.example/dana)\n- [https://www.b.example](https://www.b.example)"
    )


@pytest.mark.parametrize(
    "body",
    [
        "Book https://cal.example/dana",
        "Book https://cal.example/dana.",
        "Book (https://cal.example/dana/)",
        "Book HTTPS://CAL.example/dana",
        "[Book](https://cal.example/dana)",
    ],
)
def test_a_shown_target_is_not_appended(body: str) -> None:
    assert append_missing_links(body, [{"label": "x", "href": "https://cal.example/dana"}]) == body


def test_a_longer_address_does_not_show_the_shorter_one() -> None:
    text = append_missing_links("https://cal.example/dana/30", [{"label": "x", "href": "https://cal.example/dana"}])

    assert text == "https://cal.example/dana/30\n\nLinks:\n- [x](https://cal.example/dana)"


def test_unsafe_and_repeated_targets_are_left_out_and_ten_kept() -> None:
    unsafe = [
        {"label": "x", "href": href} for href in ("javascript:x", "https://u@x.example", "", "/p", "mailto:a@b.c")
    ]
    many = [{"label": str(number), "href": f"https://x.example/{number}"} for number in [1, 1, *range(2, 30)]]

    text = append_missing_links("Hi", [*unsafe, *many])

    assert text.split("\n")[2:] == ["Links:", *(f"- [{n}](https://x.example/{n})" for n in range(1, 11))]


@pytest.mark.parametrize(
    ("label", "expected"),
    [("[a] b", "a b"), ("a\nb\r\nc", "a b c"), ("[]", "https://x.example"), ("  a   b ", "a b")],
)
def test_labels_are_flattened(label: str, expected: str) -> None:
    text = append_missing_links("", [{"label": label, "href": "https://x.example"}])

    assert text == f"Links:\n- [{expected}](https://x.example)"


def test_brackets_in_a_target_do_not_end_the_link() -> None:
    text = append_missing_links("", [{"label": "x", "href": "https://x.example/a)b"}])

    assert safe_linkified_html(text) == "Links:<br />- " + a("https://x.example/a%29b", "x")


@given(
    st.text(max_size=40),
    st.lists(st.fixed_dictionaries({"label": st.text(max_size=20), "href": st.text()}), max_size=5),
)
def test_appending_nothing_usable_changes_nothing(body: str, links: list[dict[str, str]]) -> None:
    unusable = [link for link in links if safe_target(link["href"].strip()) is None]

    assert append_missing_links(body, unusable) == body


# --- the original, and list rows


@pytest.mark.parametrize(
    ("raw_text", "raw_html", "expected"),
    [
        ("Hi\n> quoted\n-- \nDana", "<p>other</p>", "Hi\n> quoted\n-- \nDana"),
        (None, "<p>Hi</p><blockquote>q</blockquote><div class='gmail_quote'>On Monday</div>", "Hi\n\nOn Monday"),
        ("", "<head><title>t</title></head><style>x</style><script>y</script><!-- z -->Hi", "Hi"),
        (None, "<p>Hi <img src='https://t.example/x.gif' alt='Our logo'></p>", "Hi [image: Our logo]"),
        ("<p>Hi</p>", None, "Hi"),
        (None, None, ""),
        ("a\x00b", None, "ab"),
    ],
)
def test_original_text(raw_text: str | None, raw_html: str | None, expected: str) -> None:
    assert render_original_text(raw_text, raw_html) == expected


def test_hard_03_raw_html_never_rendered() -> None:
    original = render_original_text(None, "<p onclick='x()'>Hi <b>there</b> &lt;script&gt;alert(1)&lt;/script&gt;</p>")

    assert original == "Hi there <script>alert(1)</script>"  # text, escaped by the page like every text
    assert Tags(safe_linkified_html(original)).tags == []


@pytest.mark.parametrize(
    ("body", "direction", "origin", "expected"),
    [
        ("Tuesday works,\n\n could you  send", "inbound", None, "Tuesday works, could you send"),
        ("Sure", "outbound", "setter", "You: Sure"),
        ("Sure", "outbound", "external", "You: Sure"),
        ("Sure", "outbound", None, "You: Sure"),
        ("Sure", "outbound", "ai", "AI: Sure"),
        ("Sure", "outbound", "engine", "AI: Sure"),
        ("Sure", "outbound", "campaign", "Campaign: Sure"),
        ("[Book](https://cal.example) <b>", "inbound", None, "Book <b>"),
        ("", "inbound", None, ""),
        ("x" * 121, "inbound", None, "x" * 119 + "…"),
        ("x" * 120, "inbound", None, "x" * 120),
        ("x" * 120, "outbound", "ai", "AI: " + "x" * 115 + "…"),
    ],
)
def test_message_snippet(body: str, direction: str, origin: str | None, expected: str) -> None:
    assert message_snippet(body, direction=direction, origin=origin) == expected  # type: ignore[arg-type]
