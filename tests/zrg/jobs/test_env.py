import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zrg.jobs.env import job_settings, positive_int

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        (" 5\n", 5),
        ("+5", 5),
        ("007", 7),
        (9, 9),
        ("0", 50),
        ("-3", 50),
        ("2.5", 50),
        ("1e3", 50),
        ("1_000", 50),
        ("٣", 50),
        ("abc", 50),
        ("", 50),
        ("   ", 50),
        (None, 50),
        (True, 50),
        ("9" * 30, 100),
        ("9" * 5000, 50),
        ("101", 100),
        ("1", 2),
    ],
)
def test_positive_int_reads_leniently_and_clamps(text, value):
    assert positive_int({"KNOB": text}, "KNOB", 50, 2, 100) == value


def test_positive_int_missing_is_the_default():
    assert positive_int({}, "KNOB", 50) == 50


def test_positive_int_never_falls_below_one():
    assert positive_int({}, "KNOB", 0, -5) == 1


def test_job_settings_defaults():
    assert dataclasses.asdict(job_settings({})) == {
        "job_limit": 200,
        "job_stale_lock_ms": 600_000,
        "job_time_budget_ms": 240_000,
        "concurrency": 4,
        "per_workspace_cap": 200,
        "quota_default": 8,
        "quota_enterprise": 64,
        "event_limit": 25,
        "event_stale_lock_ms": 600_000,
        "event_time_budget_ms": 45_000,
        "dispatch_window_seconds": 60,
        "stale_queue_alert_minutes": 30,
        "run_stale_minutes": 15,
        "run_stale_recovery_limit": 25,
    }


def test_per_workspace_cap_follows_the_limit_until_it_is_set():
    assert job_settings({"BACKGROUND_JOB_CRON_LIMIT": "40"}).per_workspace_cap == 40
    assert job_settings({"BACKGROUND_JOB_PARTITION_PER_WORKSPACE_CAP": "500"}).per_workspace_cap == 200


@pytest.mark.parametrize(
    ("default", "enterprise", "expected"),
    [("80", "20", 80), ("80", None, 80), ("10", "5", 10), ("500", "500", 100), ("x", "x", 64), (None, "30", 30)],
)
def test_enterprise_quota_is_never_below_the_default(default, enterprise, expected):
    env = {
        "BACKGROUND_JOB_WORKSPACE_QUOTA_DEFAULT": default,
        "BACKGROUND_JOB_WORKSPACE_QUOTA_ENTERPRISE": enterprise,
    }

    assert job_settings(env).quota_enterprise == expected


NAMES = [
    "BACKGROUND_JOB_CRON_LIMIT",
    "BACKGROUND_JOB_STALE_LOCK_MS",
    "BACKGROUND_JOB_WORKER_CONCURRENCY",
    "BACKGROUND_JOB_WORKSPACE_QUOTA_DEFAULT",
    "BACKGROUND_JOB_WORKSPACE_QUOTA_ENTERPRISE",
    "WEBHOOK_EVENT_CRON_LIMIT",
    "BACKGROUND_JOBS_DISPATCH_WINDOW_SECONDS",
]


@given(st.dictionaries(st.sampled_from(NAMES), st.one_of(st.integers().map(str), st.text(max_size=8))))
def test_job_settings_always_stay_within_their_bounds(env):
    settings = job_settings(env)

    assert 1 <= settings.job_limit <= 200
    assert settings.job_stale_lock_ms >= 60_000
    assert 1 <= settings.concurrency <= 8
    assert 1 <= settings.quota_default <= settings.quota_enterprise <= 100
    assert 15 <= settings.dispatch_window_seconds <= 3600
