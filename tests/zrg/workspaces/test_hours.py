from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from zrg.workspaces.hours import (
    EVERY_DAY,
    WORKDAYS,
    Window,
    after_open_time,
    build_window,
    is_open,
    local_date,
    next_open,
    next_start,
    openings,
    parse_clock,
    resolve_zone,
    valid_zone,
    wall_instant,
)

pytestmark = pytest.mark.unit

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")
FRIDAY, SATURDAY = 4, 5


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(start="09:00", end="17:00", *, zone=NEW_YORK, **more) -> Window:
    return build_window(start, end, zone=zone, **more)


@pytest.mark.parametrize(
    ("day", "clock", "zone", "instant"),
    [
        ("2026-01-15", "09:00", NEW_YORK, "2026-01-15T14:00"),
        ("2026-07-15", "09:00", NEW_YORK, "2026-07-15T13:00"),
        # Spring: 02:30 does not exist on 8 March 2026, it becomes 03:30.
        ("2026-03-08", "02:30", NEW_YORK, "2026-03-08T07:30"),
        ("2026-03-08", "02:00", NEW_YORK, "2026-03-08T07:00"),
        ("2026-03-08", "03:00", NEW_YORK, "2026-03-08T07:00"),
        # Autumn: 01:30 occurs twice on 1 November 2026, the first counts.
        ("2026-11-01", "01:30", NEW_YORK, "2026-11-01T05:30"),
        ("2026-11-01", "02:00", NEW_YORK, "2026-11-01T07:00"),
        ("2026-03-29", "02:30", BERLIN, "2026-03-29T01:30"),
        ("2026-10-25", "02:30", BERLIN, "2026-10-25T00:30"),
        # A gap of half an hour.
        ("2026-10-04", "02:15", ZoneInfo("Australia/Lord_Howe"), "2026-10-03T15:45"),
        # A date that Samoa never had.
        ("2011-12-30", "10:00", ZoneInfo("Pacific/Apia"), "2011-12-30T20:00"),
    ],
)
def test_wall_instant(day, clock, zone, instant):
    assert wall_instant(date.fromisoformat(day), time.fromisoformat(clock), zone) == utc(instant)


def test_wall_instant_ignores_the_fold_of_its_time():
    assert wall_instant(date(2026, 11, 1), time(1, 30, fold=1), NEW_YORK) == utc("2026-11-01T05:30")


def test_wall_instant_is_in_utc():
    assert wall_instant(date(2026, 1, 15), time(9), BERLIN).tzinfo is UTC


def test_local_date_is_the_date_over_there():
    assert local_date(utc("2026-03-05T03:00"), NEW_YORK) == date(2026, 3, 4)
    assert local_date(utc("2026-03-05T23:30"), BERLIN) == date(2026, 3, 6)


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        ("2026-03-05T13:59:59", False),
        ("2026-03-05T14:00:00", True),
        ("2026-03-05T21:59:59.999999", True),
        ("2026-03-05T22:00:00", False),
        # Saturday and Sunday.
        ("2026-03-07T15:00:00", False),
        ("2026-03-08T15:00:00", False),
        # Monday after the clock change: an hour earlier in UTC.
        ("2026-03-09T13:00:00", True),
        ("2026-03-09T21:00:00", False),
    ],
)
def test_working_window_is_half_open(at, open_):
    assert is_open(window(), utc(at)) is open_


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        # Friday 22:00 to Saturday 06:00 belongs to Friday.
        ("2026-03-06T21:59", False),
        ("2026-03-06T22:00", True),
        ("2026-03-07T00:00", True),
        ("2026-03-07T05:59", True),
        ("2026-03-07T06:00", False),
        # Friday's own early morning belongs to Thursday, which is no day of the window.
        ("2026-03-06T05:00", False),
        ("2026-03-07T22:30", False),
    ],
)
def test_overnight_window_belongs_to_the_day_it_starts_on(at, open_):
    night = window("22:00", "06:00", zone=UTC_ZONE, weekdays={FRIDAY})

    assert is_open(night, utc(at)) is open_


def test_excluded_date_is_the_date_the_window_starts_on():
    night = window("22:00", "06:00", zone=UTC_ZONE, weekdays=EVERY_DAY, excluded_dates=[date(2026, 3, 6)])

    assert not is_open(night, utc("2026-03-06T23:00"))
    assert not is_open(night, utc("2026-03-07T05:00"))
    assert is_open(night, utc("2026-03-06T05:00"))
    assert is_open(night, utc("2026-03-07T23:00"))


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        ("2026-03-06T08:59", False),
        ("2026-03-06T09:00", True),
        ("2026-03-07T08:59", True),
        ("2026-03-07T09:00", False),
    ],
)
def test_equal_times_are_a_whole_day_from_that_time(at, open_):
    assert is_open(window("09:00", "09:00", zone=UTC_ZONE, weekdays={FRIDAY}), utc(at)) is open_


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_every_day_from_midnight_to_midnight_has_no_hole(day):
    always = window("00:00", "00:00", weekdays=EVERY_DAY)
    start = utc(f"{day}T00:00")

    assert all(is_open(always, start + minute * timedelta(minutes=10)) for minute in range(48 * 6))


def test_window_swallowed_by_the_spring_gap_is_closed():
    # 02:30 becomes 03:30, later than the end.
    gone = window("02:30", "03:15", weekdays=EVERY_DAY)

    assert list(openings(gone, date(2026, 3, 8), date(2026, 3, 8))) == []
    assert next_open(gone, utc("2026-03-08T06:00"), 7) == utc("2026-03-09T06:30")


