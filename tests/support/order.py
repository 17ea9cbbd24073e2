"""Which file of the tests starts when, so that both workers of `make test` end together.

pytest-xdist hands out whole files in this order. The first one makes a worker copy the database, and build it when the
schema changed; the files of rules need none and keep the other worker busy meanwhile. Then come the files that take
longest, and last the many that take a second or less.
"""

from collections import Counter
from pathlib import PurePath

import pytest

# Files of more than about six seconds of computing, the longest first; a test looks that they are there.
LONGEST = (
    "tests/inbox/services/drafting/test_writing.py",
    "tests/vectors/test_vectors.py",
    "tests/assignment/services/routing/test_races.py",
    "tests/zrg/workspaces/views/test_read_only.py",
    "tests/inbox/test_one_pipeline.py",
    "tests/notifications/test_review_clicks.py",
    "tests/inbox/services/test_sending_property.py",
    "tests/integrations/test_fuzz_doors.py",
    "tests/inbox/services/test_sending_faults.py",
    "tests/integrations/test_bad_input.py",
    "tests/inbox/services/autosend/test_due.py",
    "tests/inbox/services/autosend/test_human_wins.py",
)
WITHOUT_DATABASE = {"rules", "lib"}


def put_in_order(items: list[pytest.Item]) -> None:
    """Move whole files; the tests of a file stay in their order."""
    counts = Counter(file_of(item) for item in items)
    items.sort(key=lambda item: _place(file_of(item), counts))


def file_of(item: pytest.Item) -> str:
    """The file as a test is named, from the folder of the project."""
    return item.nodeid.partition("::")[0]


def _place(file: str, counts: Counter[str]) -> tuple[int, int, str]:
    if file == LONGEST[0]:
        return 0, 0, file
    if WITHOUT_DATABASE & set(PurePath(file).parts):
        return 1, -counts[file], file
    if file in LONGEST:
        return 2, LONGEST.index(file), file
    return 3, -counts[file], file
