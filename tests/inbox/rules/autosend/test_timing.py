from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.autosend.timing import ScheduleCheck, compute_run_at, delay_seconds, schedule_check

pytestmark = pytest.mark.unit

MESSAGE = UUID("3f1d2c52-8a5e-4d21-9a0c-1f0f6a1f0001")
NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)
NIGHT = {"version": 1, "days": [5], "startTime": "22:00", "endTime": "02:00", "timezone": "UTC"}


def test_the_delay_is_stable_and_spread_over_the_closed_range():
    delays = Counter(delay_seconds(UUID(int=number), 3, 5) for number in range(300))

    assert delay_seconds(MESSAGE, 180, 420) == delay_seconds(MESSAGE, 180, 420) == 357
    assert set(delays) == {3, 4, 5}
    assert min(delays.values()) > 60


def test_a_maximum_below_the_minimum_counts_as_the_minimum():
    assert delay_seconds(MESSAGE, 90, 10) == 90


def test_a_time_that_is_past_is_made_up_for_soon():
    assert compute_run_at(MESSAGE, NOW - timedelta(hours=2), 180, 420, NOW) == NOW + timedelta(seconds=30)


@pytest.mark.parametrize("custom", [None, {}, {"days": []}, [], "always", {"version": 1}])
@given(minutes=st.integers(0, 366 * 24 * 60))
def test_hard_06_custom_without_schedule_is_never_any_time(custom, minutes):
    at = NOW + timedelta(minutes=minutes)

    check = schedule_check(workspace_mode="CUSTOM", workspace_custom=custom, workspace_timezone="UTC", now=at)

    assert check.within is (at.weekday() < 5 and 9 <= at.hour < 17)


def test_an_overnight_window_belongs_to_the_day_it_starts_on():
    saturday_night = datetime(2026, 3, 7, 1, 30, tzinfo=UTC)

    inside = schedule_check(campaign_mode="CUSTOM", campaign_custom=NIGHT, now=saturday_night)
    after = schedule_check(campaign_mode="CUSTOM", campaign_custom=NIGHT, now=saturday_night + timedelta(hours=1))

    assert inside == ScheduleCheck(within=True, reason="within_window")
    assert after == ScheduleCheck(
        within=False, reason="day_not_active", next_window_start=datetime(2026, 3, 13, 22, tzinfo=UTC)
    )


def test_a_schedule_that_never_opens_again_has_no_next_start():
    closed = {
        **NIGHT,
        "holidays": {"additionalBlackoutDateRanges": [{"start": "2026-03-01", "end": "2026-12-31"}]},
    }

    check = schedule_check(campaign_mode="CUSTOM", campaign_custom=closed, now=NOW)

    assert check == ScheduleCheck(within=False, reason="day_not_active")


def test_business_hours_are_the_workspaces():
    check = schedule_check(
        workspace_mode="BUSINESS_HOURS", workspace_timezone="UTC", work_start="16:00", work_end="18:00", now=NOW
    )

    assert check == ScheduleCheck(
        within=False, reason="outside_window", next_window_start=datetime(2026, 3, 4, 16, tzinfo=UTC)
    )
