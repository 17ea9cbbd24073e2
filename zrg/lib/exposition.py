"""The text of the page of metrics: what processes counted, and figures that tables tell."""

from collections.abc import Iterable

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from zrg.lib.metric_files import counted_files

# Collectors that read tables register here: they are asked once, by the process that shows the page.
FIGURES = CollectorRegistry()


class FilesCollector(Collector):
    """The counters and histograms of all processes, added up."""

    def collect(self) -> Iterable[Metric]:
        """As the files stand now."""
        merged: Iterable[Metric] = MultiProcessCollector.merge(counted_files() or [])
        return merged


def exposition() -> bytes:
    """Prometheus text of this installation."""
    counted = REGISTRY
    if counted_files() is not None:
        counted = CollectorRegistry()
        counted.register(FilesCollector())
    return generate_latest(counted) + generate_latest(FIGURES)
