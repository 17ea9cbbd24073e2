"""What a row of the benchmark is: something measured against a rival or a limit, with its budget."""

import importlib
import pkgutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench import rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the result.

    With `ratio` the figure must be `at_least` or `at_most` the budget, compared with the rival of the
    same run; without one it only describes this machine.
    """

    name: str
    value: float
    unit: str
    rival: str = ""
    rival_value: float | None = None
    ratio: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the budget holds; a figure without one always does."""
        measured = self.value if self.ratio is None else self.ratio
        too_small = self.at_least is not None and measured < self.at_least
        too_large = self.at_most is not None and measured > self.at_most
        return not (too_small or too_large)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How thoroughly to measure; `quick` is for trying a row out, its figures prove nothing."""

    quick: bool = False

    def scaled(self, count: int) -> int:
        """A number of rows or calls, a tenth of it when quick."""
        return max(count // 10, 1) if self.quick else count


Row = Callable[[Options], list[Figure]]


def all_rows() -> dict[str, Row]:
    """Every module of bench/rows with its function `measure`, by name."""
    found = {}
    for module in sorted(pkgutil.iter_modules(rows.__path__), key=lambda module: module.name):
        found[module.name] = importlib.import_module(f"bench.rows.{module.name}").measure
    return found


def against(name: str, value: float, rival: str, rival_value: float, *, unit: str, at_least: float) -> Figure:
    """A figure that must be `at_least` times its rival's."""
    return Figure(
        name=name,
        value=value,
        unit=unit,
        rival=rival,
        rival_value=rival_value,
        ratio=value / rival_value if rival_value else float("inf"),
        at_least=at_least,
    )


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0 … 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Yields a function that tells the seconds since the block began (frozen at its end)."""
    began = time.perf_counter()
    ended: list[float] = []
    yield lambda: (ended[0] if ended else time.perf_counter()) - began
    ended.append(time.perf_counter())


def render(figure: Figure) -> str:
    """One line: the figure, its rival and ratio, its budget, and whether it is met."""
    parts = [f"{figure.name}: {figure.value:,.1f} {figure.unit}"]
    if figure.rival_value is not None:
        parts.append(f"{figure.rival} {figure.rival_value:,.1f}")
    if figure.ratio is not None:
        parts.append(f"ratio {figure.ratio:.2f}")
    if figure.at_least is not None:
        parts.append(f"needs ≥ {figure.at_least:g}")
    if figure.at_most is not None:
        parts.append(f"needs ≤ {figure.at_most:g}")
    has_budget = figure.at_least is not None or figure.at_most is not None
    verdict = ("ok" if figure.is_met else "MISSED") if has_budget else "–"
    return f"{verdict:<6} {' · '.join(parts)}"
