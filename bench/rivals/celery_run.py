"""Fills Celery's queue, starts one worker with two processes, and writes tasks per second into BENCH_DONE."""

import os
import time
from pathlib import Path

from bench.processes import python, running
from bench.rivals.celery_app import app, noop

POLL_SECONDS = 0.02


def main() -> None:
    count = int(os.environ["BENCH_COUNT"])
    with app.producer_pool.acquire() as producer:
        for _ in range(count):
            noop.apply_async(producer=producer)
    worker = python(
        *("-m", "celery", "-A", "bench.rivals.celery_app", "worker", "--pool", "prefork", "--concurrency", "2"),
        *("--loglevel", "error", "--without-mingle", "--without-gossip", "--without-heartbeat"),
    )
    with running(*worker):
        began = None
        while (left := _left()) > 0:
            # The clock starts with the first task done: starting up is not part of the rate.
            if began is None and left < count:
                began, count = time.perf_counter(), left
            time.sleep(POLL_SECONDS)
        seconds = time.perf_counter() - (began or time.perf_counter())
    Path(os.environ["BENCH_DONE"]).write_text(str(count / seconds if seconds else 0.0))


def _left() -> int:
    url = os.environ["BENCH_BROKER"]
    if url.startswith("filesystem://"):
        return len(list(Path(url.removeprefix("filesystem://")).glob("*.msg")))
    with app.connection_for_read() as connection:
        client = connection.default_channel.client
        return int(client.llen("celery")) + int(client.hlen("unacked"))


if __name__ == "__main__":
    main()
