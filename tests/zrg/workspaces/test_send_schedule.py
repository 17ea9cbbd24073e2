from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from zrg.workspaces.send_schedule import BadSchedule, parse_send_schedule, preset_holidays, stored_send_schedule

pytestmark = pytest.mark.unit

PLAIN = {"version": 1, "days": [1, 2, 3, 4, 5], "startTime": "10:00", "endTime": "16:00"}


def holidays(**values):
    return {**PLAIN, "holidays": values}


def test_a_schedule_is_read_with_sunday_as_its_first_day():
    schedule = parse_send_schedule({**PLAIN, "days": [0, 6], "timezone": "America/Chicago"})

    assert schedule.weekdays == {5, 6}
    assert (schedule.start, schedule.end) == (time(10), time(16))
    assert schedule.zone == ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {**PLAIN, "weekends": True},
        {**PLAIN, "version": 2},
        {**PLAIN, "version": True},
        {**PLAIN, "days": []},
        {**PLAIN, "days": [1, 1]},
        {**PLAIN, "days": [7]},
        {**PLAIN, "days": [True]},
        {**PLAIN, "days": "12345"},
        {**PLAIN, "startTime": "9:00"},
        {**PLAIN, "startTime": "25:00"},
        {**PLAIN, "startTime": None},
        {**PLAIN, "endTime": "10:00"},
        {**PLAIN, "timezone": "Mars/Base"},
        {**PLAIN, "timezone": 5},
        {**PLAIN, "holidays": []},
        holidays(preset="UK"),
        holidays(other=[]),
        holidays(excludedPresetDates=["2026-1-1"]),
        holidays(excludedPresetDates=["2026-01-01"] * 201),
        holidays(additionalBlackoutDates="2026-01-01"),
        holidays(additionalBlackoutDateRanges=[{"start": "2026-01-02", "end": "2026-01-01"}]),
        holidays(additionalBlackoutDateRanges=[{"start": "2026-01-01", "end": "2027-01-02"}]),
        holidays(additionalBlackoutDateRanges=[{"start": "2026-01-01"}]),
        holidays(additionalBlackoutDateRanges=[{"start": "2026-01-01", "end": "2026-01-02"}] * 51),
    ],
)
def test_what_is_no_schedule_is_refused(value):
    with pytest.raises(BadSchedule):
        parse_send_schedule(value)


def test_a_range_has_at_most_366_days():
    schedule = parse_send_schedule(
        holidays(additionalBlackoutDateRanges=[{"start": "2026-01-01", "end": "2027-01-01"}])
    )

    assert len(schedule.days_off(date(2026, 1, 1), date(2027, 12, 31))) == 366


def test_the_preset_names_calendar_dates():
    assert sorted(preset_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 1, 19),
        date(2026, 2, 16),
        date(2026, 5, 25),
        date(2026, 6, 19),
        date(2026, 7, 4),
        date(2026, 9, 7),
        date(2026, 10, 12),
        date(2026, 11, 11),
        date(2026, 11, 26),
        date(2026, 11, 27),
        date(2026, 12, 24),
        date(2026, 12, 25),
    ]


def test_days_off_are_the_preset_without_the_excluded_and_with_the_added():
    schedule = parse_send_schedule(
        holidays(
            preset="US_FEDERAL_PLUS_COMMON",
            excludedPresetDates=["2026-10-12"],
            additionalBlackoutDates=["2026-10-31"],
            additionalBlackoutDateRanges=[{"start": "2026-09-30", "end": "2026-10-02"}],
        )
    )

    assert schedule.days_off(date(2026, 10, 1), date(2026, 11, 11)) == {
        date(2026, 10, 1),
        date(2026, 10, 2),
        date(2026, 10, 31),
        date(2026, 11, 11),
    }


def test_a_stored_schedule_with_an_unknown_zone_keeps_its_hours():
    schedule = stored_send_schedule({**PLAIN, "timezone": "Mars/Base"})

    assert schedule is not None
    assert schedule.zone is None
    assert schedule.start == time(10)


def test_a_stored_object_that_cannot_be_used_is_none():
    assert stored_send_schedule({**PLAIN, "days": []}) is None
