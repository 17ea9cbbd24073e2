"""The inbox at 1,000 and at 1,000,000 leads: list, counts, thread, search; plans without a scan of a big table.

The same requests by the same person, first in an installation of 1,000 leads, then in the same one
after a workspace of a million was added. In-process requests: what the product does, without the network.
"""

import gc
import json
import time
from collections.abc import Callable
from io import StringIO
from uuid import UUID

from django.core.management import call_command
from django.db import connection
from django.test import Client

from bench.harness import Figure, Options, percentile
from zrg.workspaces.context import platform
from zrg.workspaces.models import Workspace

SMALL = 1_000
LARGE = 1_000_000
# p95 of so many requests rests on ten of them, not on the slowest three.
REQUESTS = 200
WARM_ROUNDS = 3
TABS = ("all", "responses", "attention", "drafts", "awaiting_reply")
SEARCHES = ("dana", "north", "reyes", "klein oak", "garcia")
BIG_TABLES = ("leads_lead", "inbox_message", "jobs_webhookevent", "jobs_backgroundjob")


def measure(options: Options) -> list[Figure]:
    """Ratios of the large to the small, and the absolute figures."""
    large_leads = options.scaled(LARGE)
    small = _fill(SMALL)
    before = _measure_all(small)
    large = _fill(large_leads)
    _analyze()
    after = _measure_all(large)
    figures = [
        Figure(
            name=f"inbox {name} at {large_leads:,} leads p95",
            value=after[name] * 1000,
            unit="ms",
            rival=f"at {SMALL:,} leads",
            rival_value=before[name] * 1000,
            ratio=after[name] / before[name],
            at_most=1.3 if name in ("list", "counts") else None,
        )
        for name in ("list", "counts", "thread")
    ]
    figures.append(
        Figure(name=f"search at {large_leads:,} leads p95", value=after["search"] * 1000, unit="ms", at_most=150)
    )
    figures.append(Figure(name="list queries", value=_list_queries(large), unit="queries", at_most=6))
    figures.append(Figure(name="big tables scanned", value=len(_scanned_tables(large)), unit="tables", at_most=0))
    return figures


def _fill(leads: int) -> Workspace:
    printed = StringIO()
    call_command("bench_inbox", "--leads", str(leads), "--messages", stdout=printed, stderr=StringIO())
    with platform():
        return Workspace.objects.select_related("owner").get(pk=UUID(printed.getvalue().strip()))


def _analyze() -> None:
    connection.close()
    import os  # noqa: PLC0415  # the owner's address is of this row only

    import psycopg  # noqa: PLC0415

    with psycopg.connect(os.environ["DATABASE_MIGRATION_URL"], autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def _measure_all(workspace: Workspace) -> dict[str, float]:
    client = signed_in(workspace)
    lead = json.loads(_get(client, f"/api/inbox/conversations?clientId={workspace.pk}&tab=responses"))["conversations"]
    thread = f"/api/inbox/conversations/{lead[0]['id']}"
    prefix = f"/api/inbox/conversations?clientId={workspace.pk}"
    return {
        "list": _p95(client, [f"{prefix}&tab={tab}" for tab in TABS]),
        "counts": _p95(client, [f"/api/inbox/counts?clientId={workspace.pk}"]),
        "thread": _p95(client, [thread]),
        "search": _p95(client, [f"{prefix}&search={text}" for text in SEARCHES]),
    }


def _p95(client: Client, paths: list[str]) -> float:
    for path in paths * WARM_ROUNDS:
        _get(client, path)
    # What the fills left behind is collected now, not during a request.
    gc.collect()
    taken = []
    for number in range(REQUESTS):
        began = time.perf_counter()
        _get(client, paths[number % len(paths)])
        taken.append(time.perf_counter() - began)
    return percentile(taken, 0.95)


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


def _list_queries(workspace: Workspace) -> int:
    """Statements of one list page that read the product's tables (the session and the context aside)."""
    return len(_statements(signed_in(workspace), f"/api/inbox/conversations?clientId={workspace.pk}&tab=responses"))


def _scanned_tables(workspace: Workspace) -> set[str]:
    """Big tables that a plan of these pages reads from end to end."""
    client = signed_in(workspace)
    paths = [f"/api/inbox/conversations?clientId={workspace.pk}&tab={tab}" for tab in TABS]
    paths += [f"/api/inbox/counts?clientId={workspace.pk}"]
    paths += [f"/api/inbox/conversations?clientId={workspace.pk}&search={text}" for text in SEARCHES]
    scanned = set()
    for path in paths:
        for sql, parameters in _statements(client, path):
            scanned |= _seq_scans(workspace, sql, parameters)
    return scanned


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

    with user_context(workspace.owner_id, ws_all=[workspace.pk]), connection.cursor() as cursor:
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
