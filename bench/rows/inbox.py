"""The inbox at 1,000, 300,000 and 1,000,000 leads: list, counts, thread, search, duplicates; plans without a scan of a
big table.

The same requests by the same person, turn by turn: in a workspace of 1,000 leads and in one of 300,000, then of a
million, then over all three together. The installation holds all of them. In-process requests: what the product
does, without the network.
"""

import gc
import json
import os
import time
from collections.abc import Callable
from io import StringIO
from uuid import UUID

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from bench.filling import without_indexes
from bench.harness import Figure, Options, percentile
from zrg.workspaces.access import bump_access
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.models import Workspace

SMALL = 1_000
SIZES = (300_000, 1_000_000)
# p95 of so many requests rests on ten of them, not on the slowest three.
REQUESTS = 200
WARM_ROUNDS = 3
TABS = ("all", "responses", "attention", "drafts", "awaiting_reply")
# Each of these filters has many leads, no lead has all.
NO_HIT = "sentiments=Blacklist&channels=linkedin&score=4"
SEARCHES = ("dana", "north", "reyes", "klein oak", "garcia")
BIG_TABLES = ("leads_lead", "inbox_message", "jobs_webhookevent", "jobs_backgroundjob")
ALL = "all"
# Pages name their files without those having been collected.
PLAIN_FILES = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Leads in pairs on one phone: more than the page of duplicates shows.
SHARING = 240
_SHARE_PHONES = """
UPDATE leads_lead SET phone = '+442079' || lpad((place / 2)::text, 6, '0') FROM (
    SELECT id AS chosen, row_number() OVER (ORDER BY id) - 1 AS place FROM leads_lead
    WHERE workspace_id = %s ORDER BY id LIMIT %s
) AS numbered WHERE id = chosen
"""
# 00 section 7; the other pages only describe this machine.
MOST_TIMES_SLOWER = dict.fromkeys(("list", "list by due", "counts", "duplicates"), 1.3)
MOST_QUERIES = {"list": 6, "list by due": 6}
SEARCH_MS = 150


def measure(options: Options) -> list[Figure]:
    """For each size: times against the small workspace, statements of a page, big tables that were scanned."""
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": PLAIN_FILES}):
        return _measure(options)


def _measure(options: Options) -> list[Figure]:
    small = _fill(SMALL)
    figures = _figures_alone(small)
    for size in map(options.scaled, SIZES):
        workspace = _fill(size)
        _analyze()
        place = f"{size:,} leads in one workspace"
        figures += _figures(place, small, str(workspace.pk))
        figures += _checks(place, workspace, str(workspace.pk))
    total = SMALL + sum(map(options.scaled, SIZES))
    place = f"{total:,} leads in all workspaces of a person"
    figures += _figures(place, small, ALL, budgets=False)
    return figures + _checks(place, small, ALL)


def _figures_alone(small: Workspace) -> list[Figure]:
    """Times before anything large is there."""
    _analyze()
    client = signed_in(small)
    return [
        Figure(
            name=f"inbox {name} at {SMALL:,} leads and no others p95", value=_p95(client, paths)[0] * 1000, unit="ms"
        )
        for name, paths in _pages(client, str(small.pk)).items()
    ]


def _figures(place: str, small: Workspace, scope: str, *, budgets: bool = True) -> list[Figure]:
    client = signed_in(small)
    few, figures = _pages(client, str(small.pk)), []
    for name, paths in _pages(client, scope).items():
        after, before = _p95(client, paths, few[name])
        figures.append(
            Figure(
                name=f"inbox {name} at {place} p95",
                value=after * 1000,
                unit="ms",
                rival=f"at {SMALL:,} leads",
                rival_value=before * 1000,
                ratio=after / before,
                at_most=MOST_TIMES_SLOWER.get(name) if budgets else None,
            )
        )
        if name == "search":
            limit = SEARCH_MS if budgets else None
            figures.append(Figure(name=f"search at {place} p95", value=after * 1000, unit="ms", at_most=limit))
    return figures


