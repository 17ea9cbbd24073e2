"""Links of the part of a mail that the person wrote, found in the HTML and never executed."""

import re
from dataclasses import dataclass

from inbox.rules.cleaning.boundaries import reply_lines
from inbox.rules.cleaning.clean import clean_email
from inbox.rules.cleaning.html_reader import Anchor, is_html, read_html
from inbox.rules.cleaning.normalise import normalised_lines, storable
from inbox.rules.linkify import link_targets, safe_target, same_target

MAX_LINKS = 10
MAX_LABEL_CHARS = 120
MAX_HTML_CHARS = 80_000  # anchors further down belong to long quoted threads

# What our own sending tools put into a mail: open and click tracking, and ways out.
_OWN_TRACKING = re.compile(
    r"unsubscribe|opt-?out|/unsub|list-manage\.com/|//(?:track|click|clicks|open|trk)\.|/(?:track|trk)/(?:click|open)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedLink:
    """A link target and what the person saw in its place ("" for an image)."""

    label: str
    href: str


def extract_links(raw_html: str | None, body: str | None = None) -> list[ExtractedLink]:
    """Up to ten http(s) links outside quotes whose targets `body` does not already show, each target once.

    `body` is the cleaned text the links will stand under; by default the one this HTML gives. Links of a signature
    count (a scheduler often stands there), links of quoted text and of our own tracking do not.
    """
    if not raw_html or not is_html(raw_html):
        return []
    html = storable(raw_html)[:MAX_HTML_CHARS]
    shown = link_targets(clean_email(html, None).body if body is None else body)
    links: list[ExtractedLink] = []
    for anchor in _own_anchors(html):
        href = safe_target(anchor.href.strip())
        if href is None or _OWN_TRACKING.search(href) or any(same_target(href, other) for other in shown):
            continue
        label = " ".join(" ".join(normalised_lines(anchor.label)).split())[:MAX_LABEL_CHARS]
        links.append(ExtractedLink(label=label.strip(), href=href))
        shown.append(href)
        if len(links) == MAX_LINKS:
            break
    return links


def own_links(raw_html: str) -> list[tuple[str, str]]:
    """Label and target of every http(s) link outside quotes, signature included, as they come; tracking left out."""
    if not raw_html or not is_html(raw_html):
        return []
    found = []
    for anchor in _own_anchors(storable(raw_html)[:MAX_HTML_CHARS]):
        href = safe_target(anchor.href.strip())
        if href is not None and not _OWN_TRACKING.search(href):
            found.append((" ".join(anchor.label.split())[:MAX_LABEL_CHARS], href))
    return found


def _own_anchors(html: str) -> list[Anchor]:
    """Anchors on lines the person wrote; the lines are cut by the same boundaries as the body."""
    read = read_html(html, keep_signature=True)
    kept = {line.number for line in reply_lines(normalised_lines("\n".join(read.lines)))}
    return [anchor for anchor in read.anchors if anchor.line in kept]
