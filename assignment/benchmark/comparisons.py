"""Kinds of work against the plain first pass, in turns in one run: what caps, duplicates, retries and rules cost."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import connection
from prometheus_client import REGISTRY

from assignment.benchmark.clock import Cost, Stopwatch
from assignment.benchmark.processes import REPEATS
from assignment.benchmark.references import plain_insert
from assignment.benchmark.scenarios import Options
from assignment.benchmark.scene import INSERTED_AT_ONCE, Scene, another_source, insert_rows, lead_rows, make_scene
from assignment.benchmark.targets import cost_ratio, ratio_of
from assignment.models import RoutingPartner, RoutingRule
from assignment.services.routing.batch import route_batch
from assignment.services.routing.running import process_retry_queue
from zrg.workspaces.context import platform

# Never reached: it is counted, and takes nothing away.
HIGH_CAP = 1_000_000
# Numbers of rules whose evaluation is measured.
FEW, MANY = 20, 200


def caps(options: Options) -> dict[str, Any]:
    """Every destination capped, against none."""
    return _compare("P12", options, lambda: _first_pass(_capped(options), options))


def duplicates(options: Options) -> dict[str, Any]:
    """Everybody was delivered already, against nobody."""
    return _compare("P10", options, lambda: _first_pass(_known(options), options))


def retries(options: Options) -> dict[str, Any]:
    """Due attempts of the queue, against the first pass."""
    return _compare("P11", options, lambda: _drain(options))


def imports(options: Options) -> dict[str, Any]:
    """Leads inserted as an import inserts them and routed, against a plain INSERT of as many rows."""
    ratios = []
    for _ in range(REPEATS):
        scene, elsewhere = make_scene(0, rules=options.rules), make_scene(0, rules=1)
        plain = ours = Cost()
        for _ in range(0, options.count, INSERTED_AT_ONCE):
            plain += plain_insert(lead_rows(elsewhere.source, INSERTED_AT_ONCE))
            rows = lead_rows(scene.source, INSERTED_AT_ONCE)
            watch = Stopwatch()
            insert_rows(scene.source, rows)
            _first_pass(scene, options)
            ours += watch.read()
        ratios.append(plain / ours)
    return {"targets": {"P16": cost_ratio(ratios)}}


def rules(options: Options) -> dict[str, Any]:
    """Share of a batch that evaluation takes, with few rules and with many; the middle of several turns."""
    shares: dict[int, list[float]] = {FEW: [], MANY: []}
    for _ in range(REPEATS):
        for number, found in shares.items():
            scene = make_scene(options.count, rules=number)
            before = _evaluated()
            cost = _first_pass(scene, options)
            found.append((_evaluated() - before) / cost.clock)
    return {"targets": {"P14": ratio_of(shares[FEW]), f"P14 x{MANY}": ratio_of(shares[MANY])}}


def _compare(number: str, options: Options, other: Callable[[], Cost]) -> dict[str, Any]:
    """Leads per second of `other` to those of the plain first pass, in turns."""
    plain, different = [], []
    for _ in range(REPEATS):
        plain.append(_first_pass(make_scene(options.count, rules=options.rules), options))
        different.append(other())
    seconds = sorted(one.clock for one in different)
    figures = {"leads_per_second": round(options.count / seconds[len(seconds) // 2], 1)}
    ratios = [base / one for one, base in zip(different, plain, strict=True)]
    return figures | {"targets": {number: cost_ratio(ratios)}}


def _first_pass(scene: Scene, options: Options) -> Cost:
    """What it costs until nothing waits."""
    watch = Stopwatch()
    while route_batch(scene.source, limit=options.batch_size).claimed:
        pass
    return watch.read()


def _capped(options: Options) -> Scene:
    scene = make_scene(options.count, rules=options.rules)
    with platform():
        RoutingPartner.objects.from_source(scene.source).update(cap_daily=HIGH_CAP)
    return scene


def _known(options: Options) -> Scene:
    emails = [f"known{number}@{uuid4().hex[:6]}.bench.invalid" for number in range(options.count)]
    first = make_scene(options.count, rules=options.rules, emails=emails)
    _first_pass(first, options)
    return another_source(first, options.count, name=f"routing bench again {uuid4().hex[:6]}", emails=emails)


def _drain(options: Options) -> Cost:
    scene = make_scene(options.count, rules=options.rules)
    rows = RoutingRule.objects.in_workspace(scene.source)
    with platform():
        rows.update(is_active=False)
    _first_pass(scene, options)
    with platform(), connection.cursor() as cursor:
        rows.update(is_active=True)
        cursor.execute("SELECT hurry_routing_retries(%s)", [scene.source])
    watch = Stopwatch()
    process_retry_queue()
    return watch.read()


def _evaluated() -> float:
    return REGISTRY.get_sample_value("zrg_routing_seconds_sum", {"path": "batch", "stage": "evaluate"}) or 0.0
