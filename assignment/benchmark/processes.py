"""Processes that work at once, and what they did."""

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

# A figure is the middle of this many repetitions.
REPEATS = 5


@dataclass(slots=True)
class Tally:
    """What workers did."""

    counts: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def figures(self, leads: int) -> dict[str, Any]:
        """Throughput, percentiles in milliseconds, shares."""
        times = sorted(self.times)
        busy = self.counts["lock_not_acquired"]
        settled = sum(self.counts[name] for name in ("success", "kept", "duplicate"))
        shown = {f"p{share}_ms": round(percentile(times, share / 100), 2) for share in (50, 95, 99)} if times else {}
        return {
            "leads": leads,
            "settled": settled,
            "seconds": round(self.seconds, 2),
            "leads_per_second": round(settled / self.seconds, 1) if self.seconds else 0.0,
            **shown,
            "avg_ms": round(sum(times) / len(times), 2) if times else None,
            "max_ms": round(times[-1], 2) if times else None,
            "success": round(settled / leads, 4) if leads else None,
            "lock_acquisition": round(settled / (settled + busy), 4) if settled + busy else None,
        }


def together(works: Sequence[Callable[[], Tally]]) -> Tally:
    """One process per work, behind a barrier; what they did, added up."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, queue = context.Barrier(len(works)), context.SimpleQueue()
    for work in works:
        context.Process(target=_child, args=(work, barrier, queue)).start()
    total = Tally()
    for _ in works:
        counts, times, seconds = queue.get()
        total.counts.update(counts)
        total.times += times
        total.seconds = max(total.seconds, seconds)
    return total


def _child(work: Callable[[], Tally], barrier: Any, queue: Any) -> None:
    tally = Tally()
    try:
        connections.close_all()
        barrier.wait(60)
        tally = work()
    finally:
        connections.close_all()
        queue.put((dict(tally.counts), tally.times, tally.seconds))
        # A copy of the parent process has nothing to tidy up.
        os._exit(0)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which this share of sorted values lies."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
