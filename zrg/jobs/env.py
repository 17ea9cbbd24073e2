"""The knobs of the job engine, read leniently: a typing error never stops a worker."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_INLINE = re.compile(r"CRON_([A-Z0-9_]+)_INLINE")
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
_INTEGER = re.compile(r"\+?[0-9]{1,4000}", re.ASCII)

MAX_JOB_LIMIT = 200
MAX_EVENT_LIMIT = 200
MAX_QUOTA = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """All knobs of claiming, leases, budgets and schedules, already clamped."""

    job_limit: int
    job_stale_lock_ms: int
    job_time_budget_ms: int
    concurrency: int
    per_workspace_cap: int
    quota_default: int
    quota_enterprise: int
    event_limit: int
    event_stale_lock_ms: int
    event_time_budget_ms: int
    dispatch_window_seconds: int
    stale_queue_alert_minutes: int
    run_stale_minutes: int
    run_stale_recovery_limit: int


def positive_int(env: Mapping[str, object], name: str, default: int, lo: int = 1, hi: int | None = None) -> int:
    """`env[name]` as an integer within `lo` … `hi`; anything that is no positive integer counts as `default`.

    The value is stripped first. No lower bound below 1 is possible.
    """
    text = str(env.get(name, "")).strip()
    value = int(text) if _INTEGER.fullmatch(text) else 0
    clamped = max(value if value >= 1 else default, lo, 1)
    return clamped if hi is None else min(clamped, hi)


def job_settings(env: Mapping[str, object]) -> JobSettings:
    """Every knob from the environment; out of range values move to the nearest bound."""
    job_limit = positive_int(env, "BACKGROUND_JOB_CRON_LIMIT", 200, 1, MAX_JOB_LIMIT)
    quota_default = positive_int(env, "BACKGROUND_JOB_WORKSPACE_QUOTA_DEFAULT", 8, 1, MAX_QUOTA)
    return JobSettings(
        job_limit=job_limit,
        job_stale_lock_ms=positive_int(env, "BACKGROUND_JOB_STALE_LOCK_MS", 600_000, 60_000),
        job_time_budget_ms=positive_int(env, "BACKGROUND_JOB_CRON_TIME_BUDGET_MS", 240_000, 10_000),
        concurrency=positive_int(env, "BACKGROUND_JOB_WORKER_CONCURRENCY", 4, 1, 8),
        per_workspace_cap=positive_int(env, "BACKGROUND_JOB_PARTITION_PER_WORKSPACE_CAP", job_limit, 1, MAX_JOB_LIMIT),
        quota_default=quota_default,
        # The enterprise quota is never below the default one.
        quota_enterprise=positive_int(env, "BACKGROUND_JOB_WORKSPACE_QUOTA_ENTERPRISE", 64, quota_default, MAX_QUOTA),
        event_limit=positive_int(env, "WEBHOOK_EVENT_CRON_LIMIT", 25, 1, MAX_EVENT_LIMIT),
        event_stale_lock_ms=positive_int(env, "WEBHOOK_EVENT_STALE_LOCK_MS", 600_000, 60_000),
        event_time_budget_ms=positive_int(env, "WEBHOOK_EVENT_CRON_TIME_BUDGET_MS", 45_000, 5_000),
        dispatch_window_seconds=positive_int(env, "BACKGROUND_JOBS_DISPATCH_WINDOW_SECONDS", 60, 15, 3600),
        stale_queue_alert_minutes=positive_int(env, "BACKGROUND_JOB_STALE_QUEUE_ALERT_MINUTES", 30, 5),
        run_stale_minutes=positive_int(env, "BACKGROUND_FUNCTION_RUN_STALE_MINUTES", 15, 5),
        run_stale_recovery_limit=positive_int(env, "BACKGROUND_FUNCTION_RUN_STALE_RECOVERY_LIMIT", 25, 1, 200),
    )


def truthy(value: object) -> bool:
    """Whether a switch is on: 1, true, yes, on in any case."""
    return str(value).strip().lower() in TRUE_WORDS


def inline_jobs(env: Mapping[str, object]) -> frozenset[str]:
    """Schedules switched to inline by `CRON_<JOB>_INLINE`, as `env_name` writes them."""
    found = (_INLINE.fullmatch(name) for name in env)
    return frozenset(match.group(1) for match in found if match and truthy(env[match.group()]))


def env_name(job: str) -> str:
    """A schedule's name as it appears in a variable: `insights/context-packs` → INSIGHTS_CONTEXT_PACKS."""
    return re.sub(r"[^A-Z0-9]+", "_", job.upper())
