"""Workers that collide, and counts that must come out exactly: shares by weight, turns of a rotation."""

import random
from collections import Counter
from functools import partial
from hashlib import sha256
from math import log
from typing import Any
from uuid import UUID, uuid4

from assignment.benchmark.processes import Tally, together
from assignment.benchmark.scenarios import Options, double_routes
from assignment.benchmark.scene import OWNER_EMAIL, insert_rows, lead_rows, make_scene
from assignment.enums import AssignmentSource
from assignment.models import LeadAssignmentEvent, RoutingRule
from assignment.services.rotation import maybe_assign_lead
from assignment.services.routing.batch import route_batch
from assignment.services.routing.health import broken_promises
from assignment.services.routing.single import route_lead
from leads.enums import SentimentTag
from leads.models import Lead
from zrg.workspaces.context import platform
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import Membership, User, Workspace, WorkspaceSettings

WEIGHTS = (1, 2, 3, 4)
TURNS = (0, 1, 0, 1, 2)
SMALL_BATCH = 50
_ROUTES = 10


def weights(options: Options) -> dict[str, Any]:
    """Batches and single calls over the same leads: each lead lands where its hash and the weights say, once."""
    scene = make_scene(options.count, rules=len(WEIGHTS))
    with platform(timeout_ms=60_000):
        rows = list(RoutingRule.objects.in_workspace(scene.source).order_by("name"))
        for row, weight in zip(rows, WEIGHTS, strict=True):
            RoutingRule.objects.filter(pk=row.pk).update(weight=weight)
    weighed = {row.pk: weight for row, weight in zip(rows, WEIGHTS, strict=True)}
    each = max(options.attempts // options.workers, 1)
    together([partial(_collide, scene, each, options.seed + number) for number in range(options.workers)])
    while route_batch(scene.source, limit=options.batch_size).claimed:
        pass
    with platform(timeout_ms=60_000):
        landed = dict(Lead.objects.filter(source_workspace_id=scene.source).values_list("pk", "routing_rule_id"))
    misplaced = sum(rule != _expected(lead, weighed) for lead, rule in landed.items())
    counted = Counter(landed.values())
    return {
        "leads": len(landed),
        "attempts": each * options.workers,
        "counts": {weighed[rule]: counted[rule] for rule in weighed},
        "by_weight": {weight: round(options.count * weight / sum(WEIGHTS)) for weight in WEIGHTS},
        "misplaced": misplaced,
        "violations": broken_promises(),
        "double_routes": double_routes(),
        "met": misplaced == 0 and len(landed) == options.count,
    }


def rotation(options: Options) -> dict[str, Any]:
    """Setters A, B, A, B, C: every place of the sequence gets its share to the lead, no lead is assigned twice."""
    workspace, setters = _rotating_workspace()
    rows = lead_rows(workspace, options.count)
    for row in rows:
        row["sentiment_tag"] = SentimentTag.INTERESTED
    insert_rows(workspace, rows)
    leads = [row["id"] for row in rows]
    each = max(options.attempts // options.workers, 1)
    works = [partial(_assign, workspace, leads, each, options.seed + number) for number in range(options.workers)]
    tally = together(works)
    for lead in leads:
        maybe_assign_lead(lead, workspace, sentiment=SentimentTag.INTERESTED, channel="email")
    with platform(timeout_ms=60_000):
        events = LeadAssignmentEvent.objects.filter(workspace_id=workspace)
        places = Counter(events.values_list("pointer_after", flat=True))
        holders = dict(events.values_list("lead_id", "assigned_to_id"))
        held = dict(Lead.objects.filter(workspace_id=workspace).values_list("pk", "assigned_to_id"))
        pointer = WorkspaceSettings.objects.get(workspace_id=workspace).round_robin_last_setter_index
        written = events.count()
    fair = {place: (len(leads) - place + len(TURNS) - 1) // len(TURNS) for place in range(len(TURNS))}
    return {
        "leads": len(leads),
        "attempts": each * options.workers,
        "outcomes": dict(tally.counts),
        "places": dict(sorted(places.items())),
        "setters": [sum(holder == setter for holder in held.values()) for setter in setters],
        "events": written,
        "met": dict(places) == fair
        and written == len(leads)
        and holders == held
        and pointer == (len(leads) - 1) % len(TURNS),
    }


def _collide(scene: Any, attempts: int, seed: int) -> Tally:
    """Mostly single leads in random order, now and then a batch over whatever waits."""
    draw, tally = random.Random(seed), Tally()  # noqa: S311  # a load, no secret
    for number in range(attempts):
        if number % (_ROUTES * SMALL_BATCH) == 0:
            tally.counts["batch"] += route_batch(scene.source, limit=SMALL_BATCH).claimed
        else:
            tally.counts[route_lead(draw.choice(scene.leads), scene.source).result] += 1
    return tally


def _expected(lead: UUID, weighed: dict[UUID, int]) -> UUID:
    """Weighted rendezvous by the specification's formula, written down a second time."""

    def score(rule: UUID) -> float:
        bits = int(sha256(f"{lead}:{rule}".encode()).hexdigest()[:13], 16)
        return -log((bits + 0.5) / 2**52) / weighed[rule]

    return min(sorted(weighed), key=score)


def _assign(workspace: UUID, leads: list[UUID], attempts: int, seed: int) -> Tally:
    draw, tally = random.Random(seed), Tally()  # noqa: S311  # a load, no secret
    for _ in range(attempts):
        lead = draw.choice(leads)
        result = maybe_assign_lead(
            lead, workspace, sentiment=SentimentTag.INTERESTED, channel="email", source=AssignmentSource.ROUND_ROBIN
        )
        tally.counts[result.outcome] += 1
    return tally


def _rotating_workspace() -> tuple[UUID, list[UUID]]:
    with platform(timeout_ms=60_000):
        owner, _ = User.objects.get_or_create(email=OWNER_EMAIL, defaults={"display_name": "bench"})
        run = uuid4().hex[:6]
        workspace = Workspace.objects.create(name=f"rotation bench {run}", owner=owner, is_synthetic=True)
        setters = [
            User.objects.create(email=f"setter{number}-{run}@bench.invalid", display_name=f"setter {number}")
            for number in range(max(TURNS) + 1)
        ]
        for setter in setters:
            Membership.objects.create(workspace=workspace, user=setter, role=MembershipRole.SETTER)
        WorkspaceSettings.objects.create(
            workspace=workspace,
            timezone="UTC",
            round_robin_enabled=True,
            round_robin_setter_sequence=[setters[turn].pk for turn in TURNS],
        )
    return workspace.pk, [setter.pk for setter in setters]
