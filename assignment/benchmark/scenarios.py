"""The scenarios of `benchmark_routing`: each returns its figures."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import Error, connection, connections
from django.utils import timezone

from assignment.benchmark.clock import Cost, Stopwatch
from assignment.benchmark.effort import effort_of
from assignment.benchmark.processes import REPEATS, Tally, percentile, together
from assignment.benchmark.references import FUNC, SqlBatches, find_pgbench, run_pgbench
from assignment.benchmark.scene import Scene, add_leads, another_source, make_scene
from assignment.benchmark.targets import cost_ratio, ratio_of
from assignment.enums import RoutingResult
from assignment.models import RoutingLog, RoutingPartner, RoutingRule
from assignment.services.routing.batch import route_batch
from assignment.services.routing.faults import sqlstate_of
from assignment.services.routing.health import broken_promises
from assignment.services.routing.running import process_retry_queue
from assignment.services.routing.single import route_lead
from leads.models import Lead
from zrg.workspaces.context import platform

# Leads of which statements, versions of rows and log are counted.
EXAMINED = 20
# Shares of the attempts of a hostile worker: injected failures, deaths inside the transaction.
FAILING, DYING = 0.10, 0.01
# What one of their destinations takes; the leads would fill it several times.
CAP = 20


@dataclass(slots=True, kw_only=True)
class Options:
    """How much to measure."""

    count: int = 2_000
    workers: int = 4
    batch_size: int = 500
    rules: int = 20
    rate: int = 500
    seconds: int = 10
    attempts: int = 100_000
    seed: int = 7
    existing: int = 0


def sequential(options: Options) -> dict[str, Any]:
    """Leads one by one on one connection; the reference runs the same functions from pgbench."""
    ratios = []
    tally = Tally()
    for _ in range(REPEATS):
        scene = make_scene(options.count * 2 + EXAMINED, rules=options.rules)
        reference = _reference(FUNC, scene, options.count)
        left = waiting_leads(scene)[: options.count]
        part = route_each(left, scene.source)
        tally.counts += part.counts
        tally.times += part.times
        tally.seconds += part.seconds
        if reference:
            ratios.append(len(left) / part.seconds / reference)
    figures = tally.figures(options.count * REPEATS)
    few = waiting_leads(scene)[:EXAMINED]
    figures["per_lead"] = effort_of(lambda: len(route_each(few, scene.source).times))
    return figures | ({"targets": {"P2": ratio_of(ratios)}} if ratios else {})


def batch(options: Options) -> dict[str, Any]:
    """Batches on one connection, in turns with batches of the same size claimed and completed by SQL alone."""
    ratios: list[Cost] = []
    tally = Tally()
    size, batches = options.batch_size, max(options.count // options.batch_size, 1)
    for _ in range(REPEATS):
        # One batch of each goes before, unmeasured: rules are read and functions compiled.
        scene = make_scene((batches + 1) * 2 * size + size, rules=options.rules)
        reference = SqlBatches(scene, size)
        route_batch(scene.source, limit=size)
        ours = theirs = Cost()
        for _ in range(batches):
            theirs += reference.run()
            watch = Stopwatch()
            result = route_batch(scene.source, limit=size)
            cost = watch.read()
            ours += cost
            tally.counts.update(result.settled)
            tally.times.append(cost.clock * 1_000)
        reference.close()
        tally.seconds += ours.clock
        ratios.append(theirs / ours)
    figures = tally.figures(sum(tally.counts.values()))
    figures["per_lead"] = effort_of(lambda: route_batch(scene.source, limit=size).claimed)
    return figures | {"targets": {"P6": cost_ratio(ratios)}}


def concurrent(options: Options) -> dict[str, Any]:
    """Workers with their own connections and one shared random order, so that they collide."""
    scene = make_scene(options.count, rules=options.rules)
    order = list(scene.leads)
    random.Random(options.seed).shuffle(order)  # noqa: S311  # an order, no secret
    tally = together([lambda: route_each(order, scene.source)] * options.workers)
    return tally.figures(options.count) | {"double_routes": double_routes()}


def duplicates(options: Options) -> dict[str, Any]:
    """Three leads per identity in three sources: exactly one is delivered."""
    people = max(options.count // 3, 1)
    emails = [f"same{number}@{uuid4().hex[:6]}.bench.invalid" for number in range(people)]
    first = make_scene(people, rules=options.rules, emails=emails)
    others = [another_source(first, people, name=f"routing bench source {n}", emails=emails) for n in (2, 3)]
    tally = Tally()
    started = time.perf_counter()
    for scene in (first, *others):
        while True:
            before = time.perf_counter()
            result = route_batch(scene.source, limit=options.batch_size)
            if not result.claimed:
                break
            tally.times.append((time.perf_counter() - before) * 1_000)
            tally.counts.update(result.settled)
    tally.seconds = time.perf_counter() - started
    found = {"delivered": tally.counts["success"], "identities": people, "double_routes": double_routes()}
    return tally.figures(people * 3) | found | {"met": tally.counts["success"] == people}


def retry(options: Options) -> dict[str, Any]:
    """Leads that fail once by a rule that is then mended, drained from the queue."""
    scene = make_scene(options.count, rules=options.rules)
    with platform():
        RoutingRule.objects.filter(workspace_id=scene.source).update(is_active=False)
    while route_batch(scene.source, limit=options.batch_size).claimed:
        pass
    with platform(), connection.cursor() as cursor:
        RoutingRule.objects.filter(workspace_id=scene.source).update(is_active=True)
        cursor.execute("SELECT hurry_routing_retries(%s)", [scene.source])
    started = time.perf_counter()
    done = process_retry_queue()
    tally = Tally(counts=Counter(success=done["succeeded"]), seconds=time.perf_counter() - started)
    return tally.figures(options.count)


def spike(options: Options) -> dict[str, Any]:
    """Arrivals at a fixed rate that do not wait for anybody; the wait counts from the planned arrival."""
    scene = make_scene(0, rules=options.rules)
    total = options.rate * options.seconds
    begins = timezone.now() + timedelta(seconds=1)

    def arrive() -> Tally:
        for second in range(options.seconds * 10):
            planned = begins + timedelta(seconds=second / 10)
            time.sleep(max(0.0, (planned - timezone.now()).total_seconds()))
            add_leads(scene.source, options.rate // 10, at=planned)
        return Tally()

    def work() -> Tally:
        deadline = time.monotonic() + options.seconds + 60
        idle_since = 0.0
        while time.monotonic() < deadline:
            if route_batch(scene.source, limit=options.batch_size).claimed:
                idle_since = 0.0
                continue
            idle_since = idle_since or time.monotonic()
            if timezone.now() > begins + timedelta(seconds=options.seconds) and time.monotonic() - idle_since > 1:
                break
            time.sleep(0.02)
        return Tally()

    started = time.perf_counter()
    together([arrive, *[work] * max(options.workers - 1, 1)])
    with platform(timeout_ms=60_000):
        rows = Lead.objects.filter(source_workspace_id=scene.source).values_list("created_at", "routing_completed_at")
        waits = [(done - planned).total_seconds() * 1_000 for planned, done in rows if done is not None]
    tally = Tally(counts=Counter(success=len(waits)), times=waits, seconds=time.perf_counter() - started)
    # All that came, so nothing scatters.
    p95 = percentile(sorted(waits), 0.95) / 1_000
    return tally.figures(total) | {
        "met": len(waits) == total,
        "targets": {"S2": {"value": round(p95, 3), "spread": 0.0}},
    }


def hammer(options: Options) -> dict[str, Any]:
    """Hostile workers: random locks, one failure in ten, one death in a hundred; no promise may be broken."""
    people = 1_000
    emails = [f"hammer{number}@{uuid4().hex[:6]}.bench.invalid" for number in range(people)]
    first = make_scene(people, emails=emails)
    scenes = [first, *(another_source(first, people, name=f"hammer {n}", emails=emails) for n in (2, 3))]
    leads = [lead for scene in scenes for lead in scene.leads]
    with platform():
        agreements = RoutingPartner.objects.from_source(first.source)
        agreements.filter(destination_workspace_id=first.destinations[0]).update(cap_total=CAP)
    each = options.attempts // options.workers
    seeds = [options.seed + number for number in range(options.workers)]
    tally = together([partial(_hammer, leads, first.destinations, each, seed) for seed in seeds])
    with platform(timeout_ms=60_000):
        sent = RoutingLog.objects.filter(source_workspace_id=first.source, routing_result=RoutingResult.SUCCESS)
        delivered = sent.filter(destination_workspace_id=first.destinations[0]).count()
    return {
        "attempts": each * options.workers,
        "seconds": round(tally.seconds, 1),
        "counts": dict(tally.counts),
        "cap": CAP,
        "delivered_under_cap": delivered,
        "violations": broken_promises(),
        "double_routes": double_routes(),
        "met": delivered <= CAP,
    }


SCENARIOS: dict[str, Callable[[Options], dict[str, Any]]] = {
    "sequential": sequential,
    "batch": batch,
    "concurrent": concurrent,
    "duplicates": duplicates,
    "retry": retry,
    "spike": spike,
    "hammer": hammer,
}


def route_each(leads: Sequence[UUID], source: UUID) -> Tally:
    """One call per lead; calls that found it done or held are not timed."""
    tally = Tally()
    started = time.perf_counter()
    for lead in leads:
        before = time.perf_counter()
        result = route_lead(lead, source).result
        if result not in ("already_routed", "lock_not_acquired"):
            tally.times.append((time.perf_counter() - before) * 1_000)
        tally.counts[result] += 1
    tally.seconds = time.perf_counter() - started
    return tally


_ATTEMPT = """
SELECT CASE WHEN acquire_routing_lock(%s, %s) THEN
    CASE WHEN %s THEN fail_routing(%s, 'injected', %s, 10)
        WHEN complete_routing(%s, %s, NULL, %s) THEN true ELSE fail_routing(%s, 'full', %s, 10) END END
