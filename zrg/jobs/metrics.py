"""Figures of work for Prometheus, read from the tables whenever somebody asks.

Nothing is counted in processes, so every web process tells the same, and a restart loses nothing.
"""

from collections.abc import Iterator

import structlog
from django.db import DatabaseError
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from zrg.jobs.services import queue_state
from zrg.lib import log_events
from zrg.lib.exposition import FIGURES

log = structlog.get_logger(__name__)


class WorkCollector(Collector):
    """Depth and age of both queues, results of the last 24 hours, age of the last good run per schedule."""

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The gauges as the tables stand; none when the database is away."""
        try:
            report = queue_state.queue_report()
            results = queue_state.results_24h()
        except DatabaseError as error:
            log.warning(log_events.METRICS_UNREADABLE, error=type(error).__name__)
            return
        yield from _queue_gauges("jobs", report["jobs"])
        yield from _queue_gauges("webhook_events", report["webhook_events"])
        yield from _result_gauges(results)
        age = GaugeMetricFamily("zrg_taskrun_age_seconds", "Age of the last good run", labels=["job"])
        for row in report["schedules"]:
            if row["age_seconds"] is not None:
                age.add_metric([row["job"]], row["age_seconds"])
        yield age


def register() -> None:
    """Add the collector once per process."""
    FIGURES.register(WorkCollector())


def _queue_gauges(name: str, row: dict[str, int]) -> Iterator[Metric]:
    yield GaugeMetricFamily(f"zrg_{name}_due", "Rows due now", value=row["due"])
    yield GaugeMetricFamily(f"zrg_{name}_oldest_due_seconds", "Wait of the oldest", value=row["oldest_due_seconds"])
    yield GaugeMetricFamily(f"zrg_{name}_running", "Rows being worked on", value=row["running"])


def _result_gauges(results: list[tuple[str, str, str, int, float]]) -> Iterator[Metric]:
    count = GaugeMetricFamily("zrg_jobs_24h", "Ended within 24 hours", labels=["kind", "type", "result"])
    seconds = GaugeMetricFamily("zrg_job_seconds_24h", "Mean duration, 24 hours", labels=["kind", "type", "result"])
    for kind, type_, result, rows, mean in results:
        count.add_metric([kind, type_, result], rows)
        seconds.add_metric([kind, type_, result], mean)
    yield count
    yield seconds
