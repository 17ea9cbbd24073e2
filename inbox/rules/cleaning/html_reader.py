"""HTML of a stranger → lines of plain text, without the parts that quote or sign.

lxml repairs and reads the markup as a stream of events, so neither deep nesting nor size can exhaust a stack. The text
is built here and not by a general renderer: those draw tables as columns and count `<br>` differently from what the
rules of the body ask for.
"""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field

from lxml import etree

# Elements whose presence makes a text HTML; `<3` and `<bo@x.example>` are text.
_HTML_TAG = re.compile(
    r"</?(?:html|head|body|div|p|br|span|table|tbody|thead|tr|td|th|ul|ol|li|a|b|i|u|em|strong|font|blockquote|img"
    r"|h[1-6]|style|center|hr|pre|meta|title)[\s/>]",
    re.IGNORECASE,
)

_DROPPED_TAGS = frozenset({"script", "style", "head", "title", "template", "noscript", "svg"})
_QUOTE_CLASSES = frozenset(
    {"gmail_quote", "gmail_quote_container", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote"}
)
_SIGNATURE_CLASSES = frozenset({"gmail_signature", "moz-signature"})
_STOP_IDS = ("divrplyfwdmsg", "appendonsend")  # Outlook writes them before the quoted message

_MARGIN_TAGS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
_BLOCK_TAGS = _MARGIN_TAGS | frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir"),
        *("div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html"),
        *("legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "section", "summary", "table", "tbody"),
        *("tfoot", "thead", "tr", "ul"),
    )
)
_MAX_DEPTH = 2000  # beyond it reading ends; no mail program writes such a mail
_MAX_LABEL_KEPT = 400
_PIECE_BYTES = 16_384
_WHITE_SPACE = re.compile("[ \t\n\r\f\xa0]+")

QUOTE_MARK = ">"  # the line that stands for a dropped quote, as plain-text mail would show it


def is_html(text: str) -> bool:
    """Whether the text holds one of the tags that mail programs write."""
    return _HTML_TAG.search(text) is not None


@dataclass(slots=True)
class Anchor:
    """A link as it was met: its target, its text and the line its text starts on."""

    href: str
    line: int
    label: str = ""

    def add_text(self, text: str, *, line: int) -> None:
        if not self.label.strip():
            self.line = line
        if len(self.label) < _MAX_LABEL_KEPT:
            self.label += text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadHtml:
    """The text of a document as lines, and its links in order."""

    lines: list[str]
    anchors: list[Anchor]


def read_html(html: str, *, keep_signature: bool = False) -> ReadHtml:
    """Text and links of what stands outside quotes; a dropped quote leaves one `>` line.

    Elements that only mark a signature are dropped too, unless `keep_signature`.
    """
    dropped_classes = _QUOTE_CLASSES if keep_signature else _QUOTE_CLASSES | _SIGNATURE_CLASSES
    return _read(html, _Reader(dropped_classes=dropped_classes, stop_ids=_STOP_IDS, quote_mark=True, image_texts=False))


def read_original(html: str) -> list[str]:
    """Lines of the whole document for "Show original": everything but scripts, styles, head and blockquotes."""
    reader = _Reader(dropped_classes=frozenset(), stop_ids=(), quote_mark=False, image_texts=True)
    return _read(html, reader).lines


class _EndReached(Exception):
    """Nothing below this point is read."""


def _read(html: str, reader: "_Reader") -> ReadHtml:
    source = html.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    parser = etree.HTMLParser(target=reader, huge_tree=True, encoding="utf-8")
    # What was read stands when the quote begins, or when lxml sees no document in the rest. Fed in pieces, because
    # lxml notices the end only between two of them.
    with suppress(_EndReached, etree.XMLSyntaxError):
        for start in range(0, len(source), _PIECE_BYTES):
            parser.feed(source[start : start + _PIECE_BYTES])
        parser.close()
    reader.end_line()
    return ReadHtml(lines=reader.lines, anchors=reader.anchors)


