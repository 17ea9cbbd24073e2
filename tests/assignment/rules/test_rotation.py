"""The rotation over every small base, every set of active setters and every pointer, in range or not (11a R1)."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations, product
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from assignment.rules.rotation import (
    Member,
    Rotation,
    compute_effective_setter_sequence,
    decide_turn,
    get_next_round_robin_index,
    is_channel_eligible,
    is_eligible,
    pick_next,
    should_assign,
)
from zrg.workspaces.hours import local_date

pytestmark = pytest.mark.unit

PEOPLE = "abc"
BASES = [base for length in range(5) for base in product(PEOPLE, repeat=length)]
ACTIVE = [set(some) for count in range(4) for some in combinations(PEOPLE, count)]
POINTERS = [None, *range(-3, 12)]
POSITIVE = {"Meeting Requested", "Call Requested", "Information Requested", "Interested", "Positive"}


def test_next_index_is_one_further_and_never_out_of_range():
    for last, length in product(POINTERS, range(-1, 6)):
        expected = -1 if length <= 0 else ((-1 if last is None else last) + 1) % length
        assert get_next_round_robin_index(last, length) == expected


def test_next_is_the_first_active_one_behind_the_pointer():
    for base, active, last in product(BASES, ACTIVE, POINTERS):
        found = pick_next(base, active, last)

        # Once around, beginning behind the pointer.
        start = ((-1 if last is None else last) + 1) % len(base) if base else 0
        around = [*range(start, len(base)), *range(start)]
        expected = next(((place, base[place]) for place in around if base[place] in active), None)
        assert found == expected


def test_effective_sequence_keeps_order_and_duplicates():
    for base, active in product(BASES, ACTIVE):
        listed = sorted(active)
        expected = [one for one in base if one in active] if base else listed
        assert compute_effective_setter_sequence(listed, list(base) or None) == expected


def test_everybody_gets_the_share_of_their_places():
    for base, active in product(BASES, ACTIVE):
        places = [place for place, one in enumerate(base) if one in active]
        last, served = None, []
        for _ in range(3 * len(places) + 1 if places else 0):
            last = pick_next(base, active, last)[0]
            served.append(last)
        counts = [served.count(place) for place in places]
        assert not places or (max(counts) - min(counts) <= 1 and set(served) <= set(places))


@pytest.mark.parametrize("channel", ["email", "sms", "linkedin", None])
@pytest.mark.parametrize("email_only", [True, False])
def test_email_only_admits_email(email_only, channel):
    assert is_channel_eligible(email_only, channel) is (not email_only or channel == "email")


@pytest.mark.parametrize("tag", [*sorted(POSITIVE), "Meeting Booked", "Not Interested", "Blacklist", "New", "", None])
def test_positive_tags_ask_for_a_setter(tag):
    assert should_assign(tag) is (tag in POSITIVE)


def test_holidays_end_with_their_last_day_in_the_workspaces_zone():
    until = date(2026, 3, 2)
    away = Member(role="SETTER", is_active=True, user_active=True, in_rotation=True, rotation_paused_until=until)
    late_evening_in_new_york = datetime(2026, 3, 3, 4, 59, tzinfo=UTC)
    midnight_in_new_york = datetime(2026, 3, 3, 5, 0, tzinfo=UTC)
    zone = ZoneInfo("America/New_York")

    assert not is_eligible(away, local_date(late_evening_in_new_york, zone))
    assert is_eligible(away, local_date(midnight_in_new_york, zone))


@pytest.mark.parametrize(
    ("zone", "last_minute_away"),
    [
        ("Asia/Tokyo", datetime(2026, 12, 31, 14, 59, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 12, 31, 9, 59, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 12, 31, 22, 59, tzinfo=UTC)),
        ("America/New_York", datetime(2027, 1, 1, 4, 59, tzinfo=UTC)),
    ],
)
def test_a_holiday_until_new_year_ends_with_the_year_of_the_workspace(zone, last_minute_away):
    until = date(2026, 12, 31)
    away = Member(role="SETTER", is_active=True, user_active=True, in_rotation=True, rotation_paused_until=until)

    assert not is_eligible(away, local_date(last_minute_away, ZoneInfo(zone)))
    assert is_eligible(away, local_date(last_minute_away + timedelta(minutes=1), ZoneInfo(zone)))


SETTER, OTHER = UUID(int=1), UUID(int=2)
CAUSES = ("not_positive", "blacklisted", "disabled", "kept", "channel", "nobody")


def turn(true):
    """The decision where exactly these lines of the table hold."""
    nobody = "nobody" in true
    rotation = Rotation(
        is_enabled="disabled" not in true,
        is_email_only="channel" in true,
        configured=(SETTER,) if nobody else (),
        base=(SETTER,),
        active=frozenset() if nobody else frozenset({SETTER}),
        pointer=None,
        config_version=1,
    )
    return decide_turn(
        rotation,
        sentiment="Objection" if "not_positive" in true else "Interested",
        lead_sentiment="Interested",
        status="blacklisted" if "blacklisted" in true else "open",
        is_workspace_active=True,
        assigned_to=OTHER if "kept" in true else None,
        channel="sms",
    )


def test_the_first_line_of_the_table_answers():
    for count in range(len(CAUSES) + 1):
        for true in combinations(CAUSES, count):
            found = turn(true)
            first = true[0] if true else None
            expected = {None: ("assigned", ""), "kept": ("kept", ""), "nobody": ("none", "sequence_empty")}
            assert (found.outcome, found.reason) == expected.get(first, ("none", first)), true
