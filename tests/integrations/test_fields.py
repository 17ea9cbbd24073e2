"""Single values of providers' JSON: read or counted as missing, never raised about."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations import fields

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 5, 17, 0, tzinfo=UTC)
WROTE_AT = datetime(2026, 3, 5, 16, 41, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [1772728863, 1772728863000, 1772728863.0, "1772728863", "1772728863000", "2026-03-05T16:41:03Z"],
)
def test_moment(value: Any) -> None:
    assert fields.moment(value, now=NOW) == WROTE_AT


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, "", "soon", "9999999999999", "2999-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", {}, []),
        *(1e308, -1e308, 10**400, -(10**400), float("inf"), float("nan"), 10**13 * 9),
    ],
)
def test_moment_nobody_can_read(value: Any) -> None:
    assert fields.moment(value, now=NOW) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Dana Reyes", ("Dana", "Reyes")),
        (" Dana  Maria Reyes ", ("Dana", "Maria Reyes")),
        ("Dana", ("Dana", None)),
        ("dana@northfork.example", (None, None)),
        (None, (None, None)),
        ({}, (None, None)),
    ],
)
def test_split_name(value: Any, expected: tuple[str | None, str | None]) -> None:
    assert fields.split_name(value) == expected