@dataclass(slots=True)
class _Reader:
    """Parser target: gathers lines while it knows whether it stands inside something dropped or preformatted."""

    dropped_classes: frozenset[str]
    stop_ids: tuple[str, ...]
    quote_mark: bool
    image_texts: bool
    lines: list[str] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _depth: int = 0
    _dropped_at: int = 0  # depth of the element being dropped, 0 = none
    _pre_at: int = 0
    _anchor_at: int = 0
    _space_waits: bool = False
    _space_is_hard: bool = False  # a no-break space stood in the gap
    _is_verbatim: bool = False  # the line being gathered is preformatted
    _blank_waits: bool = False
    _item_waits: bool = False
    _after_pre_start: bool = False

    # --- what lxml calls

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _EndReached
        if self._dropped_at:
            return
        classes = {name.removeprefix("x_").lower() for name in attributes.get("class", "").split()}
        if tag in _DROPPED_TAGS:
            self._dropped_at = self._depth
            return
        if tag == "blockquote" or classes & self.dropped_classes:
            self._dropped_at = self._depth
            self._mark_quote(is_quote=not classes & _SIGNATURE_CLASSES)
            return
        if self.stop_ids and attributes.get("id", "").strip().lower().endswith(self.stop_ids):
            raise _EndReached
        self._open(tag, attributes)

    def end(self, tag: str) -> None:
        depth, self._depth = self._depth, self._depth - 1
        if self._dropped_at:
            if self._dropped_at == depth:
                self._dropped_at = 0
            return
        if self._pre_at == depth:
            self._pre_at = 0
        if self._anchor_at == depth:
            self._anchor_at = 0
        if tag in _BLOCK_TAGS:
            self.end_line()
            self._item_waits = self._item_waits and tag != "li"
            self._blank_waits = self._blank_waits or tag in _MARGIN_TAGS
        elif tag in ("td", "th"):
            self._space_waits = True

    def data(self, text: str) -> None:
        if self._dropped_at:
            return
        if self._pre_at:
            self._write_preformatted(text.replace("\r", "\n"))
        else:
            self._write_flowing(text)
        if self._anchor_at:
            self.anchors[-1].add_text(text, line=len(self.lines))

    def close(self) -> None:
        """Required of a parser target; the caller ends the last line."""

    # --- elements

    def _mark_quote(self, *, is_quote: bool) -> None:
        self.end_line()
        if self.quote_mark and is_quote:
            self.lines.append(QUOTE_MARK)

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "br":
            self._break_line()
        elif tag in _BLOCK_TAGS:
            self.end_line()
            self._item_waits = self._item_waits or tag == "li"
            self._blank_waits = self._blank_waits or tag in _MARGIN_TAGS
            if tag == "pre":
                self._pre_at, self._after_pre_start = self._depth, True
        elif tag in ("td", "th"):
            self._space_waits = True
        elif tag == "img":
            self.data(self._image_text(attributes))
        elif tag == "a" and attributes.get("href"):
            self.anchors.append(Anchor(attributes["href"], len(self.lines) + self._blank_is_due()))
            self._anchor_at = self._depth
        elif "@" in tag:
            self.data(f"<{tag}>")  # an address somebody forgot to escape: "Dana <dana@x.example> wrote:"

    def _image_text(self, attributes: dict[str, str]) -> str:
        """Images are never shown; an emoji drawn as an image is text, and the original names the others."""
        alt = " ".join(attributes.get("alt", "").split())
        if alt and (self.image_texts or _is_emoji(alt)):
            return f"[image: {alt}]" if self.image_texts else alt
        return ""

    # --- lines

    def end_line(self) -> None:
        """A block starts or ends: what was gathered becomes a line; nothing gathered is no line."""
        if self._pieces:
            text = "".join(self._pieces)
            self.lines.append(text if self._is_verbatim else text.strip(" \xa0"))
            self._pieces.clear()
        elif self._space_is_hard:
            self.lines.append("")  # a no-break space alone in a block is how mail programs write a blank line
        self._space_waits = self._space_is_hard = self._is_verbatim = False

    def _break_line(self) -> None:
        if self._pieces or self._space_is_hard:
            self.end_line()
        else:
            self.lines.append("")
            self._space_waits = False

    def _blank_is_due(self) -> bool:
        return self._blank_waits and not self._pieces and bool(self.lines and self.lines[-1])

    def _write(self, text: str) -> None:
        if not self._pieces:
            if self._blank_is_due():
                self.lines.append("")
            self._blank_waits = False
            if self._item_waits:
                self._pieces.append("- ")
                self._item_waits = False
        self._pieces.append(text)

    def _write_flowing(self, text: str) -> None:
        """Write words; the white space between two of them, in whichever pieces it comes, is one space."""
        position = 0
        for gap in _WHITE_SPACE.finditer(text):
            self._write_word(text[position : gap.start()])
            self._space_waits = True
            self._space_is_hard = self._space_is_hard or "\xa0" in gap.group()
            position = gap.end()
        self._write_word(text[position:])

    def _write_word(self, word: str) -> None:
        if not word:
            return
        if self._space_waits and self._pieces:
            self._pieces.append(" ")
        self._space_waits = self._space_is_hard = False
        self._write(word)

    def _write_preformatted(self, text: str) -> None:
        if self._after_pre_start:
            text = text.removeprefix("\n")
            self._after_pre_start = False
        for number, line in enumerate(text.split("\n")):
            if number:
                self._break_line()
            if line:
                self._is_verbatim = True
                self._write(line)


def _is_emoji(text: str) -> bool:
    """Symbols only, with their skin tones and joiners."""
    kinds = {unicodedata.category(character) for character in text}
    return "So" in kinds and kinds <= {"So", "Sk", "Cf", "Mn"}
