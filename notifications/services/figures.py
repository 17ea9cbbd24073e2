"""The outbox as numbers, over all workspaces."""

from collections.abc import Iterator

import structlog
from django.db import DatabaseError
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from notifications.enums import SendStatus
from notifications.models import NotificationSendLog
from zrg.lib.exposition import FIGURES
from zrg.lib.log_events import METRICS_UNREADABLE
from zrg.workspaces.context import dispatch

logger = structlog.get_logger(__name__)


class OutboxCollector(Collector):
    """How much waits, and for how long."""

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The gauges as the table stands; none when the database is away."""
        try:
            with dispatch():
                waiting = NotificationSendLog.objects.filter(status=SendStatus.PENDING)
                found = waiting.aggregate(count=Count("pk"), oldest=Min("created_at"))
        except DatabaseError as error:
            logger.warning(METRICS_UNREADABLE, error=type(error).__name__)
            return
        oldest = (timezone.now() - found["oldest"]).total_seconds() if found["oldest"] else 0.0
        yield GaugeMetricFamily("zrg_outbox_pending", "Messages that wait to leave", value=found["count"])
        yield GaugeMetricFamily("zrg_outbox_oldest_seconds", "Age of the oldest of them", value=oldest)


def register_collector() -> None:
    """Add the collector once per process."""
    FIGURES.register(OutboxCollector())
