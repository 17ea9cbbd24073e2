"""Parameters of a run, as they arrive from a query string or a JSON body."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from zrg.jobs.errors import BadParameter

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})
FLAGS = ("dryRun", "force")
NUMBERS = ("timeBudgetMs", "workspaceLimit", "leadsPerWorkspace", "staleDays", "concurrency", "limit")
# Text where a number belongs means the default for these three, and is refused for the others.
LENIENT_NUMBERS = frozenset({"workspaceLimit", "leadsPerWorkspace", "staleDays"})
BOUNDS: Mapping[str, tuple[int, int]] = {
    "timeBudgetMs": (1_000, 600_000),
    "workspaceLimit": (1, 1_000),
    "leadsPerWorkspace": (1, 1_000),
    "staleDays": (1, 365),
    "concurrency": (1, 8),
    "limit": (1, 1_000),
}


def parse_params(raw: Mapping[str, Any], bounds: Mapping[str, tuple[int, int]] | None = None) -> dict[str, Any]:
    """The known parameters of `raw`, typed and clamped; absent and blank ones are left out.

    `bounds` are the job's own limits of numbers. Raises BadParameter for the first refused one.
    """
    limits = {**BOUNDS, **(bounds or {})}
    params: dict[str, Any] = {name: _flag(name, raw[name]) for name in FLAGS if name in raw}
    for name in NUMBERS:
        number = _number(name, raw.get(name))
        if number is not None:
            low, high = limits[name]
            params[name] = min(max(number, low), high)
    if _text(raw.get("clientId")):
        params["clientId"] = _uuid("clientId", raw["clientId"])
    return params


def _flag(name: str, value: Any) -> bool:
    word = _text(value).lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise BadParameter(name)


def _number(name: str, value: Any) -> int | None:
    text = _text(value)
    if not text:
        return None
    try:
        if isinstance(value, bool):
            raise ValueError
        return int(text)
    except ValueError:
        if name in LENIENT_NUMBERS:
            return None
        raise BadParameter(name) from None


def _uuid(name: str, value: Any) -> str:
    try:
        return str(UUID(_text(value)))
    except ValueError:
        raise BadParameter(name) from None


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
