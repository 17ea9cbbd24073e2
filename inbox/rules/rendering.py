"""Text of strangers as HTML that can do nothing: line breaks and checked links, everything else escaped.

[HARD] `07.safe-rendering`, `07.no-disguised-links`. Nothing here ever passes markup of a mail through.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Literal

from inbox.rules import linkify
from inbox.rules.cleaning.boundaries import reply_lines
from inbox.rules.cleaning.html_reader import is_html, read_original
from inbox.rules.cleaning.links import ExtractedLink
from inbox.rules.cleaning.normalise import capped, joined, normalised_lines, storable

MAX_HTML_CHARS = 200_000
MAX_APPENDED_LINKS = 10
MAX_SNIPPET_CHARS = 120
_MAX_ORIGINAL_CHARS = 500_000
_SNIPPET_SOURCE_CHARS = 2_000

_LABEL_BRACKETS = str.maketrans("", "", "[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedText:
    """HTML for the page; `is_cut` asks for the link "Show full message"."""

    html: str
    is_cut: bool


def safe_linkified_html(text: str, target: str = "_blank") -> str:
    """The text as HTML that holds only `<br />` and `<a href target rel>` with checked http(s) addresses."""
    return "".join(_pieces(text, target))


def render_text(text: str, *, target: str = "_blank", max_chars: int = MAX_HTML_CHARS) -> RenderedText:
    """`safe_linkified_html` that ends before `max_chars`, never inside a tag or an entity."""
    pieces: list[str] = []
    size = 0
    for piece in _pieces(text, target):
        size += len(piece)
        if size > max_chars:
            return RenderedText(html="".join(pieces), is_cut=True)
        pieces.append(piece)
    return RenderedText(html="".join(pieces), is_cut=False)


def append_missing_links(body: str, links: Iterable[ExtractedLink | Mapping[str, str]]) -> str:
    """The body followed by `Links:` and a markdown line per safe target that it does not show; at most ten."""
    shown = linkify.link_targets(body)
    lines: list[str] = []
    for label, href in map(_label_and_href, links):
        url = linkify.safe_target(href.strip())
        if url is None or len(lines) == MAX_APPENDED_LINKS or any(linkify.same_target(url, other) for other in shown):
            continue
        shown.append(url)
        lines.append(_link_line(_flat_label(label) or url, url))
    if not lines:
        return body
    appended = "\n".join(["Links:", *lines])
    return f"{body.rstrip()}\n\n{appended}" if body.strip() else appended


def render_original_text(raw_text: str | None, raw_html: str | None) -> str:
    """What "Show original" prints (escaped by the page, inside `<pre>`): the stored text, else the text of the HTML."""
    if raw_text and raw_text.strip() and not is_html(raw_text):
        return storable(raw_text)
    lines = read_original(storable(raw_html or raw_text or ""))
    return capped(joined(normalised_lines("\n".join(lines))), _MAX_ORIGINAL_CHARS)


def render_quoted_text(raw_text: str | None) -> str:
    """What was left out of a received text: quotes, footers, the thread below. Escaped by the page, inside `<pre>`."""
    if not raw_text or is_html(raw_text):
        return ""
    lines = normalised_lines(storable(raw_text))
    written = {line.number for line in reply_lines(lines)}
    return capped(joined([text for number, text in enumerate(lines) if number not in written]), _MAX_ORIGINAL_CHARS)


def message_snippet(body: str, *, direction: Literal["inbound", "outbound"], origin: str | None = None) -> str:
    """One line for a list row, at most 120 characters, with who wrote it when it was us.

    `origin` is the message's (setter, external, ai, engine, campaign).
    """
    prefix = ""
    if direction == "outbound":
        prefix = {"ai": "AI: ", "engine": "AI: ", "campaign": "Campaign: "}.get(origin or "", "You: ")
    words = prefix + " ".join("".join(map(_words, _scanned(body[:_SNIPPET_SOURCE_CHARS]))).split())
    if len(words) <= MAX_SNIPPET_CHARS:
        return words.rstrip()
    return words[: MAX_SNIPPET_CHARS - 1].rstrip() + "…"


def _words(piece: linkify.Text | linkify.Link) -> str:
    return piece.text if isinstance(piece, linkify.Text) else _honest_label(piece)


def _pieces(text: str, target: str) -> Iterator[str]:
    for piece in _scanned(text):
        if isinstance(piece, linkify.Link):
            yield _anchor(piece, target)
            continue
        for number, line in enumerate(piece.text.split("\n")):
            if number:
                yield "<br />"
            yield from (escape(line[at : at + 1000]) for at in range(0, len(line), 1000))


def _scanned(text: str) -> Iterator[linkify.Text | linkify.Link]:
    return linkify.scan(text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n"))


def _anchor(link: linkify.Link, target: str) -> str:
    return (
        f'<a href="{escape(link.href)}" target="{escape(target)}" rel="noopener noreferrer">'
        f"{escape(_honest_label(link))}</a>"
    )


def _honest_label(link: linkify.Link) -> str:
    """The label, unless it is empty or names another host than the one the link leads to."""
    label = link.label or ""
    return link.href if not label.strip() or linkify.names_another_host(label, link.href) else label


def _label_and_href(link: ExtractedLink | Mapping[str, str]) -> tuple[str, str]:
    if isinstance(link, ExtractedLink):
        return link.label, link.href
    return link.get("label") or "", link.get("href") or ""


def _flat_label(label: str) -> str:
    return " ".join(label.translate(_LABEL_BRACKETS).split())[: linkify.MAX_LABEL_CHARS].strip()


def _link_line(label: str, url: str) -> str:
    line = f"- [{label}]({url})"
    if linkify.link_targets(line) == [url]:
        return line
    return f"- [{label}]({url.replace('(', '%28').replace(')', '%29')})"  # brackets that would end the link early
