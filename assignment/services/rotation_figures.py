"""The rotation as numbers, over all workspaces."""

import time
from collections.abc import Iterator

import structlog
from django.db import DatabaseError
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from assignment.services.fairness import late_leads
from zrg.lib.exposition import FIGURES
from zrg.lib.log_events import METRICS_UNREADABLE
from zrg.workspaces.context import platform

logger = structlog.get_logger(__name__)

CACHE_SECONDS = 300


class RotationCollector(Collector):
    """Leads that wait for a setter; counted at most every five minutes."""

    def __init__(self) -> None:
        self._kept: tuple[float, int] | None = None

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The gauge; none when the database is away."""
        now = time.monotonic()
        try:
            if self._kept is None or now - self._kept[0] > CACHE_SECONDS:
                with platform():
                    self._kept = (now, late_leads().count())
        except DatabaseError as error:
            logger.warning(METRICS_UNREADABLE, error=type(error).__name__)
            return
        text = "Positive leads without a setter 15 minutes after their reply, where round robin is on"
        yield GaugeMetricFamily("zrg_unassigned_positive_leads", text, value=self._kept[1])


def register() -> None:
    """Add the collector once per process."""
    FIGURES.register(RotationCollector())
