"""Knobs of the provider clients, read leniently when they are used: a typing error never stops a call."""

import os
import re

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)

EMAILBISON_DEFAULT_URL = "https://send.meetinboxxia.com"


def clamped_int(name: str, default: int, lo: int, hi: int) -> int:
    """The variable as an integer within `lo` … `hi`; unparsable counts as `default`."""
    text = os.environ.get(name, "").strip()
    return max(lo, min(hi, int(text))) if _INTEGER.fullmatch(text) else default


def base_url(name: str, default: str) -> str:
    """The provider's base address without trailing slash; blank counts as `default`."""
    return (os.environ.get(name, "").strip() or default).rstrip("/")


def emailbison_base_url() -> str:
    """Base address of the default EmailBison instance."""
    return base_url("EMAILBISON_BASE_URL", EMAILBISON_DEFAULT_URL)


def milliseconds(name: str, default: int, lo: int = 1_000, hi: int = 120_000) -> float:
    """A duration given in milliseconds, in seconds."""
    return clamped_int(name, default, lo, hi) / 1_000


def secret(name: str) -> str:
    """A platform credential, stripped; "" when unset."""
    return os.environ.get(name, "").strip()


def emailbison_timeout_seconds() -> float:
    """How long one EmailBison call may take."""
    return milliseconds("EMAILBISON_TIMEOUT_MS", 30_000)


def emailbison_max_retries() -> int:
    """How often a read, or a call the provider refused for its rate, is repeated."""
    return clamped_int("EMAILBISON_MAX_RETRIES", 2, 0, 5)