def test_window_around_the_repeated_hour_lasts_longer():
    around = window("01:30", "02:30", weekdays=EVERY_DAY)

    [(start, end)] = openings(around, date(2026, 11, 1), date(2026, 11, 1))

    assert end - start == timedelta(hours=2)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        # Open already: now.
        ("2026-03-05T15:00", "2026-03-05T15:00"),
        ("2026-03-05T14:00", "2026-03-05T14:00"),
        ("2026-03-05T10:00", "2026-03-05T14:00"),
        ("2026-03-05T22:00", "2026-03-06T14:00"),
        # Friday evening, over the weekend and the clock change.
        ("2026-03-06T22:00", "2026-03-09T13:00"),
    ],
)
def test_next_open(at, opens):
    assert next_open(window(), utc(at), 14) == utc(opens)


def test_next_open_skips_excluded_dates():
    off = window(excluded_dates=[date(2026, 3, 9), date(2026, 3, 10)])

    assert next_open(off, utc("2026-03-06T22:00"), 14) == utc("2026-03-11T13:00")


def test_next_open_looks_no_further_than_its_limit():
    friday_evening = utc("2026-03-06T22:00")

    assert next_open(window(), friday_evening, 3) == utc("2026-03-09T13:00")
    assert next_open(window(), friday_evening, 2) is None
    assert next_open(window(weekdays=()), friday_evening, 90) is None


def test_next_open_today_with_limit_zero():
    assert next_open(window(), utc("2026-03-05T10:00"), 0) == utc("2026-03-05T14:00")
    assert next_open(window(), utc("2026-03-05T23:00"), 0) is None


def test_next_start_is_after_now_even_when_open():
    assert next_start(window(), utc("2026-03-05T14:00"), 14) == utc("2026-03-06T14:00")


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("09:00", time(9)),
        ("9:05", time(9, 5)),
        (" 23:59 ", time(23, 59)),
        ("00:00", time(0)),
        (time(7, 30), time(7, 30)),
        ("24:00", None),
        ("12:60", None),
        ("9", None),
        ("9:5", None),
        ("09:00:00", None),
        ("nine", None),
        ("٠٩:٠٠", None),
        ("", None),
        (None, None),
    ],
)
def test_parse_clock(text, clock):
    assert parse_clock(text) == clock


def test_unparseable_times_mean_nine_to_five():
    assert window("soon", None) == window("09:00", "17:00")


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (("Europe/Berlin", "America/Chicago"), "Europe/Berlin"),
        (("Mars/Olympus", "America/Chicago"), "America/Chicago"),
        ((None, " America/Chicago "), "America/Chicago"),
        (("", "x"), "America/New_York"),
        ((), "America/New_York"),
        (("../../etc/passwd", None), "America/New_York"),
        (("America", None), "America/New_York"),
        (("localtime", None), "America/New_York"),
        (("x" * 5000, "a\0b"), "America/New_York"),
        (("US/Pacific",), "US/Pacific"),
    ],
)
def test_resolve_zone_takes_the_first_valid_name(names, key):
    assert resolve_zone(*names).key == key


@given(st.text(max_size=30))
def test_valid_zone_never_crashes(name):
    assert valid_zone(name) is None or valid_zone(name).key == name.strip()


instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
windows = st.builds(
    Window,
    weekdays=st.frozensets(st.integers(0, 6)),
    start=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    end=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    zone=st.sampled_from([NEW_YORK, BERLIN, ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Auckland")]),
)


@given(windows, instants)
def test_next_open_is_open_and_nothing_before_it_is(hours, at):
    opens = next_open(hours, at, 10)

    if opens is None:
        assert not hours.weekdays or not is_open(hours, at)
        return
    assert opens >= at
    assert is_open(hours, opens)
    if opens > at:
        assert not is_open(hours, opens - timedelta(microseconds=1)) or hours.end == hours.start
        middle = at + (opens - at) / 2
        assume(middle < opens)
        assert not is_open(hours, middle)


@given(windows, instants)
def test_a_window_with_a_day_opens_within_two_weeks(hours, at):
    assume(hours.weekdays)

    assert next_open(hours, at, 14) is not None


@given(instants, st.sampled_from([NEW_YORK, BERLIN, ZoneInfo("Pacific/Apia")]))
def test_wall_instant_round_trip_outside_clock_changes(at, zone):
    local = at.astimezone(zone)
    assume(local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset())

    assert wall_instant(local.date(), local.time(), zone) == at


def test_workdays_are_monday_to_friday():
    assert [date(2026, 3, day).weekday() in WORKDAYS for day in range(2, 9)] == [True] * 5 + [False] * 2


@given(windows, instants, st.integers(1, 600))
def test_after_open_time_has_been_open_for_exactly_that_long(hours, at, minutes):
    amount = timedelta(minutes=minutes)

    due = after_open_time(hours, at, amount, 400)

    assume(due is not None)
    first = local_date(at, hours.zone) - timedelta(days=2)
    spans = openings(hours, first, local_date(due, hours.zone))
    assert sum((max(timedelta(0), min(end, due) - max(start, at)) for start, end in spans), timedelta(0)) == amount


@pytest.mark.parametrize("days", [0, 1])
def test_after_open_time_ends_with_its_horizon(days):
    hours = Window(weekdays=WORKDAYS, start=time(9), end=time(10), zone=BERLIN)
    monday = datetime(2026, 3, 2, 9, 30, tzinfo=BERLIN)

    due = after_open_time(hours, monday, timedelta(minutes=45), days)

    assert due == (datetime(2026, 3, 3, 9, 15, tzinfo=BERLIN) if days else None)
