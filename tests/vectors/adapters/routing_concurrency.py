"""Concurrent workers over the routing paths.

ROUTING_VECTOR_SCALE is the share of the numbers that is run; 1 is all of them, which takes many minutes.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from assignment.models import LeadAttribution, RoutingCounter, RoutingLog, RoutingPartner, RoutingQueueEntry
from assignment.services.routing.batch import route_batch
from assignment.services.routing.running import cleanup_stale_locks, mark_expired, process_retry_queue, run_first_pass
from leads.models import Lead, LeadImportJob
from leads.services.importing import running
from tests.factories.imports import started
from tests.support import routing_workers as workers
from tests.support.routing_scene import catch_all, make_leads, make_partner, make_source
from tests.support.routing_world import call, new_owner
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import Reschedule
from zrg.workspaces.context import platform, user_context

COMMITS = True
INVARIANTS = [f"I{number}" for number in range(1, 13)]
FREE_KEYS = {"busy_allowed", "per_lead", "log_rows_seen"}
UNSCALED = {"max_wall_seconds", "double_success", "double_sold", "open_queue_rows", "errors", "attempts_each"}


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    words = " ".join(worker["do"] for worker in case_input["workers"])
    scene = next(play for mark, play in SCENES if mark in words)
    actual = scene(case_input["setup"], case_input["workers"])
    broken = {row[0] for row in workers.violations()}
    broken |= {"I12"} if actual.pop("deadlocks", 0) else set()
    return actual | {"invariants": [name for name in INVARIANTS if name not in broken], "scale": _scale()}


def applies(case: dict[str, Any]) -> bool:
    words = " ".join(worker["do"] for worker in case["input"]["workers"])
    return any(mark in words for mark, _ in SCENES)


def equal(expected: Any, actual: Any) -> bool:
    """Exact, with bounds where the key says so, at the scale of the run."""
    return all(_holds(key, value, actual) for key, value in expected.items() if key not in FREE_KEYS)


def _holds(key: str, value: Any, actual: dict[str, Any]) -> bool:
    wanted = _scaled(value, actual["scale"]) if key not in UNSCALED else value
    if key == "max_wall_seconds":
        return bool(actual["wall_seconds"] <= wanted)
    if key.endswith("_at_most"):
        return bool(actual[key.removesuffix("_at_most")] <= wanted)
    if key.endswith("_at_least"):
        return bool(actual[key.removesuffix("_at_least")] >= wanted)
    if isinstance(wanted, dict):
        return all(actual[key].get(name) == one for name, one in wanted.items())
    return bool(actual.get(key) == wanted)


def _scaled(value: Any, scale: float) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | dict):
        return value
    if isinstance(value, dict):
        return {name: _scaled(one, scale) for name, one in value.items()}
    return _size(value, scale)


def _scale() -> float:
    return float(os.environ.get("ROUTING_VECTOR_SCALE", "0.05"))


def _size(count: int, scale: float | None = None) -> int:
    """Large numbers shrink; what is a handful stays."""
    return max(2, round(count * (scale or _scale()))) if count >= 90 else count


def _scene(count: int, **limits: Any) -> tuple[Any, RoutingPartner, list[UUID]]:
    with platform(timeout_ms=60_000):
        source = make_source()
        partner = make_partner(source, **limits)
        catch_all(partner)
        return source, partner, make_leads(source, count)


def _spread(count: int, partners: int = 20) -> tuple[Any, list[RoutingPartner], list[UUID]]:
    with platform(timeout_ms=60_000):
        source = make_source()
        made = [make_partner(source, f"partner {number}") for number in range(partners)]
        for number, partner in enumerate(made):
            catch_all(partner, weight=1 + number % 3)
        return source, made, make_leads(source, count)


def _logged() -> dict[str, int]:
    with platform():
        results = Counter(RoutingLog.objects.values_list("routing_result", flat=True))
    return {f"log_{name}": results[name] for name in ("success", "duplicate", "kept", "deferred", "failed")}


def _common(done: workers.Gathered) -> dict[str, Any]:
    with platform():
        return {
            **_logged(),
            "attributions": LeadAttribution.objects.active().count(),
            "open_queue_rows": RoutingQueueEntry.objects.open().count(),
            "returned_success": done.counts["success"],
            "returned_busy_or_not_routable": done.counts["lock_not_acquired"] + done.counts["already_routed"],
            "wall_seconds": done.seconds,
            "errors": len(done.errors) + done.counts["errors"],
            "deadlocks": done.counts["sqlstate_40P01"] + done.counts["sqlstate_23505"] + len(done.errors),
            "lead_states": dict(Counter(Lead.objects.values_list("routing_status", flat=True))),
        }


def _same_lead(setup: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    source, _, leads = _scene(_size(setup["leads"]))
    done = workers.run_together([workers.route_each(source.pk, leads)] * given[0]["count"])
    answer = _common(done)
    if len(leads) == 1:
        with platform():
            lead = Lead.objects.select_related("workspace").get(pk=leads[0])
            answer["lead"] = {
                "status": lead.routing_status,
                "attempts": lead.routing_attempts,
                "workspace": lead.workspace.name,
            }
            answer["log"] = list(RoutingLog.objects.values_list("routing_result", flat=True))
    return answer


def _hammer(setup: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    identities = _size(setup["identities"])
    with platform(timeout_ms=60_000):
        destinations = [make_partner(make_source("first"), "partner 0").destination_workspace]
        destinations += [make_partner(make_source(f"s{n}"), f"partner {n}").destination_workspace for n in range(1, 20)]
        sources = [make_source(f"source {number}") for number in range(setup["source_workspaces"])]
        for source in sources:
            RoutingPartner.objects.bulk_create(
                RoutingPartner(workspace=source, destination_workspace=one, status="active") for one in destinations
            )
        emails = [f"identity{number}@person.example" for number in range(identities)]
        leads = [lead for source in sources for lead in make_leads(source, identities, emails=emails)]
    work = workers.hammer(leads, [one.pk for one in destinations], _size(given[0]["attempts_each"]))
    answer = _common(workers.run_together([work] * given[0]["count"]))
    broken = workers.violations()
    answer["double_success"] = sum(row[0] == "I1" for row in broken)
    answer["double_sold"] = sum(row[0] == "I6" for row in broken)
    answer["all_leads_settled"] = set(answer["lead_states"]) == {"routed"}
    return answer


def _same_person(setup: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    pairs = _size(setup["pairs"])
    with platform(timeout_ms=60_000):
        hub, plain = make_source("hub"), make_source("plain")
        catch_all(make_partner(hub, "south"))
        catch_all(make_partner(plain, "north"))
        emails = [f"pair{number}@person.example" for number in range(pairs)]
        ours, theirs = make_leads(hub, pairs, emails=emails), make_leads(plain, pairs, emails=emails)
    works = [workers.route_each(hub.pk, ours, shuffled=False), workers.route_each(plain.pk, theirs, shuffled=False)]
    return _common(workers.run_together(works))


def _batch_against_single(setup: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    source, _, leads = _spread(_size(setup["leads"]))
    works = [workers.batches_until_empty(source.pk, 500)] * 2 + [workers.route_each(source.pk, leads[:2_000])] * 4
    done = workers.run_together(works)
    run_first_pass(lambda: False)
    return _common(done)


def _cap_exact(setup: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    source, partner, leads = _scene(_size(setup["leads"]), cap_daily=_size(100))
    works = [workers.batches_until_empty(source.pk, 50)] * 4 + [workers.route_each(source.pk, leads[:100])] * 4
    answer = _common(workers.run_together(works))
    with platform():
        today = RoutingCounter.objects.exclude(day="0001-01-01").get(scope_id=partner.pk)
    return answer | {"counter": {"south_today": today.count}}


def _pause(setup: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    source, partner, _ = _scene(_size(setup["leads"]))

    def pause(draw: random.Random, counts: Counter[str]) -> None:
        time.sleep(0.5 * _scale())
        with platform():
            RoutingPartner.objects.filter(pk=partner.pk).update(status="paused")
        # Nothing may be delivered from here on: what is counted now is all there will ever be.
        with platform():
            counts["delivered"] = RoutingLog.objects.filter(routing_result="success").count()

    works = [workers.batches_until_empty(source.pk, 200)] * 4 + [pause]
    done = workers.run_together(works)
    answer = _common(done)
    return answer | {"success_committed_after_pause_returned": answer["log_success"] - done.counts["delivered"]}


def _expiry(setup: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    with platform(timeout_ms=60_000):
        source = make_source()
        catch_all(make_partner(source))
        leads = make_leads(source, _size(setup["leads"]), ttl=timedelta(seconds=1))

    def expire(draw: random.Random, counts: Counter[str]) -> None:
        until = timezone.now() + timedelta(seconds=2.5)
        while timezone.now() < until:
            counts["expired"] += mark_expired()["expired"]

    done = workers.run_together([workers.route_each(source.pk, leads)] * 2 + [expire])
    mark_expired()
    return _common(done)


def _retry_against_user(setup: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    with platform(timeout_ms=60_000):
        source = make_source()
        partner = make_partner(source)
        leads = make_leads(source, _size(setup["due_queue_rows"]))
    route_batch(source.pk)
    with platform(timeout_ms=60_000):
        catch_all(partner)
        call("zrg_test_shift_routing", 61.0)
    done = workers.run_together([workers.retries(100), *[workers.route_each(source.pk, leads)] * 4])
    return _common(done)


def _killed(setup: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    leads = _scene(_size(setup["leads"]))[2]
    with platform(timeout_ms=60_000):
        for lead in leads:
            call("acquire_routing_lock", lead, new_owner())
        call("zrg_test_shift_routing", 299.0 - 1)
    first = cleanup_stale_locks()["released"]
    with platform():
        call("zrg_test_shift_routing", 3.0)
    second = cleanup_stale_locks()["released"]
    process_retry_queue()
    with platform():
        logs = [
            tuple(
                RoutingLog.objects.filter(lead_id=lead).order_by("created_at").values_list("routing_result", flat=True)
            )
            for lead in leads
        ]
        attempts = set(Lead.objects.values_list("routing_attempts", flat=True))
    return {
        "released_first": first,
        "released_second": second,
        "log": list(logs[0]) if len(set(logs)) == 1 else logs,
        "attempts_each": attempts.pop() if len(attempts) == 1 else sorted(attempts),
    }


def _import_twice(setup: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    rows, distinct = _size(setup["csv_rows"]), _size(setup["distinct"])
    with platform(timeout_ms=60_000):
        source = make_source()
        catch_all(make_partner(source))
        lines = [f"Dana,Reyes,person{number % distinct}@people.example,,Northfork," for number in range(rows)]
        job = started(source, lines)

    def work(draw: random.Random, counts: Counter[str]) -> None:
        context = JobContext(
            id=new_owner(), type="LEAD_IMPORT", workspace_id=source.pk, lead_id=None, message_id=None, draft_id=None,
            payload={"import_id": str(job.pk)}, attempts=1, max_attempts=3, correlation_id="",
            deadline=time.monotonic() + 300,
        )  # fmt: skip
        try:
            running.run_import(context)
        except Reschedule:
            counts["stepped_back"] += 1

    done = workers.run_together([work, work])
    run_first_pass(lambda: False)
    with platform():
        stored = LeadImportJob.objects.get(pk=job.pk)
    return _common(done) | {"leads_created": stored.created_leads, "job_duplicate_rows": stored.duplicate_rows}


def _tenant_view(setup: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    source, partners, _ = _spread(_size(setup["leads"]))
    mine = partners[0].destination_workspace
    done_routing = threading.Event()

    def read(draw: random.Random, counts: Counter[str]) -> None:
        until = time.monotonic() + 3 * max(_scale(), 0.2)
        while time.monotonic() < until and not done_routing.is_set():
            with user_context(mine.owner_id, ws_all=[mine.pk]):
                counts["foreign"] += Lead.objects.exclude(workspace_id=mine.pk).count()
                counts["foreign"] += RoutingQueueEntry.objects.exclude(workspace_id=mine.pk).count()
                counts["foreign"] += (
                    RoutingLog.objects.exclude(destination_workspace_id=mine.pk)
                    .exclude(source_workspace_id=mine.pk)
                    .count()
                )
                counts["seen"] += RoutingLog.objects.count()

    done = workers.run_together([workers.batches_until_empty(source.pk, 100)] * 2 + [read] * 4)
    return _common(done) | {"rows_of_other_workspaces_seen": done.counts["foreign"]}


Scene = Callable[[dict[str, Any], list[dict[str, Any]]], dict[str, Any]]
SCENES: tuple[tuple[str, Scene], ...] = (
    ("acquire a random lead", _hammer),
    ("pairwise barrier", _same_person),
    ("set the south partnership to paused", _pause),
    ("mark_expired_leads() in a loop", _expiry),
    ("process_retry_queue(limit=100)", _retry_against_user),
    ("release_stale_routing_locks()", _killed),
    ("process the same import job", _import_twice),
    ("as a member of one partner", _tenant_view),
    ("until no lead is claimable", _cap_exact),
    ("route_lead on random pending leads", _batch_against_single),
    ("route_lead", _same_lead),
)
