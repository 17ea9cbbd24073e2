"""Where a mail's signature stands, and what of a model's reading of it may be kept (05 R15)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from inbox.rules.cleaning import written_part
from inbox.rules.cleaning.links import own_links
from inbox.rules.schedulers import scheduler_urls
from zrg.lib.redact import redact_text

MAX_CHARS = 6_000
MAX_LINES = 120
LAST_LINES = 20
MAX_URLS = 25
MAX_SCHEDULING = 5
MAX_OTHER = 10
MAX_IMPORTANT = 10
IMPORTANT_CHARS = 160

_SIGNAL = re.compile(
    r"[\w.+-]@[\w-]+\.|https?://|\bwww\.|linkedin\.|\+?\(?\d(?:[\s().-]{0,2}\d){6,14}"
    r"|\b(?:tel|phone|mobile|cell|direct|linkedin|website|web)\b ?[:.]",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"]+", re.IGNORECASE)
_TRAILING = ".,;:!?'\"’)]}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureCandidate:
    """The part of a mail that may be a signature, and the only links a reading of it may name."""

    text: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSummary:
    """What stands in a signature. Contact data is known as there or not there, never as digits."""

    name: str = ""
    title: str = ""
    company: str = ""
    has_email: bool = False
    has_phone: bool = False
    linkedin_url: str = ""
    scheduling_links: tuple[str, ...] = ()
    other_links: tuple[str, ...] = ()
    important_lines: tuple[str, ...] = ()
    confidence: str = "low"

    def as_text(self) -> str:
        """Facts for a writer, one a line; "" when there are none."""
        facts = (
            ("Name", self.name),
            ("Title", self.title),
            ("Company", self.company),
            ("E-mail in the signature", "yes" if self.has_email else ""),
            ("Phone in the signature", "yes" if self.has_phone else ""),
            ("LinkedIn", self.linkedin_url),
            ("Scheduling links", ", ".join(self.scheduling_links)),
            ("Other links", ", ".join(self.other_links)),
            ("Lines", " | ".join(self.important_lines)),
        )
        return "\n".join(f"{name}: {value}" for name, value in facts if value)


def find_candidate(raw_text: str, raw_html: str) -> SignatureCandidate | None:
    """The signature part of a mail as received; None without an address, link, phone or label in it."""
    written = written_part(raw_html, raw_text)
    lines = written[-MAX_CHARS:].splitlines()[-MAX_LINES:]
    anchors = own_links(raw_html)
    shown = [f"{label} ({url})" if label else url for label, url in anchors]
    part = "\n".join([*_signature_lines(lines), *(line for line in shown if line not in lines)]).strip()
    if not part or not _SIGNAL.search(part):
        return None
    found = [match.group().rstrip(_TRAILING) for match in _URL.finditer(part)]
    urls = dict.fromkeys([*found, *scheduler_urls(part), *(url for _, url in anchors)])
    return SignatureCandidate(text=part, urls=tuple(urls)[:MAX_URLS])


def read_summary(answer: dict[str, Any], candidate: SignatureCandidate) -> SignatureSummary:
    """A model's reading, kept to what stands there: links come from the list found by code, words from the text."""
    known = set(candidate.urls)
    text = _folded(candidate.text)

    def written(value: str | None) -> str:
        return " ".join((value or "").split())[:IMPORTANT_CHARS] if _folded(value) and _folded(value) in text else ""

    def listed(values: Iterable[str | None], most: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for value in values if value in known and value))[:most]

    return SignatureSummary(
        name=written(answer["name"]),
        title=written(answer["title"]),
        company=written(answer["company"]),
        has_email=bool(written(answer["email"])),
        has_phone=bool(written(answer["phone"])),
        linkedin_url=next(iter(listed([answer["linkedinUrl"]], 1)), ""),
        scheduling_links=listed(answer["schedulingLinks"], MAX_SCHEDULING),
        other_links=listed(answer["otherLinks"], MAX_OTHER),
        important_lines=tuple(
            redact_text(line) for line in map(written, answer["importantLines"][:MAX_IMPORTANT]) if line
        ),
        confidence=answer["confidence"],
    )


def _signature_lines(lines: list[str]) -> list[str]:
    """From a `--` line; else what follows the last blank line, if that has a signal; else the last lines."""
    marks = [place for place, line in enumerate(lines) if line.strip() in ("--", "—", "__")]
    if marks:
        return lines[marks[-1] + 1 :]
    blanks = [place for place, line in enumerate(lines) if not line.strip()]
    if blanks and _SIGNAL.search("\n".join(lines[blanks[-1] + 1 :])):
        return lines[blanks[-1] + 1 :]
    return lines[-LAST_LINES:]


def _folded(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
