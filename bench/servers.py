"""Servers and workers a measurement starts, with the installation's own settings."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from bench.processes import python, running
from zrg.stack.services import QUEUES, WEB_PROCESSES, WEB_THREADS, WORKER_PROCESSES

START_SECONDS = 60.0


@contextmanager
def serving(application: str) -> Iterator[int]:
    """granian with as many processes and threads as an installation has; yields the port."""
    port = _free_port()
    command = python(
        *("-m", "granian", "--interface", "wsgi", application, "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS), "--log-level", "critical"),
    )
    with running(*command) as process:
        _wait_until_listening(port, process.poll)
        yield port


@contextmanager
def working() -> Iterator[None]:
    """A Celery worker with the installation's queues and processes."""
    command = python(
        *("-m", "celery", "-A", "zrg.celery", "worker", "--queues", QUEUES, "--concurrency", str(WORKER_PROCESSES)),
        *("--loglevel", "error", "--without-mingle", "--without-gossip"),
    )
    with running(*command):
        yield


def _wait_until_listening(port: int, ended: object) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if ended() is not None:  # type: ignore[operator]
            raise RuntimeError("the server did not start")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).read()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
