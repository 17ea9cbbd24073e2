from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zrg.jobs.rules.fairness import fair_order, select_partitioned

pytestmark = pytest.mark.unit


@dataclass(frozen=True)
class Due:
    id: str
    workspace: str | None


def due(*ids: str) -> list[Due]:
    """`due("a1", "b1")`: the letter is the workspace."""
    return [Due(id, id[0]) for id in ids]


@pytest.mark.parametrize(
    ("jobs", "order"),
    [
        ((), []),
        (("a1",), ["a1"]),
        (("a1", "a2", "a3"), ["a1", "a2", "a3"]),
        (("a1", "a2", "a3", "b1", "b2", "c1"), ["a1", "b1", "c1", "a2", "b2", "a3"]),
        (("b1", "a1", "a2", "b2"), ["b1", "a1", "b2", "a2"]),
        (("a1", "a2", "a3", "b1"), ["a1", "b1", "a2", "a3"]),
        (("c1", "a1", "a2", "a3", "c2", "b1"), ["c1", "a1", "b1", "c2", "a2", "a3"]),
    ],
)
def test_fair_order_takes_turns_in_order_of_first_appearance(jobs, order):
    assert fair_order(due(*jobs)) == order


def test_fair_order_treats_jobs_without_workspace_as_one_group():
    jobs = [Due("n1", None), Due("n2", None), Due("a1", "a")]

    assert fair_order(jobs) == ["n1", "a1", "n2"]


job_lists = st.lists(st.sampled_from("abcde"), max_size=40).map(
    lambda letters: [Due(f"{letter}{index}", letter) for index, letter in enumerate(letters)]
)


@given(job_lists)
def test_fair_order_is_a_permutation_that_keeps_each_workspace_in_order(jobs):
    order = fair_order(jobs)

    assert sorted(order) == sorted(job.id for job in jobs)
    for letter in "abcde":
        assert [id for id in order if id[0] == letter] == [job.id for job in jobs if job.workspace == letter]


@given(job_lists)
def test_fair_order_never_serves_one_workspace_twice_while_another_waits_for_its_turn(jobs):
    order = fair_order(jobs)

    totals = Counter(job.workspace for job in jobs)
    for end in range(1, len(order) + 1):
        served = Counter(id[0] for id in order[:end])
        for letter, count in served.items():
            for other, total in totals.items():
                assert served[other] >= min(total, count - 1), (letter, other)


@pytest.mark.parametrize(
    ("jobs", "max_jobs", "cap", "selected"),
    [
        (("a1", "a2", "a3", "b1", "b2"), 4, 2, ["a1", "a2", "b1", "b2"]),
        (("a1", "a2", "a3", "b1", "b2"), 3, 2, ["a1", "a2", "b1"]),
        (("a1", "a2", "a3", "b1", "b2"), 10, 10, ["a1", "a2", "a3", "b1", "b2"]),
        (("a1", "b1", "a2", "b2"), 10, 1, ["a1", "b1"]),
        (("a1", "a2"), 0, 5, []),
        (("a1", "a2"), 5, 0, []),
        ((), 5, 5, []),
    ],
)
def test_select_partitioned_keeps_order_under_cap_and_limit(jobs, max_jobs, cap, selected):
    assert select_partitioned(due(*jobs), max_jobs, cap) == selected


@given(job_lists, st.integers(0, 30), st.integers(0, 10))
def test_select_partitioned_exceeds_neither_limit(jobs, max_jobs, cap):
    selected = select_partitioned(jobs, max_jobs, cap)

    counts = Counter(id[0] for id in selected)
    expected_total = sum(min(cap, count) for count in Counter(job.workspace for job in jobs).values())
    assert len(selected) == min(max_jobs, expected_total)
    assert all(count <= cap for count in counts.values())
    assert selected == [job.id for job in jobs if job.id in set(selected)]
