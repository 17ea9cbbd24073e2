"""Taking secrets, addresses, phones and message texts out of what is logged or stored about an error.

Two uses: `redact_text` for provider messages kept in a row, `redact_event` as the last word of every
log line. Both are idempotent and linear in the length of their input.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Mapping, MutableMapping
from datetime import date, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import PurePath
from typing import Any
from uuid import UUID

EMAIL_MARK = "[email]"
PHONE_MARK = "[phone]"
SECRET_MARK = "[secret]"  # noqa: S105 (the mark itself)
MAX_DEPTH = 6
DIGEST_LENGTH = 10

# name=value, name: value, "name": "value", also inside a query string
_NAMED = re.compile(
    r"((?:api[_-]?key|secret(?:[_-]?key)?|private[_-]?key|signing[_-]?key|access[_-]?key|token|password|passwd|"
    r"passphrase|signature|authorization)[\"']?\s{0,3}[=:]\s{0,3}[\"']?)"
    r"(?!\[secret\])(?:(?:bearer|basic)\s+)?[^\s&\"',;}\])]+",
    re.IGNORECASE,
)
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (_NAMED, rf"\1{SECRET_MARK}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+(?!\[secret\])[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {SECRET_MARK}"),
    (re.compile(r"://[^/\s:@]{1,200}:[^/\s@]{1,200}@"), f"://{SECRET_MARK}@"),
    # Tokens that tell what they are: Slack, OpenAI, GoHighLevel, Resend, JSON web tokens.
    (re.compile(r"\b(?:xox[a-z]-|xapp-|sk-|pit-|re_)[A-Za-z0-9_-]{8,}"), SECRET_MARK),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"), SECRET_MARK),
)
_EMAIL = re.compile(r"[^\s@<>(),;:\"'\[\]=&/?%]{1,64}(?:@|%40)(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}", re.IGNORECASE)
_UUID = r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
# A UUID may hold seven digits in a row and is no phone; it is matched first and kept.
_PHONE = re.compile(
    rf"(?P<keep>{_UUID})|\+\d[\d ().-]{{5,}}\d|(?<!\d)\(?\d{{3}}\)?[ .-]\d{{3}}[ .-]\d{{4}}(?!\d)|\+?\d{{7,}}",
    re.IGNORECASE,
)

# Words of a key's name (split at underscores, hyphens and capitals).
_SECRET_WORDS = frozenset(
    {"secret", "secrets", "password", "passwd", "passphrase", "token", "tokens", "cookie", "cookies", "apikey"}
    | {"authorization", "credential", "credentials", "signature", "otp", "sessionid"}
)
_SECRET_PAIRS = frozenset(
    {"api_key", "private_key", "signing_key", "access_key", "secret_key", "field_key", "session_key"}
)
_LAST_WORDS = {
    "email": frozenset({"email", "emails", "address", "addresses", "recipient", "recipients", "cc", "bcc"}),
    "phone": frozenset({"phone", "phones", "mobile", "e164", "msisdn"}),
    "ip": frozenset({"ip", "addr"}),
    "text": frozenset({"body", "text", "html", "content", "subject", "snippet", "transcript", "completion"}),
}
_PLAIN_TYPES = (int, float, Decimal, UUID, date, time, timedelta, PurePath)
_LENGTH_MARK = re.compile(r"\[[0-9]+ (?:characters|bytes)\]")
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")

Hasher = Callable[[str], str]


def redact_text(text: str) -> str:
    """`text` with e-mail addresses as `[email]`, phone-like runs as `[phone]`, tokens and keys as `[secret]`."""
    without_secrets = _redact_secrets(text)
    without_addresses = _EMAIL.sub(EMAIL_MARK, without_secrets)
    return _PHONE.sub(lambda match: match.group("keep") or PHONE_MARK, without_addresses)


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers as they may be shown: credentials, cookies and signatures replaced, the rest redacted as text."""
    return {
        name: SECRET_MARK if _kind_of(name) == "secret" or name.lower().endswith("-key") else redact_text(value)
        for name, value in headers.items()
    }


def redact_event(logger: Any, method_name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: no secret, full address, full phone or message text leaves in a log line.

    By key: secrets are replaced, addresses and phones hashed (equal values stay equal), texts reduced
    to their length. Every other string is searched for the same things. Keys that start with an
    underscore belong to structlog and are left alone, as is `exc_info`; format exceptions first.
    """
    hasher = hasher_with(_process_salt())
    for key in list(event):
        if not key.startswith("_") and key != "exc_info":
            event[key] = redact_value(key, event[key], hasher)
    return event


def redact_value(key: str, value: Any, hasher: Hasher, depth: int = 0) -> Any:
    """What may be logged of `value` under the name `key`."""
    if value is None or isinstance(value, _PLAIN_TYPES):
        return str(value) if isinstance(value, PurePath) else value
    kind = _kind_of(key)
    if kind == "secret":
        return SECRET_MARK
    if isinstance(value, Mapping):
        return _redact_mapping(value, hasher, depth)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [redact_value(key, item, hasher, depth + 1) for item in value] if depth < MAX_DEPTH else "[…]"
    text = f"[{len(value)} bytes]" if isinstance(value, bytes) else str(value)
    if kind == "text":
        return text if _LENGTH_MARK.fullmatch(text) else f"[{len(text)} characters]"
    return _redact_string(key, kind, text, hasher)


def hasher_with(salt: str) -> Hasher:
    """A function that turns an address or phone into a short keyed digest, equal for equal values."""

    def digest(value: str) -> str:
        normal = value.strip().lower().encode("utf-8", "surrogatepass")
        return hashlib.blake2b(normal, key=salt.encode()[:64], digest_size=DIGEST_LENGTH // 2).hexdigest()

    return digest


def _redact_string(key: str, kind: str, text: str, hasher: Hasher) -> str:
    if kind in _LAST_WORDS and text and not text.startswith((f"{kind}:", "[")):
        value = re.sub(r"[^0-9]", "", text) or text if kind == "phone" else text
        return f"{kind}:{hasher(value)}"
    # Ids of providers and workers may be long runs of digits; they are what an operator searches for.
    numbers = ("id", "ids", "_at", "ts", "key", "hash", "worker")
    return _search_text(text, hasher, phones=not key.lower().endswith(numbers))


def _search_text(text: str, hasher: Hasher, *, phones: bool) -> str:
    found = _EMAIL.sub(lambda match: f"email:{hasher(match.group())}", _redact_secrets(text))
    if not phones:
        return found
    return _PHONE.sub(lambda match: match.group("keep") or PHONE_MARK, found)


def _redact_secrets(text: str) -> str:
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def _redact_mapping(value: Mapping[Any, Any], hasher: Hasher, depth: int) -> Any:
    if depth >= MAX_DEPTH:
        return "[…]"
    return {str(name): redact_value(str(name), item, hasher, depth + 1) for name, item in value.items()}


def _kind_of(key: str) -> str:
    words = [word.lower() for word in _WORD.findall(key)]
    if not words:
        return "plain"
    if _SECRET_WORDS.intersection(words) or "_".join(words[-2:]) in _SECRET_PAIRS:
        return "secret"
    if words[-2:] == ["phone", "number"]:
        return "phone"
    return next((kind for kind, names in _LAST_WORDS.items() if words[-1] in names), "plain")


@lru_cache(maxsize=1)
def _process_salt() -> str:
    # Read when the first line is written, never at import. Without a key the hashes still hide the
    # value; they only cannot be compared between processes.
    return os.environ.get("DJANGO_SECRET_KEY") or secrets.token_hex(32)
