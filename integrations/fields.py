"""Reading single values out of providers' JSON, webhooks and answers alike.

Ids come as numbers or strings; anything that is neither (booleans, fractions, lists, objects) counts
as missing. Nothing here raises.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.contracts import Address

FUTURE_TOLERANCE = timedelta(hours=24)
MAX_ADDRESSES = 200

# Seconds or milliseconds sent as a string; fewer digits are a date (20260305).
_EPOCH = re.compile(r"[0-9]{10,13}", re.ASCII)


def obj(value: Any) -> dict[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str | None:
    """A non-blank string, trimmed; numbers without fraction as their digits; None for anything else."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None


def raw_text(value: Any) -> str | None:
    """A string as it is (bodies keep their blanks); None for anything else."""
    return value if isinstance(value, str) and value else None


def filled(value: Any) -> str | None:
    """A string as it is, unless it is blank; None for anything else."""
    return value if isinstance(value, str) and value.strip() else None


def email(value: Any) -> str | None:
    """An address in lower case."""
    found = text(value)
    return found.lower() if found else None


def moment(value: Any, *, now: datetime | None = None) -> datetime | None:
    """When something happened, UTC when it names no zone; None when unreadable or more than a day ahead."""
    found = instant(value)
    if found is None or found > (now or datetime.now(UTC)) + FUTURE_TOLERANCE:
        return None
    return found


def instant(value: Any) -> datetime | None:
    """A timestamp however far ahead (a meeting), UTC when it names no zone; None when unreadable."""
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_epoch(value)
    return None


def addresses(value: Any) -> tuple[Address, ...]:
    """A header's mailboxes, in either spelling the provider uses; entries without an address are dropped."""
    entries = value if isinstance(value, list) else [value]
    found = []
    for entry in entries[:MAX_ADDRESSES]:
        address = email(entry) if isinstance(entry, str) else _address_of(obj(entry))
        if address:
            found.append(Address(email=address, name=None if isinstance(entry, str) else text(entry.get("name"))))
    return tuple(found)


def address(value: Any, name: Any = None) -> Address | None:
    """One mailbox; None without an address."""
    found = email(value)
    return Address(email=found, name=text(name)) if found else None


def flag(value: Any) -> bool | None:
    """A truth value, also written as 0/1 or a word; None when it says nothing."""
    if isinstance(value, bool):
        return value
    word = (text(value) or "").lower()
    if word in ("1", "true", "yes"):
        return True
    return False if word in ("0", "false", "no") else None


def split_name(value: Any) -> tuple[str | None, str | None]:
    """First and last name of a full one, divided at the first blank; an address is no name."""
    first, _, last = (text(value) or "").partition(" ")
    return (None, None) if "@" in first else (first or None, last.strip() or None)


def _address_of(entry: dict[str, Any]) -> str | None:
    return email(entry.get("address")) or email(entry.get("email_address")) or email(entry.get("email"))


def _from_text(value: str) -> datetime | None:
    value = value.strip()
    if _EPOCH.fullmatch(value):
        return _from_epoch(int(value))
    try:
        found = datetime.fromisoformat(value)
        # Converting also refuses the year 0 or 10000 of an odd zone.
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _from_epoch(value: float) -> datetime | None:
    try:
        seconds = value / 1000 if abs(value) > 10**12 else value
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
