"""Counters of this app, and what the tables say whenever somebody asks; labels never carry ids."""

from collections.abc import Iterator

import structlog
from django.db import DatabaseError
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from leads.models import LeadIdentityConflict
from zrg.lib import log_events
from zrg.lib.exposition import FIGURES
from zrg.workspaces.context import platform

log = structlog.get_logger(__name__)

LEADS_CREATED = Counter("zrg_leads_created_total", "People taken in, by what named them", ["matched_by"])
OPT_OUTS = Counter("zrg_optouts_total", "Leads stopped on every channel, by where they said so", ["channel"])
SMS_BLOCKED = Counter("zrg_sms_blocked_total", "People who could not be texted, by why", ["code"])
EXPORTS = Counter("zrg_exports_total", "Exports by how they ended", ["kind", "status"])

COUNTS_SECONDS = Histogram(
    "zrg_inbox_counts_seconds",
    "Time of all badges of the inbox",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2),
)


def note_counts(seconds: float) -> None:
    """All badges, read once."""
    COUNTS_SECONDS.observe(seconds)


def count_lead(matched_by: str, count: int = 1) -> None:
    """One person taken in: `new`, or the identifier that named an existing lead."""
    LEADS_CREATED.labels(matched_by=matched_by).inc(count)


def count_opt_out(channel: str | None) -> None:
    """One lead stopped on every channel."""
    OPT_OUTS.labels(channel=channel or "").inc()


def count_sms_blocked(code: str) -> None:
    """One text refused for who the person is."""
    SMS_BLOCKED.labels(code=code).inc()


def count_export(kind: str, status: str) -> None:
    """One export that ended."""
    EXPORTS.labels(kind=kind, status=status).inc()


class ConflictCollector(Collector):
    """Claims of two leads nobody has settled."""

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The gauge as the table stands; none when the database is away."""
        try:
            with platform():
                count = LeadIdentityConflict.objects.open().count()
        except DatabaseError as error:
            log.warning(log_events.METRICS_UNREADABLE, error=type(error).__name__)
            return
        yield GaugeMetricFamily("zrg_identity_conflicts_open", "Open claims of two leads", value=count)


def register() -> None:
    """Add the collector once per process."""
    FIGURES.register(ConflictCollector())
