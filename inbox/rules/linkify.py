"""Links inside plain text: which there are, where each leads, and which may be made clickable.

One scanner serves what we show (`rendering`), what we send (`outbound_text`) and what we look for (`cleaning.links`).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_LABEL_CHARS = 200

# `[label](target)`: the label on one line, one level of brackets in the target. A web address with white space inside
# is matched as well, so that the whole of it stays text.
_MARKDOWN = (
    r"\[(?P<label>[^\[\]\r\n]{0,200})\]"
    r"\((?P<target>(?:[^()\s]|\([^()\s]*\))+|(?:https?://|www\.)(?:[^()\r\n]|\([^()\r\n]*\))*)\)"
)
_BARE = r"(?<!\w)(?P<bare>https?://[^\s<>\"]+)"
_LINK = re.compile(f"{_MARKDOWN}|{_BARE}", re.IGNORECASE)

_TRAILING = frozenset(".,;:!?'\"’‘“”«»")
_BRACKETS = {")": "(", "]": "[", "}": "{"}

_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_NAMED_HOST = re.compile(r"\w[\w-]*(?:\.\w[\w-]*)*\.?")
_IPV6_HOST = re.compile(r"\[[0-9a-fA-F:.]+\]")
_FORBIDDEN_KINDS = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})  # control and invisible characters, white space

_LABEL_PARTS = re.compile(r"[^\w.-]+")
_ADDRESS_NUMBERS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
# Endings of file names that are no top-level domain: "brochure.pdf" names no host.
_FILE_ENDINGS = frozenset(
    (
        *("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "csv", "txt", "png", "jpg", "jpeg", "gif"),
        *("html", "htm", "ics", "json", "xml", "js"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A stretch of text without a link that may be followed."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that may be followed: `label` as written, None for a bare URL."""

    href: str
    label: str | None


def scan(text: str) -> Iterator[Text | Link]:
    """The text in pieces, in order and complete; whatever is no safe link is text."""
    position = 0
    for match in _LINK.finditer(text):
        link, end = _link(match)
        if link is None:
            continue
        if match.start() > position:
            yield Text(text=text[position : match.start()])
        yield link
        position = end
    if position < len(text):
        yield Text(text=text[position:])


def _link(match: re.Match[str]) -> tuple[Link | None, int]:
    if match["bare"] is None:
        href = safe_target(match["target"])
        return (Link(href=href, label=match["label"]) if href else None), match.end()
    url = without_trailing_marks(match["bare"])
    href = safe_target(url)
    return (Link(href=href, label=None) if href else None), match.start() + len(url)


def without_trailing_marks(url: str) -> str:
    """The URL without the sentence's punctuation, quotes and brackets that were opened before it."""
    end = len(url)
    balance = {closing: url.count(opening) - url.count(closing) for closing, opening in _BRACKETS.items()}
    while end:
        last = url[end - 1]
        if last in balance and balance[last] < 0:
            balance[last] += 1
        elif last not in _TRAILING:
            break
        end -= 1
    return url[:end]


def safe_target(url: str) -> str | None:
    """The http(s) URL a browser may follow, `www.…` completed to https; None for everything else.

    Refused: other schemes, user info, an empty or odd host, control characters, white space and backslashes (browsers
    read those as slashes, so the host would be another one than the reader sees).
    """
    if url[:4].lower() == "www.":
        url = f"https://{url}"
    if not _SCHEME.match(url) or "\\" in url:
        return None
    if any(unicodedata.category(character) in _FORBIDDEN_KINDS for character in url):
        return None
    return url if _host(url) else None


def _host(url: str) -> str | None:
    """The host of a URL, lower-case; None when there is none or the authority holds more than host and port."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises on a port that is no number
    except ValueError:
        return None
    if "@" in parts.netloc or not parts.hostname:
        return None
    host = parts.netloc.rpartition(":")[0] if parts.port is not None or parts.netloc.endswith(":") else parts.netloc
    if not (_NAMED_HOST.fullmatch(host) or _IPV6_HOST.fullmatch(host)):
        return None
    return parts.hostname


def link_targets(text: str) -> list[str]:
    """Where the links of a text lead, in order."""
    return [piece.href for piece in scan(text) if isinstance(piece, Link)]


def same_target(first: str, second: str) -> bool:
    """Equal but for a closing slash and the case of scheme and host."""
    return _comparable(first) == _comparable(second)


def _comparable(url: str) -> str:
    scheme, _, rest = url.rstrip("/").partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{authority.lower()}{slash}{path}"


def names_another_host(label: str, href: str) -> bool:
    """Whether the label shows a host name that is not where the link leads (`www.` is ignored)."""
    target = _plain_host(_host(href) or "")
    return any(host != target for host in _hosts_named(label))


def _hosts_named(label: str) -> list[str]:
    """Everything in the label that a reader would take for a host, compared as browsers resolve it."""
    shown = unicodedata.normalize("NFKC", label).replace("。", ".")
    shown = "".join(character for character in shown if unicodedata.category(character) not in ("Cc", "Cf", "Mn"))
    hosts = [_plain_host(part) for part in _LABEL_PARTS.split(shown) if _looks_like_host(part)]
    after_scheme = [_plain_host(rest) for rest in re.findall(r"(?i)https?://([\w.-]+)", shown)]
    return hosts + after_scheme


def _looks_like_host(part: str) -> bool:
    part = part.strip(".-_")
    *names, ending = part.split(".")
    if _ADDRESS_NUMBERS.fullmatch(part):
        return True
    is_ending = len(ending) >= 2 and (ending.isalpha() or ending.lower().startswith("xn--"))
    return bool(names) and all(names) and is_ending and ending.lower() not in _FILE_ENDINGS


def _plain_host(host: str) -> str:
    host = unicodedata.normalize("NFKC", host).lower().strip(".-_").removeprefix("www.")
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
