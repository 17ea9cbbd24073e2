"""No-op jobs per second against procrastinate and Celery, two processes each, in one run.

Each engine finds its jobs already waiting; measured is the time until the last one is recorded as
done. Ours and procrastinate keep rows in the same PostgreSQL server; Celery uses Redis when a
redis-server is installed, files otherwise, and acknowledges late as ours does.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import psycopg
from django.db import connections

from bench.data import make_workspaces
from bench.harness import Figure, Options, against
from bench.processes import python, running
from bench.rivals import procrastinate_app
from zrg.jobs import registry
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.engine import drain_queue
from zrg.workspaces.context import platform

JOBS = 20_000
WORKSPACES = 40
PROCESSES = 2
TIMEOUT_SECONDS = 300.0


def measure(options: Options) -> list[Figure]:
    """Our rate against both rivals."""
    count = options.scaled(JOBS)
    ours = measure_ours(count)
    procrastinate = measure_procrastinate(max(count // 5, 200))
    celery = measure_celery(max(count // 3, 400))
    return [
        against("job engine", ours, "procrastinate", procrastinate, unit="no-op jobs/s", at_least=3.0),
        against("job engine", ours, "Celery", celery, unit="no-op jobs/s", at_least=1.5),
    ]


def measure_ours(count: int) -> float:
    """Jobs of 40 workspaces, drained by two processes until none is left."""
    registry.register_job("BENCH_NOOP", lambda ctx: None)
    _insert_jobs(count)
    connections.close_all()
    began = time.perf_counter()
    _wait_for([_fork(_drain) for _ in range(PROCESSES)])
    seconds = time.perf_counter() - began
    with platform():
        done = BackgroundJob.objects.filter(status="SUCCEEDED").count()
    if done != count:
        raise RuntimeError(f"{done} of {count} jobs done")
    return count / seconds


def measure_procrastinate(count: int) -> float:
    """The rival that keeps its queue in PostgreSQL too."""
    with _database("zrg_bench_procrastinate") as url:
        procrastinate_app.prepare(url, count)
        began = time.perf_counter()
        _wait_for([_fork(lambda: procrastinate_app.work(url)) for _ in range(PROCESSES)])
        seconds = time.perf_counter() - began
        if procrastinate_app.waiting(url):
            raise RuntimeError("procrastinate left jobs behind")
    return count / seconds


def measure_celery(count: int) -> float:
    """The rival that keeps its queue in a broker."""
    with TemporaryDirectory(prefix="zrg-bench-celery-") as folder:
        broker = _redis(folder) if which("redis-server") else nullcontext(f"filesystem://{folder}")
        with broker as url:
            environment = {"BENCH_BROKER": url, "BENCH_DONE": str(Path(folder) / "done"), "BENCH_COUNT": str(count)}
            command = python("-m", "bench.rivals.celery_run")
            with running(*command, environment=environment) as process:
                process.wait(timeout=TIMEOUT_SECONDS)
            return float(Path(folder, "done").read_text())


def _insert_jobs(count: int) -> None:
    from django.db import connection  # noqa: PLC0415  # closed before the fork

    with platform(), connection.cursor() as cursor:
        for workspace in make_workspaces(WORKSPACES):
            cursor.execute(
                """INSERT INTO jobs_backgroundjob (id, type, dedupe_key, workspace_id, message_id)
                   SELECT gen_random_uuid(), 'BENCH_NOOP', %s || ':' || i, %s, gen_random_uuid()
                   FROM generate_series(1, %s) i""",
                [str(workspace.pk), workspace.pk, count // WORKSPACES],
            )


def _drain() -> None:
    drain_queue("jobs", budget_seconds=TIMEOUT_SECONDS, watching=False)


def _fork(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    finally:
        os._exit(0)


def _wait_for(pids: list[int]) -> None:
    for pid in pids:
        os.waitpid(pid, 0)


@contextmanager
def _database(name: str) -> Iterator[str]:
    server = os.environ["ZRG_TEST_DATABASE_URL"]
    url = server.replace("/postgres", f"/{name}", 1) if "@/" in server else server.rsplit("/", 1)[0] + f"/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield url
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def _redis(folder: str) -> Iterator[str]:
    socket = Path(folder) / "redis.sock"
    with running("redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder):
        deadline = time.monotonic() + 10
        while not socket.exists():
            if time.monotonic() > deadline:
                raise RuntimeError("redis-server did not start")
            time.sleep(0.05)
        yield f"redis+socket://{socket}"
