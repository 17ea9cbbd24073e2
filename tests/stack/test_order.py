"""The order in which the files of the tests start."""

from pathlib import Path
from types import SimpleNamespace

from tests.support.order import LONGEST, file_of, put_in_order

ROOT = Path(__file__).resolve().parents[2]


def items(*names):
    return [SimpleNamespace(nodeid=name) for name in names]


def test_the_longest_files_are_there():
    assert [file for file in LONGEST if not (ROOT / file).is_file()] == []


def test_files_without_a_database_go_beside_the_first_and_short_ones_come_last():
    collected = items(
        "tests/leads/test_few.py::test_a",
        "tests/leads/test_many.py::test_b",
        "tests/leads/test_many.py::test_a",
        f"{LONGEST[1]}::test_a",
        "tests/leads/rules/test_few.py::test_a",
        f"{LONGEST[0]}::test_b",
        f"{LONGEST[0]}::test_a",
    )

    put_in_order(collected)

    assert [item.nodeid for item in collected] == [
        f"{LONGEST[0]}::test_b",
        f"{LONGEST[0]}::test_a",
        "tests/leads/rules/test_few.py::test_a",
        f"{LONGEST[1]}::test_a",
        "tests/leads/test_many.py::test_b",
        "tests/leads/test_many.py::test_a",
        "tests/leads/test_few.py::test_a",
    ]
    assert file_of(collected[0]) == LONGEST[0]
