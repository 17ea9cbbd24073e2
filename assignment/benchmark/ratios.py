"""Both paths of routing against the database alone, one worker and four, in turns in one run."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

from assignment.benchmark.clock import Cost, Stopwatch
from assignment.benchmark.processes import REPEATS, Tally, percentile, together
from assignment.benchmark.references import BARE, FUNC, run_pgbench
from assignment.benchmark.scenarios import Options, route_each, waiting_leads
from assignment.benchmark.scene import (
    Scene,
    fill_existing,
    leads_in_table,
    make_scene,
    owner_connection,
    remove_waiting,
)
from assignment.benchmark.targets import ratio_of
from assignment.services.routing.batch import route_batch
from zrg.workspaces.context import platform

CLIENTS = 4
BATCHES = 4
CLAIMS = 60
SMALL_TABLE = 10_000
# The contract's p95 of one routing operation, milliseconds.
CONTRACT_P95_MS = 2_000
_FORCED = """
SELECT quote_ident(relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relforcerowsecurity ORDER BY relname
"""


def paths(options: Options) -> dict[str, Any]:
    """P1–P5, P7–P9: each repetition runs everything once, one after the other."""
    found: dict[str, list[float]] = {}
    for _ in range(REPEATS):
        for name, value in _one_round(options).items():
            found.setdefault(name, []).append(value)
    ratios = {
        "P1": ("func", "bare"),
        "P1 x4": ("func x4", "bare x4"),
        "P2": ("single", "func"),
        "P3": ("single x4", "func x4"),
        "P4": ("batch", "bare"),
        "P5": ("batch", "single"),
        "P7": ("batch x4", "batch"),
        "P8": ("p95 x4", "p95"),
    }
    figures = {
        number: ratio_of([one / other for one, other in zip(found[over], found[under], strict=True)])
        for number, (over, under) in ratios.items()
    }
    figures["P9"] = ratio_of([value / CONTRACT_P95_MS for value in found["p95 x4"]])
    return {
        "middles": {name: round(sorted(values)[REPEATS // 2], 2) for name, values in found.items()},
        "targets": figures,
    }


def claims(options: Options) -> dict[str, Any]:
    """P13: p95 of a claim in a small table, then in one with `existing` routed leads and a tenth as many waiting."""
    scene = make_scene(SMALL_TABLE, rules=options.rules)
    small = leads_in_table()
    before = [_claim_p95(scene, options) for _ in range(REPEATS)]
    fill_existing(options.existing)
    others = make_scene(options.existing // 10, rules=1)
    after = [_claim_p95(scene, options) for _ in range(REPEATS)]
    figures = ratio_of([late / early for late, early in zip(after, before, strict=True)])
    full = leads_in_table()
    remove_waiting(others.source)
    remove_waiting(scene.source)
    return {
        "rows_before": small,
        "rows_after": full,
        "claim_p95_ms": [round(sorted(found)[REPEATS // 2], 2) for found in (before, after)],
        "targets": {"P13": figures},
    }


def policies(options: Options) -> dict[str, Any]:
    """P15: batches by the runtime role under row security, and by the owner with the policies out of force."""
    ratios = []
    for _ in range(REPEATS):
        scene = make_scene((BATCHES + 1) * 2 * options.batch_size, rules=options.rules)
        secured = _batches(scene, options)
        with _as_owner_without_policies():
            ratios.append(_batches(scene, options).clock / secured.clock)
    return {"targets": {"P15": ratio_of(ratios)}}


def _one_round(options: Options) -> dict[str, float]:
    singles = max(options.count // 10, 50)
    batches = max(options.count // options.batch_size, BATCHES)
    found: dict[str, float] = {}
    scene = make_scene(singles * (3 + 3 * CLIENTS) + 2 * CLIENTS, rules=options.rules)
    for clients, mark in ((1, ""), (CLIENTS, " x4")):
        found[f"bare{mark}"] = _pgbench(BARE, scene, singles, clients, as_owner=True)
        found[f"func{mark}"] = _pgbench(FUNC, scene, singles, clients)
        tally = _singles(scene, singles, clients)
        found[f"single{mark}"] = clients * singles / tally.seconds
        found[f"p95{mark}"] = percentile(sorted(tally.times), 0.95)
    size = options.batch_size
    scene = make_scene((batches + 1) * size * (1 + CLIENTS), rules=options.rules)
    for clients, mark in ((1, ""), (CLIENTS, " x4")):
        seconds = together([lambda: _batch_worker(scene, size, batches)] * clients).seconds
        found[f"batch{mark}"] = clients * batches * size / seconds
    return found


def _pgbench(script: str, scene: Scene, transactions: int, clients: int, *, as_owner: bool = False) -> float:
    return run_pgbench(
        script,
        source=scene.source,
        destination=scene.destinations[0],
        transactions=transactions,
        clients=clients,
        as_owner=as_owner,
    )


def _singles(scene: Scene, number: int, workers: int) -> Tally:
    """Each worker has leads of its own; its first is not counted, by it rules are read and functions compiled."""
    left = waiting_leads(scene)[: workers * (number + 1)]

    def work_on(mine: list[Any]) -> Callable[[], Tally]:
        def work() -> Tally:
            route_each(mine[:1], scene.source)
            return route_each(mine[1:], scene.source)

        return work

    return together([work_on(left[start::workers]) for start in range(workers)])


def _batch_worker(scene: Scene, size: int, batches: int) -> Tally:
    route_batch(scene.source, limit=size)
    started = time.perf_counter()
    for _ in range(batches):
        route_batch(scene.source, limit=size)
    return Tally(seconds=time.perf_counter() - started)


def _batches(scene: Scene, options: Options) -> Cost:
    route_batch(scene.source, limit=options.batch_size)
    watch = Stopwatch()
    for _ in range(BATCHES):
        route_batch(scene.source, limit=options.batch_size)
    return watch.read()


def _claim_p95(scene: Scene, options: Options) -> float:
    times = []
    for _ in range(CLAIMS):
        with platform(timeout_ms=60_000), connection.cursor() as cursor:
            started = time.perf_counter()
            cursor.execute("SELECT id FROM claim_routing_batch(%s, %s)", [scene.source, options.batch_size])
            cursor.fetchall()
            times.append((time.perf_counter() - started) * 1_000)
    return percentile(sorted(times), 0.95)


@contextmanager
def _as_owner_without_policies() -> Iterator[None]:
    """The product's own connection becomes the owner's for a while, whom unforced policies leave alone."""
    given = {name: settings.DATABASES["default"][name] for name in ("USER", "PASSWORD")}
    with owner_connection() as owner:
        tables = [name for (name,) in owner.execute(_FORCED).fetchall()]
        for table in tables:
            owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        connection.close()
        connection.settings_dict.update({"USER": owner.info.user, "PASSWORD": owner.info.password})
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(given)
            for table in tables:
                owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
