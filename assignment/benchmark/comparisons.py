"""Kinds of work against the plain first pass, in turns in one run: what caps, duplicates, retries and rules cost."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import connection
from prometheus_client import REGISTRY

from assignment.benchmark.scenarios import REPEATS, Options, ratio_of
from assignment.benchmark.scene import Scene, add_leads, another_source, make_scene
from assignment.models import RoutingPartner, RoutingRule
from assignment.services.routing.batch import route_batch
from assignment.services.routing.running import process_retry_queue
from zrg.workspaces.context import platform

# Never reached: it is counted, and takes nothing away.
HIGH_CAP = 1_000_000
# Shares of the time of a batch that evaluation may take, by the number of rules.
MOST_EVALUATION = {20: 0.05, 200: 0.30}


def caps(options: Options) -> dict[str, Any]:
    """Every destination capped, against none."""
    return _compare("capped / plain", options, lambda: _first_pass(_capped(options), options))


def duplicates(options: Options) -> dict[str, Any]:
    """Everybody was delivered already, against nobody."""
    return _compare("duplicates / plain", options, lambda: _first_pass(_known(options), options))


def retries(options: Options) -> dict[str, Any]:
    """Due attempts of the queue, against the first pass."""
    return _compare("retries / plain", options, lambda: _drain(options))


def imports(options: Options) -> dict[str, Any]:
    """Leads inserted and routed, against inserted."""
    ratios = []
    for _ in range(REPEATS):
        scene = make_scene(0, rules=options.rules)
        started = time.perf_counter()
        add_leads(scene.source, options.count)
        inserted = time.perf_counter() - started
        _first_pass(scene, options)
        ratios.append(inserted / (time.perf_counter() - started))
    return ratio_of("inserted and routed / inserted", ratios)


def rules(options: Options) -> dict[str, Any]:
    """Share of a batch that evaluation takes, with few rules and with many."""
    shares = {}
    for number in MOST_EVALUATION:
        scene = make_scene(options.count, rules=number)
        before = _evaluated()
        seconds = options.count / _first_pass(scene, options)
        shares[number] = round((_evaluated() - before) / seconds, 3)
    return {
        "evaluation_share": shares,
        "met": all(share <= MOST_EVALUATION[number] for number, share in shares.items()),
    }


def _compare(name: str, options: Options, other: Callable[[], float]) -> dict[str, Any]:
    """Leads per second of `other` to those of the plain first pass, in turns."""
    plain, different = [], []
    for _ in range(REPEATS):
        plain.append(_first_pass(make_scene(options.count, rules=options.rules), options))
        different.append(other())
    figures = {"leads_per_second": round(sorted(different)[len(different) // 2], 1)}
    return figures | ratio_of(name, [one / base for one, base in zip(different, plain, strict=True)])


def _first_pass(scene: Scene, options: Options) -> float:
    """Leads per second until nothing waits."""
    started, done = time.perf_counter(), 0
    while (result := route_batch(scene.source, limit=options.batch_size)).claimed:
        done += result.claimed
    return done / (time.perf_counter() - started)


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


def _drain(options: Options) -> float:
    scene = make_scene(options.count, rules=options.rules)
    rows = RoutingRule.objects.in_workspace(scene.source)
    with platform():
        rows.update(is_active=False)
    _first_pass(scene, options)
    with platform(), connection.cursor() as cursor:
        rows.update(is_active=True)
        cursor.execute("SELECT hurry_routing_retries(%s)", [scene.source])
    started = time.perf_counter()
    done = process_retry_queue()
    return float(done["succeeded"]) / (time.perf_counter() - started)


def _evaluated() -> float:
    return REGISTRY.get_sample_value("zrg_routing_seconds_sum", {"path": "batch", "stage": "evaluate"}) or 0.0
