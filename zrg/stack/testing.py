"""Runs a command against a server of its own: the tests on one that forgets quickly, the benchmark on a durable one."""

import os
import signal
import subprocess
from types import FrameType

from zrg.stack.console import say
from zrg.stack.layout import Layout
from zrg.stack.locks import FileLock
from zrg.stack.outside import remove_abandoned_folders
from zrg.stack.postgres import OWNER_ROLE, place_server, prepare_roles, start_server, stop_server
from zrg.stack.processes import record_of

TEST_DATABASE_URL = "ZRG_TEST_DATABASE_URL"


def run_with_server(layout: Layout, name: str, command: list[str], *, durable: bool) -> int:
    """Run the command with ZRG_TEST_DATABASE_URL naming a server; return its exit status.

    A server named by the caller is used as it is. Two runs of one checkout wait for each other.
    """
    if os.environ.get(TEST_DATABASE_URL, "").strip():
        return _run(layout, command, os.environ[TEST_DATABASE_URL])
    layout.make_folders()
    remove_abandoned_folders()
    with FileLock(layout.run / f"{name}.lock") as lock:
        if not lock.acquire():
            say(f"Another run uses var/{name}; waiting for it.")
            lock.acquire(wait=True)
        server = place_server(layout, name, durable=durable)
        process = start_server(server)
        try:
            prepare_roles(server, may_create_databases=True)
            return _run(layout, command, server.url(OWNER_ROLE, "postgres"))
        finally:
            record = record_of(process.pid)
            if record is not None:
                stop_server(record)
            process.wait()
            server.record_file.unlink(missing_ok=True)


def _run(layout: Layout, command: list[str], url: str) -> int:
    """Run the command in the foreground; a request to stop goes to it, and its server outlives it."""
    process = subprocess.Popen(command, cwd=layout.project, env={**os.environ, TEST_DATABASE_URL: url})

    def pass_on(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    signal.signal(signal.SIGTERM, pass_on)
    # Ctrl-C reaches the whole group of the terminal, the command included.
    signal.signal(signal.SIGINT, lambda _number, _frame: None)
    status = process.wait()
    return status if status >= 0 else 128 - status
