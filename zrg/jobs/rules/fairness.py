"""Which due jobs run first when many workspaces wait: nobody starves, nobody floods."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import Any, Protocol


class PartitionedJob(Protocol):
    """What fairness looks at; any object with these two attributes will do."""

    @property
    def id(self) -> Any: ...

    @property
    def workspace(self) -> Any: ...


def fair_order(jobs: Iterable[PartitionedJob]) -> list[Any]:
    """Ids in round robin over workspaces, which take turns in the order of their first job.

    Inside a workspace the given order (due time) is kept: A1 A2 A3 B1 C1 → A1 B1 C1 A2 A3.
    """
    queues: dict[Any, deque[Any]] = defaultdict(deque)
    for job in jobs:
        queues[job.workspace].append(job.id)
    order: list[Any] = []
    while queues:
        for workspace in list(queues):
            order.append(queues[workspace].popleft())
            if not queues[workspace]:
                del queues[workspace]
    return order


def select_partitioned(jobs: Sequence[PartitionedJob], max_jobs: int, per_workspace_cap: int) -> list[Any]:
    """Ids of the first `max_jobs` jobs in the given order, at most `per_workspace_cap` of one workspace."""
    taken: dict[Any, int] = defaultdict(int)
    selected: list[Any] = []
    for job in jobs:
        if len(selected) >= max_jobs:
            break
        if taken[job.workspace] < per_workspace_cap:
            taken[job.workspace] += 1
            selected.append(job.id)
    return selected
