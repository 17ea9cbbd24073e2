"""The calendar floor asks real simulators."""

from tests.support.simulator import simulator  # noqa: F401  # fixture
