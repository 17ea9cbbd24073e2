"""States of connections, circuits and unrouted calls as numbers, over all workspaces."""

from collections.abc import Iterator

import structlog
from django.db import DatabaseError
from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from integrations.models import Connection, ProviderBudget
from zrg.jobs.enums import EventStatus
from zrg.jobs.models import WebhookEvent
from zrg.lib.exposition import FIGURES
from zrg.lib.log_events import METRICS_UNREADABLE
from zrg.workspaces.context import platform

logger = structlog.get_logger(__name__)


class ConnectionCollector(Collector):
    """Active connections by status, circuits that are not closed, calls nobody owns; none of it with ids."""

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The gauges as the tables stand; none when the database is away."""
        try:
            with platform():
                metrics = list(_gauges())
        except DatabaseError as error:
            logger.warning(METRICS_UNREADABLE, error=type(error).__name__)
            return
        yield from metrics


def register_collector() -> None:
    """Add the collector once per process."""
    FIGURES.register(ConnectionCollector())


def _gauges() -> Iterator[Metric]:
    status = GaugeMetricFamily("zrg_connection_status", "Active connections", labels=["provider", "status"])
    rows = Connection.objects.active().order_by().values_list("provider", "status").annotate(Count("pk"))
    for provider, name, count in rows:
        status.add_metric([provider, name], count)
    yield status
    circuits = GaugeMetricFamily("zrg_circuit_state", "Circuits that are not closed", labels=["provider", "state"])
    open_ones = ProviderBudget.objects.exclude(state="closed").order_by().values_list("provider", "state")
    for provider, state, count in open_ones.annotate(Count("pk")):
        circuits.add_metric([provider, state], count)
    yield circuits
    # Only unrouted calls have no workspace; the index on (workspace, created_at) finds them.
    unrouted = WebhookEvent.objects.filter(workspace__isnull=True, status=EventStatus.UNROUTED).count()
    yield GaugeMetricFamily("zrg_unrouted_events", "Calls that wait for a person to route them", value=unrouted)
