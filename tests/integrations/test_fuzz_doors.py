"""Whatever is posted to a door, it answers as specified, and genuine calls between are kept.

`python -m tests.integrations.fuzz 20000` (under a test server) runs more of them.
"""

import pytest

from integrations.urls import urlpatterns
from tests.integrations.fuzz.run import fuzz, process_kept

CALLS = 1_000
PROCESSED_CALLS = 240

pytestmark = pytest.mark.integration


def test_hard_02_no_call_breaks_a_door(committed_db: None) -> None:
    report = fuzz(CALLS)

    assert report.problems == []
    assert report.damaged == CALLS
    assert report.kept == report.genuine == CALLS // 20
    # A door without a recorded call would go untested.
    assert set(report.statuses) == {str(url.name) for url in urlpatterns}
    # Both what is refused and what gets through was reached everywhere.
    assert all({200, 400} <= set(statuses) or {202, 400} <= set(statuses) for statuses in report.statuses.values())


def test_what_a_door_lets_in_is_processed(committed_db: None) -> None:
    """However odd: it becomes what it means or is ignored, and is never tried in vain."""
    report = fuzz(PROCESSED_CALLS, seed="processed")

    assert (report.problems, process_kept()) == ([], [])
