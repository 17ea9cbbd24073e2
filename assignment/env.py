"""Knobs of routing, read leniently when they are used: a typing error never stops a lead."""

import os

from zrg.jobs.env import positive_int


def batch_size() -> int:
    """Leads per transaction of the first pass."""
    return positive_int(os.environ, "ROUTING_BATCH_SIZE", 500, 1, 2_000)


def retry_batch_size() -> int | None:
    """Leads per transaction of the retry queue; None lets the depth of the queue decide."""
    return (
        positive_int(os.environ, "ROUTING_RETRY_BATCH", 100, 1, 1_000) if "ROUTING_RETRY_BATCH" in os.environ else None
    )


def stale_lock_seconds() -> int:
    """Age at which a lock counts as left behind."""
    return positive_int(os.environ, "ROUTING_STALE_LOCK_SECONDS", 300, 60, 86_400)


def ops_timezone() -> str:
    """Where the daily message about expired leads is sent at nine in the morning."""
    return os.environ.get("ROUTING_OPS_TIMEZONE", "").strip() or "UTC"
