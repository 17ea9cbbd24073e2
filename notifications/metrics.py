"""Counters of the outbox; labels never carry ids."""

from prometheus_client import Counter, Histogram

from notifications.enums import SendKind, SendStatus

NOTIFICATIONS = Counter("zrg_notifications_total", "Outbox rows by outcome", ["kind", "destination", "status"])
LATENCY = Histogram(
    "zrg_notification_latency_seconds",
    "From the row to its delivery",
    ["destination"],
    buckets=(0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0, 300.0, 1_800.0),
)


def count_delivery(kind: str, destination: str, status: str, seconds: float) -> None:
    """One attempt. Kinds others invented share a label."""
    NOTIFICATIONS.labels(
        kind=kind if kind in SendKind.values else "other", destination=destination, status=status
    ).inc()
    if status == SendStatus.SENT:
        LATENCY.labels(destination=destination).observe(seconds)
