"""Web addresses of a draft, and promises of one."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from inbox.rules.linkify import without_trailing_marks
from inbox.rules.outbound_text import find_truncated_urls
from inbox.rules.schedulers import is_scheduler_url, same_page, scheduler_urls

_URL = re.compile(
    r"(?<![\w@.-])(?:https?://|www\.)[^\s<>\"]+"
    r"|(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,5}(?:com|net|org|io|co|ai|app|me|dev|so|link|page|site|us|uk|de|eu|example)/[^\s<>\"]+",
    re.IGNORECASE,
)
# In a source a bare host counts as well: "see harbor.example".
_HOST = re.compile(r"(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}(?![\w@])", re.IGNORECASE)
_PROMISE = re.compile(
    r"""
      \b(?:booking|scheduling|calendar|meeting|calendly)\s(?:link|page)\b
    | \b(?:book|schedule)\s(?:(?:a|your|some)\s(?:[\w-]+\s)?(?:time|call|slot|meeting|demo)\s|it\s|directly\s)?
      (?:right\s)?here\b
    | \b(?:pick|grab|choose|find|select|reserve)\s(?:a|any|your|some)\s(?:[\w-]+\s)?(?:time|slot|spot)\s
      (?:[\w'\s]{0,24}\s)?(?:here|below|(?:from|on|in|via|through)\s(?:my|our)\scalendar)\b
    | \b(?:my|our|the)\scalendar\s(?:is\s)?(?:below|here|above)\b
    | \bhere(?:'s|\sis)\s(?:my|our|the|a)\s(?:calendar|link)\b
    | \b(?:use|click|follow|via|through|using)\s(?:this|the|my|our)\s(?:[\w-]+\s)?link\b
    | \blink\s(?:is\s)?below\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


def urls_of(text: str) -> list[str]:
    """Web addresses as written, without the sentence's punctuation, each once; half ones are not among them."""
    half = set(find_truncated_urls(text))
    found = (_target(match.group()) for match in _URL.finditer(text))
    return list(dict.fromkeys(url for url in found if url and url not in half and url.rstrip(".,;:!?'\"") not in half))


def promises_link(text: str) -> bool:
    """Wording that announces a link: "booking link", "book here", "my calendar below"."""
    return _PROMISE.search(text) is not None


def link_codes(
    body: str,
    *,
    inbound: str,
    booking_link: str | None,
    lead_scheduler_link: str | None,
    sources: Sequence[str],
) -> set[str]:
    """`fabricated_link` for a scheduler that is neither ours nor the lead's, or a promise without a link;
    `unknown_url` for any other address nobody gave us.
    """
    ours = [link for link in (booking_link, lead_scheduler_link) if link and link.strip()]
    given = [*ours, *urls_of(inbound)]
    known = [*given, *_source_urls([inbound, *sources])]
    codes: set[str] = set()
    urls = urls_of(body)
    for url in urls:
        if is_scheduler_url(url):
            if not _is_one_of(url, given):
                codes.add("fabricated_link")
        elif not _is_one_of(url, known):
            codes.add("unknown_url")
    lead_gave_one = bool(lead_scheduler_link) or bool(scheduler_urls(inbound))
    if not urls and not find_truncated_urls(body) and not lead_gave_one and promises_link(body):
        codes.add("fabricated_link")
    return codes


def _source_urls(texts: Iterable[str]) -> list[str]:
    return [url for text in texts for url in (*urls_of(text), *_HOST.findall(text))]


def _is_one_of(url: str, known: Iterable[str]) -> bool:
    return any(same_page(url, other) for other in known)


def _target(written: str) -> str:
    """The address alone: out of `[label](address)`, without closing marks."""
    url = without_trailing_marks(written.split("](", 1)[-1])
    try:
        host = urlsplit(url if "://" in url else f"https://{url}").hostname
    except ValueError:
        return url
    return url if host else ""
