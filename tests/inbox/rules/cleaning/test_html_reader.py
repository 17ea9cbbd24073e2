"""HTML → lines: blocks, breaks, lists, tables, and what is left out."""

import pytest

from inbox.rules.cleaning import clean_email
from inbox.rules.cleaning.html_reader import is_html, read_html, read_original

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Hi</p>", True),
        ("Hi<br/>there", True),
        ("Hi<BR>there", True),
        ("<a href='https://x.example'>x</a>", True),
        ("one </div> two", True),
        ("<h3\nclass=x>", True),
        ("I <3 this", False),
        ("Priya <bo@x.example> wrote", False),
        ("a < b and b > c", False),
        ("<https://x.example>", False),
        ("<bold>", False),
        ("<!-- note -->", False),
        ("", False),
    ],
)
def test_is_html(text: str, expected: bool) -> None:
    assert is_html(text) is expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # blocks and breaks
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div><div><div>a</div></div><div>b</div></div>", "a\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("a<br><br>b", "a\n\nb"),
        ("<div>a<br></div><div>b</div>", "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<div>a</div><br><div>b</div>", "a\n\nb"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p>a<br></p><p>b</p>", "a\n\nb"),
        ("<p>a</p><p><br></p><p>b</p>", "a\n\nb"),
        ("text<p>a</p>text", "text\n\na\n\ntext"),
        ("<h1>T</h1>a<h6>U</h6>b", "T\n\na\n\nU\n\nb"),
        ("a<hr>b", "a\nb"),
        ("<DIV>a<BR>b</DIV>", "a\nb"),
        ("<div>a</div><div>&nbsp;</div><div>b</div>", "a\n\nb"),
        ("<div>a</div><div>\u200b</div><div>b</div>", "a\n\nb"),
        ("<div>a</div><div></div><div>b</div>", "a\nb"),
        ("<section>a</section><footer>b</footer>", "a\nb"),
        # white space
        ("<p>one\n   two\t <b>three</b> <i>four</i>!</p>", "one two three four!"),
        ("<p> a </p>", "a"),
        ("<p>a&nbsp; b</p>", "a b"),
        ("<p>a<span> </span>b</p>", "a b"),
        ("<pre>\na  b\n   c\n\nd</pre>", "a  b\n   c\n\nd"),
        ("x<pre>a\n b</pre>y", "x\n\na\n b\n\ny"),
        # lists and tables
        ("<ul><li>A</li><li>B <b>c</b></li></ul>", "- A\n- B c"),
        ("Options:<ol><li>A</li><li>B</li></ol>ok", "Options:\n- A\n- B\nok"),
        ("<ul><li>A<ul><li>B</li></ul></li><li></li><li>C</li></ul>", "- A\n- B\n- C"),
        ("<ul><li><p>A</p></li><li><p>B</p></li></ul>", "- A\n\n- B"),
        ("<table><tr><td>Mon</td><td>3pm</td></tr><tr><th>Tue</th><td> 4pm </td></tr></table>", "Mon 3pm\nTue 4pm"),
        ("<table><tbody><tr><td></td><td>x</td></tr></tbody></table>", "x"),
        # text
        ('<p>See <a href="https://x.example">our site</a>, ok?</p>', "See our site, ok?"),
        ("<p>A &amp; B &lt;3 &#8217;s &eacute; &quot;x&quot;</p>", 'A & B <3 ’s é "x"'),
        ("<p>Tom & Jerry</p>", "Tom & Jerry"),
        ('<p>Hi<img src="https://t.example/p.gif" alt="Logo"></p>', "Hi"),
        ('<p>Yes <img alt="👍🏽" src="x"></p>', "Yes 👍🏽"),
        ("<p>Dana <dana@x.example> said yes</p>", "Dana <dana@x.example> said yes"),
        # left out
        (
            "<html><head><title>T</title><style>p{}</style></head><body><script>s()</script><!-- c -->Hi"
            "<noscript>n</noscript><template>t</template><svg><text>v</text></svg></body></html>",
            "Hi",
        ),
        ("<p>Hi</p><blockquote><p>q</p></blockquote><p>Bye</p>", "Hi\n\nBye"),
        ("<div>Hi</div><blockquote>q<blockquote>r</blockquote>q</blockquote><div>Bye</div>", "Hi\nBye"),
        *(
            (f'<div>Hi</div><div class="other {name}">q<div>r</div></div>', "Hi")
            for name in (
                *("gmail_quote", "gmail_quote_container", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote"),
                *("gmail_signature", "moz-signature", "x_gmail_signature"),
            )
        ),
        *(
            (f'<div>Hi</div><div id="{name}"></div><div>q</div>', "Hi")
            for name in ("divRplyFwdMsg", "x_divRplyFwdMsg", "appendonsend", "x_x_appendonsend")
        ),
        ('<div>Hi</div><div class="gmail_quoted">kept</div>', "Hi\nkept"),
        ('<blockquote><div id="divRplyFwdMsg">q</div></blockquote>below', "below"),
        # broken markup
        ("<p>a<p>b", "a\n\nb"),
        ("<div>a</span></div></div>b", "a\nb"),
        ("<b>a", "a"),
        ("<p>a</p><!-- never closed", "a"),
    ],
)
def test_html_to_text(html: str, expected: str) -> None:
    assert clean_email(html, None).body == expected


def test_a_dropped_quote_leaves_one_quoted_line() -> None:
    read = read_html("<p>a</p><blockquote>one<br>two</blockquote><div class='gmail_signature'>Dana</div>b")

    assert read.lines == ["a", ">", "", "b"]


def test_anchors_remember_the_line_their_text_stands_on() -> None:
    read = read_html('<p>a</p><p><a href="https://x.example"> <b>our</b>\n site</a></p><a href="/y"><img src="z"></a>')

    assert [(anchor.href, read.lines[anchor.line : anchor.line + 1]) for anchor in read.anchors] == [
        ("https://x.example", ["our site"]),
        ("/y", []),
    ]


def test_nesting_beyond_the_limit_ends_reading() -> None:
    html = "<p>Hello</p>" + "<div>" * 5000 + "inner" + "</div>" * 5000 + "<p>after</p>"

    assert read_html(html).lines == ["Hello"]


def test_original_keeps_quoting_classes_and_names_images() -> None:
    html = (
        '<div>Hi<img alt="Our logo" src="x"></div><div class="gmail_quote">On Monday<blockquote>q</blockquote></div>'
        '<div id="appendonsend"></div><script>s()</script>below'
    )

    assert read_original(html) == ["Hi[image: Our logo]", "On Monday", "below"]
