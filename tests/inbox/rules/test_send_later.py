"""Hours offered for a later send."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from inbox.rules.send_later import later_choices

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (
            datetime(2026, 3, 3, 7, 30, tzinfo=BERLIN),  # a Tuesday
            [
                ("This morning", "2026-03-03T09:00"),
                ("Tomorrow morning", "2026-03-04T09:00"),
                ("Tomorrow afternoon", "2026-03-04T14:00"),
                ("Monday morning", "2026-03-09T09:00"),
            ],
        ),
        (
            datetime(2026, 3, 3, 11, 0, tzinfo=BERLIN),
            [
                ("This afternoon", "2026-03-03T14:00"),
                ("Tomorrow morning", "2026-03-04T09:00"),
                ("Tomorrow afternoon", "2026-03-04T14:00"),
                ("Monday morning", "2026-03-09T09:00"),
            ],
        ),
        (
            datetime(2026, 3, 6, 18, 0, tzinfo=BERLIN),  # a Friday evening
            [("Monday morning", "2026-03-09T09:00"), ("Monday afternoon", "2026-03-09T14:00")],
        ),
        (
            datetime(2026, 3, 7, 8, 0, tzinfo=BERLIN),  # a Saturday
            [("Monday morning", "2026-03-09T09:00"), ("Monday afternoon", "2026-03-09T14:00")],
        ),
    ],
)
def test_later_hours_are_working_hours_of_the_lead(now, expected):
    assert later_choices(now, BERLIN) == expected
