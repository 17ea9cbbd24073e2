"""The sentence with free times in first e-mails."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from booking.rules.slot_labels import first_touch_sentence, format_long_label

pytestmark = pytest.mark.unit

A, B = "3pm EST on Tuesday, February 3rd", "10:30am EST on Wednesday, February 4th"


@pytest.mark.parametrize(
    ("slot", "zone", "label"),
    [
        ((2026, 2, 3, 20, 0), "America/New_York", "3pm EST on Tuesday, February 3rd"),
        ((2026, 2, 4, 15, 30), "America/New_York", "10:30am EST on Wednesday, February 4th"),
        ((2026, 7, 1, 4, 0), "America/New_York", "12am EDT on Wednesday, July 1st"),
        ((2026, 7, 22, 16, 0), "America/Chicago", "11am CDT on Wednesday, July 22nd"),
        ((2026, 3, 11, 19, 0), "America/Anchorage", "11am AKDT on Wednesday, March 11th"),
        ((2026, 3, 12, 22, 0), "Pacific/Honolulu", "12pm HST on Thursday, March 12th"),
        ((2026, 3, 13, 9, 0), "Asia/Shanghai", "5pm GMT+8 on Friday, March 13th"),
        ((2026, 7, 21, 9, 0), "Europe/London", "10am GMT+1 on Tuesday, July 21st"),
        ((2026, 1, 23, 9, 0), "Europe/London", "9am GMT on Friday, January 23rd"),
        ((2026, 1, 23, 9, 0), "Asia/Kolkata", "2:30pm GMT+5:30 on Friday, January 23rd"),
        ((2026, 1, 23, 12, 0), "America/St_Johns", "8:30am GMT-3:30 on Friday, January 23rd"),
    ],
)
def test_long_label_always_names_a_zone_that_says_the_same_everywhere(slot, zone, label):
    assert format_long_label(datetime(*slot, tzinfo=UTC), ZoneInfo(zone)) == label


@pytest.mark.parametrize(
    ("labels", "template", "sentence"),
    [
        ([], None, None),
        ([], "Free at {{option1}}?", None),
        ([A], None, f"does {A} work for you?"),
        ([A, B], "", f"does {A} or {B} work for you?"),
        ([A, B], "Free at {{option1}} or {{ option2 }}?", f"Free at {A} or {B}?"),
        ([A, B], "Free at {{time2}}, else {{time1}}?", f"Free at {B}, else {A}?"),
        ([A], "Free at {{option1}}?", f"Free at {A}?"),
        ([A, B], "Free at {{option3}}?", f"does {A} or {B} work for you?"),
    ],
)
def test_sentence_names_the_times(labels, template, sentence):
    assert first_touch_sentence(labels, template) == sentence


@pytest.mark.parametrize("token", ["option2", "time2"])
def test_hard_09_first_touch_never_offers_the_same_time_twice(token):
    assert first_touch_sentence([A], f"Free at {{{{option1}}}} or {{{{{token}}}}}?") is None
