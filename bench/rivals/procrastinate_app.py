"""procrastinate with a no-op task; four jobs at once per process, as ours."""

import asyncio

import psycopg
from procrastinate import App, PsycopgConnector

CONCURRENCY = 4
QUEUE = "bench"


def prepare(url: str, count: int) -> None:
    """Its schema, and `count` waiting jobs."""
    asyncio.run(_prepare(url, count))


def work(url: str) -> None:
    """One worker process, until nothing waits."""
    asyncio.run(_work(url))


def waiting(url: str) -> int:
    """Jobs that are not done."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE status <> 'succeeded'").fetchone()
    return int(row[0]) if row else 0


def _app(url: str) -> App:
    app = App(connector=PsycopgConnector(conninfo=url, max_size=CONCURRENCY + 2))

    @app.task(queue=QUEUE, name="noop")
    async def noop() -> None:
        return None

    return app


async def _prepare(url: str, count: int) -> None:
    app = _app(url)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await app.configure_task("noop", queue=QUEUE).batch_defer_async(*({} for _ in range(count)))


async def _work(url: str) -> None:
    app = _app(url)
    async with app.open_async():
        await app.run_worker_async(
            queues=[QUEUE], concurrency=CONCURRENCY, wait=False, install_signal_handlers=False, listen_notify=False
        )
