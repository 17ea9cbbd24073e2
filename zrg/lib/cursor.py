"""Opaque cursors of keyset lists: where the last page ended, tied to the filters it was read with."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from zrg.lib.errors import BadInput
from zrg.lib.hashing import canonical_json, sha

FILTER_HASH_LENGTH = 16
MAX_CURSOR_LENGTH = 2_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class CursorMismatch(BadInput):
    """The cursor was tampered with or read with other filters; the client starts at the top."""

    code = "cursor_mismatch"

    def __init__(self) -> None:
        super().__init__(http_status=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Keyset of the last row shown: its sort key (a time, or a text for lists by name) and its id."""

    key: datetime | str
    id: UUID


def filter_hash(filters: Mapping[str, Any]) -> str:
    """Short hash of a filter set of JSON values; the order of keys does not matter."""
    return sha(canonical_json(dict(filters)))[:FILTER_HASH_LENGTH]


def encode_cursor(key: datetime | str, id: UUID, filters_digest: str) -> str:
    """base64url (no padding) of sort key, id and filter hash; an aware time keeps its microseconds."""
    sort_key = (key - _EPOCH) // _MICROSECOND if isinstance(key, datetime) else key
    packed = canonical_json([sort_key, id.hex, filters_digest]).encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode_cursor(cursor: str, filters_digest: str) -> Cursor:
    """The keyset inside `cursor`; anything `encode_cursor` did not make for these filters raises `CursorMismatch`."""
    if len(cursor) > MAX_CURSOR_LENGTH:
        raise CursorMismatch
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        sort_key, id_hex, digest = json.loads(packed)
        if digest != filters_digest:
            raise CursorMismatch
        return Cursor(key=_sort_key(sort_key), id=UUID(hex=id_hex))
    except (binascii.Error, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as malformed:
        raise CursorMismatch from malformed


def _sort_key(value: object) -> datetime | str:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise CursorMismatch
    return value if isinstance(value, str) else _EPOCH + value * _MICROSECOND
