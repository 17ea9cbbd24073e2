"""Figures of routing judged: status, reasons, the seven alerts. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

DUE_DEGRADED, DUE_CRITICAL, DUE_OF_ONE = 100, 500, 50
STALE_LOCKS = 10
LOCK_TIMEOUTS = 10
MIN_SETTLED_FAILURES, FAILURE_RATE = 20, 0.10
MIN_RETRIES, RETRY_RATE = 50, 0.05
MIN_SETTLED_DUPLICATES, DUPLICATE_RATE = 50, 0.20
EXPIRED_DAY, EXPIRED_HOUR = 100, 50
ROLLBACK_FAILURE_RATE = 0.20
SHOWN_WORKSPACES = 10

Level = Literal["critical", "warning", "info"]
LEVELS: dict[str, Level] = {
    "A1": "critical", "A2": "critical", "A3": "critical", "A4": "warning", "A5": "warning", "A6": "warning",
    "A7": "info",
}  # fmt: skip
# Who is told how (11b, Observability).
WAYS: dict[Level, tuple[str, ...]] = {"critical": ("pager", "slack"), "warning": ("slack",), "info": ("email",)}
# Columns of the database's routing_health that add up over workspaces.
SUMS = (
    "pending", "waiting_first", "in_progress", "failed", "stale_locks", "queue_open", "due", "settled_1h",
    "duplicates_1h", "failed_1h", "settled_15m", "failed_15m", "attempts_30m", "retries_30m", "lock_timeouts_5m",
    "settled_5m", "failed_5m", "duplicates_24h", "expired_24h", "expired_1h", "due_10m", "stale_locks_5m",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A condition that holds now."""

    code: str
    text: str

    @property
    def level(self) -> Level:
        """How urgent it is."""
        return LEVELS[self.code]


def add_up(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One row for all workspaces."""
    listed = list(rows)
    total: dict[str, Any] = {name: sum(row[name] for row in listed) for name in SUMS}
    total["oldest_due_seconds"] = max((row["oldest_due_seconds"] for row in listed), default=0)
    total["p95_ms_1h"] = max((row["p95_ms_1h"] or 0 for row in listed), default=0) or None
    codes: dict[str, int] = {}
    for row in listed:
        for code, count in row["unroutable"].items():
            codes[code] = codes.get(code, 0) + count
    total["unroutable"] = codes
    total["worst_due"] = max((row["due"] for row in listed), default=0)
    return total


def find_alerts(total: Mapping[str, Any]) -> list[Alert]:
    """The alerts A1–A6; A7 is a daily message.

    A run sees one moment, so "for ten minutes" is asked of the rows: more than 500 attempts that have been due for
    ten minutes were due all that time, and so are locks that have been stale for five.
    """
    found = []
    settled, failed = total["settled_15m"], total["failed_15m"]
    if settled + failed >= MIN_SETTLED_FAILURES and failed > FAILURE_RATE * (settled + failed):
        found.append(Alert(code="A1", text=f"{failed} of {settled + failed} leads failed in 15 minutes"))
    if total["due_10m"] > DUE_CRITICAL:
        text = f"{total['due_10m']} retries have been due for 10 minutes"
        found.append(Alert(code="A2", text=text))
    if total["lock_timeouts_5m"] > LOCK_TIMEOUTS:
        found.append(Alert(code="A3", text=f"{total['lock_timeouts_5m']} lock timeouts in 5 minutes"))
    retries = total["retries_30m"]
    if retries > MIN_RETRIES and retries > RETRY_RATE * max(total["attempts_30m"], 1):
        found.append(Alert(code="A4", text=f"{retries} attempts were put off in 30 minutes"))
    if total["stale_locks_5m"] > STALE_LOCKS:
        text = f"{total['stale_locks_5m']} locks were left behind over 5 minutes ago"
        found.append(Alert(code="A5", text=text))
    if total["settled_1h"] >= MIN_SETTLED_DUPLICATES and total["duplicates_1h"] > DUPLICATE_RATE * total["settled_1h"]:
        text = f"{total['duplicates_1h']} of {total['settled_1h']} leads of the last hour are duplicates"
        found.append(Alert(code="A6", text=text))
    return found


def expiry_message(rows: Iterable[Mapping[str, Any]], names: Mapping[Any, str] | None = None) -> Alert | None:
    """A7, once a day: who lost how many leads to time, the most first."""
    listed = sorted((row for row in rows if row["expired_24h"]), key=lambda row: -row["expired_24h"])
    total = sum(row["expired_24h"] for row in listed)
    if not total:
        return None
    flagged = total > EXPIRED_DAY or sum(row["expired_1h"] for row in listed) > EXPIRED_HOUR
    mark = " More than usual." if flagged else ""
    counts = [f"{(names or {}).get(row['workspace_id'], 'a workspace')} {row['expired_24h']}" for row in listed]
    others = f" and {len(counts) - SHOWN_WORKSPACES} more" if len(counts) > SHOWN_WORKSPACES else ""
    leads = "1 lead" if total == 1 else f"{total} leads"
    text = f"{leads} expired in 24 hours: {', '.join(counts[:SHOWN_WORKSPACES])}{others}.{mark}"
    return Alert(code="A7", text=text)


def judge(total: Mapping[str, Any], *, violations: int = 0, lock_rate: float | None = None) -> dict[str, Any]:
    """The health answer: status, figures, reasons, whether to go back."""
    reasons = _reasons(total, violations)
    critical = {"queue_critical", "failure_spike", "lock_timeouts", "invariants"}
    status = "critical" if critical & set(reasons) else "degraded" if reasons else "healthy"
    settled, failed = total["settled_1h"], total["failed_1h"]
    recent = total["settled_5m"] + total["failed_5m"]
    failing = recent >= MIN_SETTLED_FAILURES and total["failed_5m"] > ROLLBACK_FAILURE_RATE * recent
    return {
        "status": status,
        "pendingCount": total["pending"],
        "routingCount": total["in_progress"],
        "failedCount": total["failed"],
        "retryQueueCount": total["queue_open"],
        "dueCount": total["due"],
        "oldestDueSeconds": total["oldest_due_seconds"],
        "staleLockCount": total["stale_locks"],
        "successRate1h": _rate(settled, settled + failed),
        "p95Ms1h": total["p95_ms_1h"],
        "duplicateRate1h": _rate(total["duplicates_1h"], settled),
        "lockAcquisitionRate1h": lock_rate,
        "expired24h": total["expired_24h"],
        "unroutable": total["unroutable"],
        "reasons": reasons,
        "rollbackRecommended": bool(failing or total["lock_timeouts_5m"] > LOCK_TIMEOUTS or violations),
    }


def _reasons(total: Mapping[str, Any], violations: int) -> list[str]:
    reasons = []
    if total["due"] > DUE_CRITICAL:
        reasons.append("queue_critical")
    elif total["due"] > DUE_DEGRADED or total.get("worst_due", total["due"]) > DUE_OF_ONE:
        reasons.append("queue_depth")
    settled, failed = total["settled_15m"], total["failed_15m"]
    if failed and failed > FAILURE_RATE * (settled + failed):
        reasons.append("failure_spike" if settled + failed >= MIN_SETTLED_FAILURES else "failure_rate")
    if total["stale_locks"] > STALE_LOCKS:
        reasons.append("stale_locks")
    if total["lock_timeouts_5m"] > LOCK_TIMEOUTS:
        reasons.append("lock_timeouts")
    if violations:
        reasons.append("invariants")
    return reasons


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
