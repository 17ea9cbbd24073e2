from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zrg.jobs.rules.keys import build_dispatch_key, build_job_dedupe_key, effective_params, window_start_of

pytestmark = pytest.mark.unit

AT = datetime(2026, 3, 5, 16, 41, 37, tzinfo=UTC)


def test_job_dedupe_key_joins_workspace_message_and_type():
    workspace = UUID("4c0b9f5e-7d57-4a39-8a11-1b2c3d4e5f60")

    key = build_job_dedupe_key(workspace, "m1", "SMS_INBOUND_POST_PROCESS")

    assert key == "4c0b9f5e-7d57-4a39-8a11-1b2c3d4e5f60:m1:SMS_INBOUND_POST_PROCESS"


def test_dispatch_key_without_parameters_has_no_suffix():
    key, correlation_id = build_dispatch_key("followups", AT)

    assert key == "cron:followups:2026-03-05T16:41"
    assert correlation_id == UUID("78ae52eb-a7fc-5aa8-81ee-0fb255c383b4")


def test_dispatch_key_with_parameters_carries_their_digest():
    params = {"dryRun": True, "clientId": "4c0b9f5e-7d57-4a39-8a11-1b2c3d4e5f60"}

    key, correlation_id = build_dispatch_key("appointment-reconcile", AT, 60, params)

    assert key == "cron:appointment-reconcile:2026-03-05T16:41:a421401cc5191337"
    assert str(correlation_id) == "1804c3e7-b2c9-5df3-a28a-3405a1be8f18"


def test_dispatch_key_ignores_the_order_of_parameters():
    one = build_dispatch_key("x", AT, 60, {"limit": 5, "clientId": "é"})
    other = build_dispatch_key("x", AT, 60, {"clientId": "é", "limit": 5})

    assert one == other


@pytest.mark.parametrize("params", [None, {}, {"dryRun": False}, {"force": False, "limit": None}])
def test_dispatch_key_drops_parameters_at_their_defaults(params):
    assert build_dispatch_key("x", AT, 60, params).dispatch_key == "cron:x:2026-03-05T16:41"


def test_dispatch_key_drops_the_defaults_of_the_job():
    key = build_dispatch_key("x", AT, 60, {"limit": 100}, defaults={"limit": 100})

    assert key == build_dispatch_key("x", AT)


def test_effective_params_tells_a_number_from_a_switch():
    assert effective_params({"dryRun": 0, "limit": True}, {"limit": 1}) == {"dryRun": 0, "limit": True}


@pytest.mark.parametrize(
    ("window_seconds", "key"),
    [
        (15, "cron:x:2026-03-05T16:41:30"),
        (30, "cron:x:2026-03-05T16:41:30"),
        (60, "cron:x:2026-03-05T16:41"),
        (90, "cron:x:2026-03-05T16:40"),
        (300, "cron:x:2026-03-05T16:40"),
        (3600, "cron:x:2026-03-05T16:00"),
    ],
)
def test_dispatch_key_floors_to_the_window(window_seconds, key):
    assert build_dispatch_key("x", AT, window_seconds).dispatch_key == key


def test_dispatch_key_is_written_in_utc():
    elsewhere = AT.astimezone(timezone(timedelta(hours=-5)))

    assert build_dispatch_key("x", elsewhere) == build_dispatch_key("x", AT)


instants = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(instants, st.integers(15, 3600))
def test_window_holds_its_request(at, window_seconds):
    start = window_start_of(at, window_seconds)

    assert start <= at < start + timedelta(seconds=window_seconds)
    assert start.timestamp() % window_seconds == 0


@given(instants, st.integers(15, 3600))
def test_neighbouring_windows_have_different_keys(at, window_seconds):
    next_window = window_start_of(at, window_seconds) + timedelta(seconds=window_seconds)

    assert build_dispatch_key("x", at, window_seconds) != build_dispatch_key("x", next_window, window_seconds)
