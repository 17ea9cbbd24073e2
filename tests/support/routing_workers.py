"""Many workers over the routing paths: forked processes with connections of their own."""

import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import Error, connection, connections

from assignment.services.routing.batch import route_batch
from assignment.services.routing.faults import sqlstate_of
from assignment.services.routing.running import process_retry_queue
from assignment.services.routing.single import route_lead
from zrg.workspaces.context import platform

JOIN_SECONDS = 180
Work = Callable[[random.Random, Counter[str]], None]


@dataclass
class Gathered:
    """What the workers did, added up."""

    counts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0


def run_together(works: Sequence[Work], *, seed: int = 7) -> Gathered:
    """Start one process per work, all at once behind a barrier, and wait for them."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, queue = context.Barrier(len(works)), context.SimpleQueue()
    processes = [
        context.Process(target=_child, args=(work, barrier, queue, seed + number)) for number, work in enumerate(works)
    ]
    started = time.perf_counter()
    for process in processes:
        process.start()
    gathered = Gathered()
    for _ in processes:
        counts, error, seconds = queue.get()
        gathered.counts.update(counts)
        gathered.seconds = max(gathered.seconds, seconds)
        if error:
            gathered.errors.append(error)
    for process in processes:
        process.join(JOIN_SECONDS)
    gathered.counts["wall_ms"] = round((time.perf_counter() - started) * 1_000)
    return gathered


def _child(work: Work, barrier: Any, queue: Any, seed: int) -> None:
    counts: Counter[str] = Counter()
    error, seconds = "", 0.0
    try:
        connections.close_all()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        barrier.wait(60)
        started = time.perf_counter()
        work(random.Random(seed), counts)
        seconds = time.perf_counter() - started
    except BaseException as fault:
        error = f"{type(fault).__name__} {sqlstate_of(fault) or ''}: {fault}"
    finally:
        connections.close_all()
        queue.put((dict(counts), error, seconds))
        # No teardown of the parent's test session in a copy of it.
        os._exit(0)


def route_each(source: UUID, lead_ids: Iterable[UUID], *, shuffled: bool = True) -> Work:
    """Route every lead once, in an order of its own; counts results."""
    ids = list(lead_ids)

    def work(draw: random.Random, counts: Counter[str]) -> None:
        order = list(ids)
        if shuffled:
            draw.shuffle(order)
        for lead_id in order:
            counts[route_lead(lead_id, source).result] += 1

    return work


def batches_until_empty(source: UUID, size: int) -> Work:
    """Batches of one workspace until nothing is claimable for a moment."""

    def work(draw: random.Random, counts: Counter[str]) -> None:
        idle = 0
        while idle < 3:
            done = route_batch(source, limit=size)
            counts.update(done.settled)
            counts["deferred"] += done.deferred
            counts["errors"] += len([code for _, code in done.errors if code != "all_blocked"])
            idle = 0 if done.claimed else idle + 1
            if not done.claimed:
                time.sleep(0.02)

    return work


def retries(limit: int) -> Work:
    def work(draw: random.Random, counts: Counter[str]) -> None:
        counts["retried"] += process_retry_queue(limit)["processed"]

    return work


_ATTEMPT = """
SELECT CASE WHEN acquire_routing_lock(%s, %s) THEN
    CASE WHEN %s THEN fail_routing(%s, 'injected', %s, 10) ELSE complete_routing(%s, %s, NULL, %s) END END
"""


def hammer(lead_ids: Sequence[UUID], destinations: Sequence[UUID], attempts: int, *, fails: float = 0.1) -> Work:
    """Lock a random lead; fail it with a probability, else complete it to a random partner.

    Afterwards every lead is tried until somebody has settled it. One statement, one transaction each.
    """

    def work(draw: random.Random, counts: Counter[str]) -> None:
        with connection.cursor() as cursor:
            # For the whole connection: an attempt is one statement without a transaction around it.
            cursor.execute("SELECT set_config('zrg.context', 'platform', false)")
            for _ in range(attempts):
                _attempt(cursor, draw.choice(lead_ids), draw.choice(destinations), draw.random() < fails, counts)
            for lead in lead_ids:
                _attempt(cursor, lead, draw.choice(destinations), False, counts)

    return work


def _attempt(cursor: Any, lead: UUID, destination: UUID, fails: bool, counts: Counter[str]) -> None:
    owner = uuid4()
    try:
        cursor.execute(_ATTEMPT, [lead, owner, fails, lead, owner, lead, destination, owner])
        counts[{None: "busy", True: "done", False: "lost"}[cursor.fetchone()[0]]] += 1
    except Error as error:
        counts[f"sqlstate_{sqlstate_of(error)}"] += 1


def violations() -> list[tuple[Any, ...]]:
    """Promises of routing that are broken now."""
    with platform(), connection.cursor() as cursor:
        cursor.execute("SELECT invariant, lead_id, detail FROM routing_invariant_violations()")
        return list(cursor.fetchall())