def _checks(place: str, workspace: Workspace, scope: str) -> list[Figure]:
    """Statements of each page, and the big tables any of their plans reads from end to end."""
    client, figures, scanned = signed_in(workspace), [], set()
    for name, paths in _pages(client, scope).items():
        counts = []
        for path in paths:
            statements = _statements(client, path)
            counts.append(len(statements))
            for sql, parameters in statements:
                scanned |= _seq_scans(workspace, sql, parameters)
        figures.append(
            Figure(
                name=f"statements of {name} at {place}",
                value=max(counts),
                unit="statements",
                at_most=MOST_QUERIES.get(name),
            )
        )
    return [*figures, Figure(name=f"big tables scanned at {place}", value=len(scanned), unit="tables", at_most=0)]


def _pages(client: Client, scope: str) -> dict[str, list[str]]:
    """The addresses of each kind of page; `scope` is a workspace's id or "all"."""
    prefix = f"/api/inbox/conversations?clientId={scope}"
    lead = json.loads(_get(client, f"{prefix}&tab=responses"))["conversations"][0]
    pages = {
        "list": [f"{prefix}&tab={tab}" for tab in TABS],
        "list by due": [f"{prefix}&sort=due&tab={tab}" for tab in TABS],
        "list without a hit": [f"{prefix}&{NO_HIT}&tab={tab}" for tab in TABS],
        "counts": [f"/api/inbox/counts?clientId={scope}"],
        "thread": [f"/api/inbox/conversations/{lead['id']}"],
        "search": [f"{prefix}&search={text}" for text in SEARCHES],
    }
    return pages if scope == ALL else {**pages, "duplicates": [f"/w/{scope}/duplicates"]}


def _fill(leads: int) -> Workspace:
    printed = StringIO()
    parallel = str(os.cpu_count() or 1)
    with without_indexes("leads_lead", "inbox_message", "inbox_draft"):
        call_command(
            "bench_inbox",
            *("--leads", str(leads), "--messages", "--parallel", parallel),
            stdout=printed,
            stderr=StringIO(),
        )
    with platform():
        workspace = Workspace.objects.select_related("owner").get(pk=UUID(printed.getvalue().strip()))
    with tenant(workspace.pk), connection.cursor() as cursor:
        cursor.execute(_SHARE_PHONES, [workspace.pk, SHARING])
    # The owner has measured before this workspace was there.
    bump_access([workspace.owner_id])
    return workspace


def _analyze() -> None:
    connection.close()
    with psycopg.connect(os.environ["DATABASE_MIGRATION_URL"], autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def _p95(client: Client, *kinds: list[str]) -> list[float]:
    """Seconds of each kind of page. They take turns, so that a moment when the machine is busy meets all of them."""
    for paths in kinds:
        for path in paths * WARM_ROUNDS:
            _get(client, path)
    # What the fills left behind is collected now, not during a request.
    gc.collect()
    taken: list[list[float]] = [[] for _ in kinds]
    for number in range(REQUESTS):
        for paths, times in zip(kinds, taken, strict=True):
            began = time.perf_counter()
            _get(client, paths[number % len(paths)])
            times.append(time.perf_counter() - began)
    return [percentile(times, 0.95) for times in taken]


def signed_in(workspace: Workspace) -> Client:
    """A browser of the workspace's owner."""
    client = Client()
    client.force_login(workspace.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _get(client: Client, path: str) -> bytes:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.content[:200]!r}")
    return answer.content


def _statements(client: Client, path: str) -> list[tuple[str, object]]:
    seen: list[tuple[str, object]] = []

    def note(
        execute: Callable[..., object], sql: str, params: object, many: bool, context: dict[str, object]
    ) -> object:
        if sql.lstrip().upper().startswith(("SELECT", "WITH")) and "set_config" not in sql and "session" not in sql:
            seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        _get(client, path)
    return seen


def _seq_scans(workspace: Workspace, sql: str, parameters: object) -> set[str]:
    from zrg.workspaces.context import user_context  # noqa: PLC0415  # of this check only

    with platform():
        owned = list(Workspace.objects.filter(owner_id=workspace.owner_id).values_list("pk", flat=True))
    with user_context(workspace.owner_id, ws_all=owned), connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + sql, parameters)  # type: ignore[arg-type]
        (plan,) = cursor.fetchone()
    found: set[str] = set()
    _walk((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"], found)
    return found & set(BIG_TABLES)


def _walk(node: dict[str, object], found: set[str]) -> None:
    if node.get("Node Type") == "Seq Scan":
        found.add(str(node.get("Relation Name")))
    for child in node.get("Plans", []):  # type: ignore[attr-defined]
        _walk(child, found)
