"""What may be kept of a call beside its figures: short values under known names, never prose (05 R24)."""

import math
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from zrg.lib.redact import redact_text
from zrg.lib.text import storable

ALLOWED_KEYS = frozenset(
    {
        "leadContextBundle",
        "followupParse",
        "bookingGate",
        "autoSendRevision",
        "routeSkip",
        "routeOutcome",
        "memoryProposals",
    }
)
MAX_TEXT = 200
PROSE_CHARS = 40
MAX_DEPTH = 6
MAX_ITEMS = 50

_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_LINK = re.compile(r"://|\bwww\.|@", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9_.:\[\]-]{1,60}", re.ASCII)
_DROP: Any = object()


def clean_metadata(values: Mapping[str, Any]) -> dict[str, Any]:
    """The allow-listed part of `values` as JSON can hold it; whatever looks like text of a person is left out.

    A string of more than 40 characters with a space, or one with an address, a phone or a link, is dropped
    whole; others are cut to 200. Deeper than 6 levels and beyond 50 entries nothing is kept.
    """
    known = {key: value for key, value in values.items() if key in ALLOWED_KEYS}
    cleaned = _clean(known, 0)
    return cleaned if isinstance(cleaned, dict) else {}


def code_word(value: object) -> str:
    """`value` if it is a code of a provider (one word), else ""."""
    text = str(value or "")
    return text if _WORD.fullmatch(text) else ""


def _clean(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else _DROP
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str):
        return _text(value)
    if depth >= MAX_DEPTH:
        return _DROP
    if isinstance(value, Mapping):
        return _mapping(value, depth)
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [_clean(item, depth + 1) for item in list(value)[:MAX_ITEMS]]
        return [item for item in items if item is not _DROP]
    return _DROP


def _mapping(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, item in list(value.items())[:MAX_ITEMS]:
        cleaned = _clean(item, depth + 1) if isinstance(name, str) and _NAME.fullmatch(name) else _DROP
        if cleaned is not _DROP:
            kept[name] = cleaned
    return kept


def _text(value: str) -> Any:
    text = storable(value)
    if len(text) > PROSE_CHARS and any(character.isspace() for character in text):
        return _DROP
    if _LINK.search(text) or redact_text(text) != text:
        return _DROP
    return text[:MAX_TEXT]
