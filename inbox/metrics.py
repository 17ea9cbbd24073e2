"""Counters of sending and comparing, and what stands unconfirmed; labels never carry ids."""

from collections.abc import Iterator

import structlog
from django.db import DatabaseError
from prometheus_client import Counter
from prometheus_client.core import REGISTRY, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from inbox.enums import DeliveryStatus
from inbox.models import Message
from zrg.lib import log_events
from zrg.workspaces.context import platform

log = structlog.get_logger(__name__)

SENDS = Counter("zrg_send_total", "Messages ordered, by what became of them", ["channel", "status", "code"])
AMBIGUOUS = Counter("zrg_sync_ambiguous_total", "Rows of a provider's history that fit several of our messages")

SLACK_INTERACTIONS = Counter("zrg_slack_interactions_total", "Buttons pressed in Slack, by what came of it", ["result"])


def count_slack_interaction(result: str) -> None:
    """One click that was acted upon, or refused."""
    SLACK_INTERACTIONS.labels(result=result).inc()


def count_send(channel: str, status: str, code: str) -> None:
    """One call of `send_message`; `code` is empty when it was sent."""
    SENDS.labels(channel=channel, status=status, code=code).inc()


def count_ambiguous() -> None:
    """One row that was neither taken over nor matched."""
    AMBIGUOUS.inc()


class UnknownSendsCollector(Collector):
    """Messages of which nobody knows whether they left."""

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The gauge as the table stands; none when the database is away."""
        try:
            with platform():
                count = Message.objects.filter(delivery_status=DeliveryStatus.UNKNOWN).count()
        except DatabaseError as error:
            log.warning(log_events.METRICS_UNREADABLE, error=type(error).__name__)
            return
        yield GaugeMetricFamily("zrg_unknown_sends", "Messages whose outcome is unknown", value=count)


def register() -> None:
    """Add the collector once per process."""
    REGISTRY.register(UnknownSendsCollector())
