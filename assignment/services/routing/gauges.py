"""What the tables say about routing whenever Prometheus asks: one query, kept for five seconds."""

import time
from collections.abc import Iterator
from typing import Any

import structlog
from django.db import DatabaseError, connection
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from assignment.rules.routing.health import add_up
from assignment.services.routing.health import health_rows
from zrg.lib import log_events
from zrg.lib.exposition import FIGURES
from zrg.workspaces.context import dispatch, platform

log = structlog.get_logger(__name__)

CACHE_SECONDS = 5.0
MAX_WORKSPACES = 500
GAUGES = {
    "queue_due": ("due", "Attempts due now"),
    "queue_open": ("queue_open", "Planned attempts"),
    "queue_oldest_due_seconds": ("oldest_due_seconds", "Wait of the oldest due attempt"),
    "pending": ("pending", "Leads that wait"),
    "in_progress": ("in_progress", "Leads under a lock"),
    "failed": ("failed", "Leads given up"),
    "stale_locks": ("stale_locks", "Locks left behind"),
    "expired_24h": ("expired_24h", "Leads nobody took, 24 hours"),
    "expired_1h": ("expired_1h", "Leads nobody took, 1 hour"),
    # What the alerts ask: from the log, so that it is the same whichever process is asked.
    "settled_15m": ("settled_15m", "Leads settled, 15 minutes"),
    "failed_15m": ("failed_15m", "Leads given up, 15 minutes, without those no rule fits and those returned"),
    "lock_timeouts_5m": ("lock_timeouts_5m", "Attempts that ended waiting for a lock, 5 minutes"),
    "attempts_30m": ("attempts_30m", "Attempts, 30 minutes"),
    "retries_30m": ("retries_30m", "Attempts put off, 30 minutes"),
    "settled_1h": ("settled_1h", "Leads settled, 1 hour"),
    "duplicates_1h": ("duplicates_1h", "Leads settled as duplicates, 1 hour"),
}
_FULL = """
SELECT count(*) FROM assignment_routingpartner p
LEFT JOIN workspaces_workspacesettings s ON s.workspace_id = p.destination_workspace_id
CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE coalesce(s.timezone, 'UTC'))::date AS today) t
CROSS JOIN LATERAL (
    SELECT coalesce(sum(c.count) FILTER (WHERE c.day = t.today), 0) AS daily,
        coalesce(sum(c.count) FILTER (WHERE c.day >= date_trunc('week', t.today)::date), 0) AS weekly,
        coalesce(sum(c.count) FILTER (WHERE c.day >= date_trunc('month', t.today)::date), 0) AS monthly,
        coalesce(sum(c.count) FILTER (WHERE c.day = date '0001-01-01'), 0) AS total
    FROM assignment_routingcounter c
    WHERE c.scope = 'partner' AND c.scope_id = p.id AND (c.day = date '0001-01-01' OR (c.day <= t.today
        AND c.day >= least(date_trunc('week', t.today), date_trunc('month', t.today))::date))
) n
WHERE p.status = 'active' AND (p.cap_daily <= n.daily OR p.cap_weekly <= n.weekly OR p.cap_monthly <= n.monthly
    OR p.cap_total <= n.total)
"""


class RoutingCollector(Collector):
    """Depth and age of the queue, states of leads, duplicates and unroutable leads per workspace."""

    def __init__(self) -> None:
        self._kept: tuple[float, list[dict[str, Any]], int] | None = None

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The gauges as the tables stand; none when the database is away."""
        try:
            rows, full = self._read()
        except DatabaseError as error:
            log.warning(log_events.METRICS_UNREADABLE, error=type(error).__name__)
            return
        total = add_up(rows)
        for name, (column, text) in GAUGES.items():
            yield GaugeMetricFamily(f"zrg_routing_{name}", text, value=total[column])
        yield _by_workspace("duplicates_24h", "Duplicates, 24 hours", rows, "duplicates_24h")
        yield _by_workspace("unroutable", "Leads given up", rows, "failed")
        yield GaugeMetricFamily("zrg_routing_partner_full", "Agreements at a cap", value=full)

    def _read(self) -> tuple[list[dict[str, Any]], int]:
        now = time.monotonic()
        if self._kept is None or now - self._kept[0] > CACHE_SECONDS:
            with dispatch():
                rows = health_rows()
            with platform(), connection.cursor() as cursor:
                cursor.execute(_FULL)
                self._kept = (now, rows, int(cursor.fetchone()[0]))
        return self._kept[1], self._kept[2]


def register() -> None:
    """Add the collector once per process."""
    FIGURES.register(RoutingCollector())


def _by_workspace(name: str, text: str, rows: list[dict[str, Any]], column: str) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(f"zrg_routing_{name}", text, labels=["workspace"])
    largest = sorted(rows, key=lambda row: -row[column])[:MAX_WORKSPACES]
    for row in largest:
        if row[column]:
            gauge.add_metric([str(row["workspace_id"])], row[column])
    return gauge
