"""Which optional request parameters a model accepts, and how much output an attempt may spend.

Asked for the model that is actually sent, after every override and fallback: a parameter the model
rejects costs a whole call.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, Literal, TypedDict

TemperatureRule = Literal["always", "with_effort_none", "never"]

# Low to high.
EFFORT_LEVELS = ("none", "minimal", "low", "medium", "high", "xhigh")
EFFORT_ALIASES = {"extra_high": "xhigh"}
VERBOSITY_LEVELS = frozenset({"low", "medium", "high"})
DEFAULT_OUTPUT_MULTIPLIER = 1.2

_DATE_SUFFIX = re.compile(r"-[0-9]{4}-[0-9]{2}-[0-9]{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFamily:
    """What the models of one name prefix accept."""

    efforts: tuple[str, ...] = ()
    temperature: TemperatureRule = "never"
    verbosity: bool = False


class RequestParams(TypedDict):
    """The optional parameters to send, and the sorted names of those that were asked for and left out."""

    send: dict[str, Any]
    dropped: list[str]


UNKNOWN_FAMILY = ModelFamily()
_SMALL_STEPS = ModelFamily(efforts=("minimal", "low", "medium", "high"), verbosity=True)
_REASONING_ONLY = ModelFamily(efforts=("low", "medium", "high"))
_CLASSIC = ModelFamily(temperature="always")

FAMILIES: dict[str, ModelFamily] = {
    "gpt-5.2-chat": UNKNOWN_FAMILY,
    "gpt-5.1-chat": UNKNOWN_FAMILY,
    "gpt-5-chat": _CLASSIC,
    "gpt-5-pro": ModelFamily(efforts=("high",), verbosity=True),
    "gpt-5.2": ModelFamily(
        efforts=("none", "low", "medium", "high", "xhigh"), temperature="with_effort_none", verbosity=True
    ),
    "gpt-5.1": ModelFamily(efforts=("none", "low", "medium", "high"), temperature="with_effort_none", verbosity=True),
    "gpt-5": _SMALL_STEPS,
    "gpt-5-mini": _SMALL_STEPS,
    "gpt-5-nano": _SMALL_STEPS,
    "o1": _REASONING_ONLY,
    "o3": _REASONING_ONLY,
    "o4": _REASONING_ONLY,
    "gpt-4": _CLASSIC,
}
# The versions of this family follow its name without a hyphen: gpt-4o, gpt-4.1.
_OPEN_PREFIX = "gpt-4"


def resolve_request_params(
    model: str,
    effort: str | None = None,
    temperature: float | None = None,
    verbosity: str | None = None,
) -> RequestParams:
    """What of the wishes is sent to `model`: nothing it rejects, an unsupported effort moved to its neighbour.

    A temperature that needs effort `none` brings that effort with it. One that is never accepted is
    replaced by the lowest effort when no effort was asked. An unknown model gets nothing optional.
    """
    family = family_of(model)
    send: dict[str, Any] = {}
    dropped: set[str] = set()

    if effort:
        if level := supported_effort(effort, family):
            send["effort"] = level
        else:
            dropped.add("effort")
    if temperature is not None:
        if family.temperature == "never":
            dropped.add("temperature")
            if not effort and family.efforts:
                send["effort"] = family.efforts[0]
        else:
            send["temperature"] = temperature
            if family.temperature == "with_effort_none":
                send["effort"] = "none"
                dropped.discard("effort")
    if verbosity:
        level = verbosity.strip().lower()
        if family.verbosity and level in VERBOSITY_LEVELS:
            send["verbosity"] = level
        else:
            dropped.add("verbosity")
    return RequestParams(send=send, dropped=sorted(dropped))


def family_of(model: str | None) -> ModelFamily:
    """The family with the longest matching prefix; one that accepts nothing for an unknown model."""
    name = model_name(model)
    matches = [prefix for prefix in FAMILIES if _belongs(name, prefix)]
    return FAMILIES[max(matches, key=len)] if matches else UNKNOWN_FAMILY


def model_name(model: str | None) -> str:
    """The name in lower case without white space around it and without a `-YYYY-MM-DD` suffix."""
    return _DATE_SUFFIX.sub("", (model or "").strip().lower())


def supported_effort(effort: str, family: ModelFamily) -> str | None:
    """The asked level, else the highest supported one below it, else the lowest; None for an unknown word."""
    asked = effort.strip().lower()
    asked = EFFORT_ALIASES.get(asked, asked)
    if asked not in EFFORT_LEVELS or not family.efforts:
        return None
    rank = EFFORT_LEVELS.index(asked)
    not_above = [level for level in family.efforts if EFFORT_LEVELS.index(level) <= rank]
    return not_above[-1] if not_above else family.efforts[0]


def expand_attempts(
    attempts: Sequence[int], max_attempts: int, multiplier: float, cap: int, extra: int = 0
) -> list[int]:
    """Output budgets (tokens) of the attempts: the given ones, then growing ones up to `cap`.

    No budget repeats: asking again with the budget that cut the last answer would cut it again.
    """
    budgets = list(attempts)
    while budgets and len(budgets) < max_attempts:
        previous = budgets[-1]
        grown = min(cap, max(previous + 1, _ceil_product(previous, multiplier), previous + extra))
        if grown <= previous:
            break
        budgets.append(grown)
    return budgets


def first_budget(input_tokens: int, *, scale: float, overhead: int, minimum: int, maximum: int) -> int:
    """Output tokens of the first attempt, in proportion to the input."""
    return min(max(_ceil_product(input_tokens, scale) + overhead, minimum), maximum)


def _belongs(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix if prefix == _OPEN_PREFIX else f"{prefix}-")


def _ceil_product(tokens: int, factor: float) -> int:
    # In decimals: 1000 x 1.1 is 1100, not 1100.0000000000002 and so 1101.
    return math.ceil((Decimal(tokens) * Decimal(str(factor))).quantize(Decimal("0.000001"), ROUND_CEILING))
