"""A process of its own for a test that kills one: a fork, which has the product loaded already."""

import multiprocessing
import os
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from django.db import connections

PATIENCE_SECONDS = 60
Say = Callable[[Any], None]


def start(work: Callable[[Say], None]) -> tuple[BaseProcess, Connection]:
    """Start `work(say)` with connections of its own; what it says is received here."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    heard, said = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(work, said), daemon=True)
    process.start()
    said.close()
    return process, heard


def hear(heard: Connection) -> Any:
    """The next thing said; EOFError when the process ended without a word."""
    assert heard.poll(PATIENCE_SECONDS), "the process says nothing"
    return heard.recv()


def _run(work: Callable[[Say], None], said: Connection) -> None:
    try:
        work(said.send)
    except BaseException:
        traceback.print_exc()
    finally:
        # No teardown of the parent's test session in a copy of it.
        os._exit(1)
