"""From the stored call to the message in the thread, and a burst of 10,000 calls.

Both figures are of one installation: web, two worker processes, the file broker or Redis. The model
is off, so nothing but our own work is measured. `finished_at` is written in the transaction that
stores the message, by the database's clock, as `created_at` is.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from bench.harness import Figure, Options, percentile
from bench.load import open_loop, post_all
from bench.rows.inbox import signed_in
from bench.rows.ingest import connected_workspace
from bench.servers import serving, working
from zrg.workspaces.context import platform
from zrg.workspaces.models import Workspace

RATE = 50.0
SECONDS = 30.0
BURST = 10_000
BURST_LEADS = 4_000
BURST_FIRST = 50_000_000
DRAIN_SECONDS = 120.0
# A page that takes longer is an error page (statement timeout of pages).
PAGE_TIMEOUT_MS = 2_000


def measure(options: Options) -> list[Figure]:
    """p95 from call to thread at 50/s; seconds until a burst is drained."""
    workspace = connected_workspace()
    path = f"/api/webhooks/email?clientId={workspace}"
    with serving("zrg.wsgi:application") as port, working():
        post_all(port, path, count=50, first=40_000_000)
        _wait_until_done(60)
        open_loop(port, path, rate=RATE, seconds=SECONDS / 5 if options.quick else SECONDS, first=1)
        _wait_until_done(60)
        lags = _lags(first=1, count=BURST_FIRST)
        with _reading(workspace) as pages:
            began = time.monotonic()
            burst = post_all(port, path, count=options.scaled(BURST), first=BURST_FIRST, leads=BURST_LEADS)
            _wait_until_done(600)
            drained = time.monotonic() - began
    if burst.refused:
        raise RuntimeError(f"{burst.refused} calls of the burst were refused")
    return [
        Figure(name="event to visible p95 at 50/s", value=percentile(lags, 0.95) * 1000, unit="ms", at_most=1_000),
        Figure(name=f"burst of {options.scaled(BURST):,} drained", value=drained, unit="s", at_most=DRAIN_SECONDS),
        Figure(name="burst p99 of the answers", value=percentile(burst.latencies, 0.99) * 1000, unit="ms"),
        Figure(
            name="inbox list p95 during the burst",
            value=percentile(pages, 0.95) * 1000,
            unit="ms",
            at_most=PAGE_TIMEOUT_MS,
        ),
    ]


@contextmanager
def _reading(workspace_id: str) -> Iterator[list[float]]:
    """Somebody reads the list twice a second meanwhile; yields the seconds each page took."""
    with platform():
        workspace = Workspace.objects.select_related("owner").get(pk=workspace_id)
    browser, ended, taken = signed_in(workspace), threading.Event(), [0.0]

    def read() -> None:
        while not ended.wait(0.5):
            began = time.perf_counter()
            answer = browser.get(f"/api/inbox/conversations?clientId={workspace_id}&tab=responses")
            taken.append(time.perf_counter() - began if answer.status_code == 200 else float("inf"))
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield taken
    finally:
        ended.set()
        reader.join()


def _lags(*, first: int, count: int) -> list[float]:
    with platform(timeout_ms=60_000), connection.cursor() as cursor:
        cursor.execute(
            """SELECT extract(epoch FROM finished_at - created_at)::float8 FROM jobs_webhookevent
               WHERE status = 'SUCCEEDED' AND split_part(dedupe_key, ':', 5)::bigint BETWEEN %s AND %s""",
            [5_000_000 + first, 5_000_000 + first + 30_000_000],
        )
        return [row[0] for row in cursor.fetchall()]


def _wait_until_done(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with platform(timeout_ms=60_000), connection.cursor() as cursor:
            # By the indexes of the claim and of retention: reading the whole table again and again takes from
            # what is measured.
            cursor.execute(
                """SELECT EXISTS (SELECT FROM jobs_webhookevent WHERE status = 'PENDING')
                       OR EXISTS (SELECT FROM jobs_webhookevent WHERE status = 'RUNNING'),
                   (SELECT count(*) FROM jobs_webhookevent WHERE status = 'FAILED' AND finished_at IS NOT NULL)"""
            )
            waiting, failed = cursor.fetchone()
        if failed:
            raise RuntimeError(f"{failed} events failed")
        if not waiting:
            return
        time.sleep(0.2)
    raise RuntimeError("events are still waiting")