"""


def _hammer(leads: Sequence[UUID], destinations: Sequence[UUID], attempts: int, seed: int) -> Tally:
    draw, tally = random.Random(seed), Tally()  # noqa: S311  # a load, no secret
    started = time.perf_counter()
    _see_everything()
    for _ in range(attempts):
        lead, owner = draw.choice(leads), uuid4()
        destination = draw.choice(destinations)
        values: list[Any] = [lead, owner, draw.random() < FAILING, lead, owner, lead, destination, owner, lead, owner]
        dies = draw.random() < DYING
        try:
            with connection.cursor() as cursor:
                if dies:
                    cursor.execute("BEGIN")
                cursor.execute(_ATTEMPT, values)
                outcome = "busy" if cursor.fetchone()[0] is None else "done"
        except Error as error:
            outcome = f"sqlstate_{sqlstate_of(error)}"
        tally.counts["died" if dies else outcome] += 1
        if dies:
            # To the server a worker that is killed is a connection that ends in mid-transaction.
            connection.close()
            _see_everything()
    tally.seconds = time.perf_counter() - started
    return tally


def _see_everything() -> None:
    """For the whole connection: an attempt is one statement without a transaction around it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('zrg.context', 'platform', false)")


def _reference(script: str, scene: Scene, transactions: int) -> float:
    if find_pgbench() is None:
        return 0.0
    connections.close_all()
    return run_pgbench(script, source=scene.source, destination=scene.destinations[0], transactions=transactions)


def waiting_leads(scene: Scene) -> list[UUID]:
    """Leads of the source that wait, oldest first."""
    with platform(timeout_ms=60_000):
        rows = Lead.objects.filter(workspace_id=scene.source, routing_status="pending").order_by("created_at", "id")
        return list(rows.values_list("pk", flat=True))


def double_routes() -> int:
    """Leads delivered more than once, of all the log knows."""
    with platform(timeout_ms=60_000), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT lead_id FROM assignment_routinglog WHERE routing_result = 'success'"
            " GROUP BY lead_id HAVING count(*) > 1) twice"
        )
        return int(cursor.fetchone()[0])
