"""Knobs of model calls, read when they are used; a number outside its range is moved to the bound and said once."""

import math
import os

import structlog

from zrg.jobs.env import truthy
from zrg.lib import log_events

logger = structlog.get_logger(__name__)

_warned: set[tuple[str, str]] = set()


def number(name: str, default: float, lo: float, hi: float) -> float:
    """The variable within `lo` … `hi`; `default` when it is unset or no number."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    used = default if math.isnan(value) else max(lo, min(hi, value))
    if used != value and (name, text) not in _warned:
        _warned.add((name, text))
        logger.warning(log_events.AI_ENV_CLAMPED, name=name, used=used)
    return used


def prompt_max_attempts() -> int:
    """Attempts of a prompt that does not say how many."""
    return int(number("OPENAI_PROMPT_MAX_ATTEMPTS", 2, 1, 5))


def retry_delay_seconds(failures: int) -> float:
    """The wait after the n-th failed attempt (1, 2, …)."""
    first = number("OPENAI_PROMPT_RETRY_DELAY_MS", 0, 0, 30_000) / 1_000
    return first * number("OPENAI_PROMPT_RETRY_DELAY_MULTIPLIER", 2, 1, 10) ** (failures - 1)


def retry_output_multiplier() -> float:
    """How much the output budget grows from attempt to attempt."""
    return number("OPENAI_RETRY_OUTPUT_TOKENS_MULTIPLIER", 1.2, 1.01, 3)


def ceiling_seconds() -> float:
    """No call waits longer, whatever the deadline."""
    return number("OPENAI_TIMEOUT_MS", 90_000, 1_000, 600_000) / 1_000


def batch_max_retries() -> int:
    """Repeats by the client library for calls without a deadline of their own."""
    return int(number("OPENAI_MAX_RETRIES", 5, 0, 10))


def counts_input_tokens() -> bool:
    """Whether the provider counts the input of prompts that prefer it."""
    return truthy(os.environ.get("AI_USE_INPUT_TOKENS_COUNT", "1"))


def count_timeout_seconds() -> float:
    """How long that count may take."""
    return number("OPENAI_INPUT_TOKENS_TIMEOUT_MS", 3_000, 500, 30_000) / 1_000
