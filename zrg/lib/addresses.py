"""E-mail addresses: one spelling, and which of them belong to no person.

[HARD] `03.own-senders-never-leads`: machine addresses and our own senders are never a lead's identity, alternate or
replier. The callers that write those ask `is_machine_address` and `is_own_sender` first.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

MAX_ADDRESS_CHARS = 320

_ADDRESS = re.compile(r'[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[^\s@<>(),;:"]+')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # PostgreSQL stores no NUL, no mailbox has one of the others
_IN_BRACKETS = re.compile(r"<([^<>]*)>")
_INVISIBLE = "\u200b\u2060\ufeff"
_QUOTES = "\"'“”‘’"

_MACHINE_NAMES = (
    *("mailer-daemon", "postmaster", "mail-delivery", "maildelivery", "bounce", "bounces"),
    *("noreply", "no-reply", "donotreply", "do-not-reply", "do-notreply"),
)
_MACHINE_LOCAL_PART = re.compile(rf"(?:{'|'.join(_MACHINE_NAMES)})(?:[+._-].*)?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedAddress:
    """One mailbox of a header line; `email` is None when it is no usable address."""

    email: str | None
    name: str | None


def normalize_email(value: str | None) -> str | None:
    """The one spelling of an address, or None when it is none; plus tags and dots are kept."""
    address = _address_part(value)
    if not address or len(address) > MAX_ADDRESS_CHARS or _CONTROL.search(address):
        return None
    return address if _ADDRESS.fullmatch(address) else None


def parse_address(value: str | None) -> ParsedAddress:
    """Address and display name of `Dana Reyes <dana@x.example>`; a bare address has no name."""
    before, bracket, _ = (value or "").rpartition("<")
    name = re.sub(r"\\(.)", r"\1", _trimmed(_trimmed(before).strip(_QUOTES))) if bracket else ""
    return ParsedAddress(email=normalize_email(value), name=name or None)


def emails_match(a: str | None, b: str | None) -> bool:
    """Whether both are the same usable address."""
    first = normalize_email(a)
    return first is not None and first == normalize_email(b)


def is_machine_address(value: str | None) -> bool:
    """Whether nobody reads that mailbox: bounce, postmaster and no-reply addresses, with or without a suffix."""
    local_part = _address_part(value).partition("@")[0]
    return _MACHINE_LOCAL_PART.fullmatch(local_part) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSenders:
    """A workspace's own mailboxes and domains, prepared for many questions."""

    addresses: frozenset[str]
    domains: frozenset[str]

    @classmethod
    def of(cls, entries: Iterable[str]) -> "OwnSenders":
        """From addresses and `@domain` entries; anything else covers nothing."""
        addresses, domains = set(), set()
        for entry in entries:
            trimmed = _trimmed(entry or "").lower()
            if trimmed.startswith("@"):
                domains.add(trimmed[1:])
            elif address := normalize_email(entry):
                addresses.add(address)
        return cls(addresses=frozenset(addresses), domains=frozenset(domains - {""}))

    def cover(self, address: str | None) -> bool:
        """Whether the address is one of ours; a domain covers its own mailboxes, not those of subdomains."""
        email = normalize_email(address)
        return email is not None and (email in self.addresses or email.partition("@")[2] in self.domains)


def is_own_sender(address: str | None, entries: Iterable[str]) -> bool:
    """Whether the address is a mailbox we send from; entries are addresses or `@domain`."""
    return OwnSenders.of(entries).cover(address)


def _address_part(value: str | None) -> str:
    """What stands inside the last brackets, without `mailto:` and its query, lower-case; unchecked."""
    text = _trimmed(value or "")
    inside = _IN_BRACKETS.findall(text)
    address = _trimmed(inside[-1] if inside else text)
    if address[:7].lower() == "mailto:":
        address = _trimmed(address[7:].partition("?")[0])
    return address.lower()


def _trimmed(text: str) -> str:
    return text.strip().strip(_INVISIBLE).strip()
