"""What work costs: seconds on the clock, and seconds of processors, which neighbours on the machine do not lengthen."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one piece of work, or of several added up."""

    clock: float = 0.0
    processor: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.clock + other.clock, self.processor + other.processor)

    def __truediv__(self, other: "Cost") -> "Cost":
        return Cost(self.clock / other.clock, self.processor / other.processor)


class Stopwatch:
    """Runs from its making: this process and the server's process behind a connection, if that runs on this machine."""

    def __init__(self, served_by: Any = connection):
        self._stat = Path(f"/proc/{_server_process(served_by)}/schedstat")
        self._begun = self._now()

    def read(self) -> Cost:
        """The cost so far."""
        now = self._now()
        return Cost(now.clock - self._begun.clock, now.processor - self._begun.processor)

    def _now(self) -> Cost:
        try:
            server = int(self._stat.read_text().split()[0]) / 1e9
        except OSError:
            server = 0.0
        return Cost(time.perf_counter(), time.process_time() + server)


def _server_process(served_by: Any) -> int:
    with served_by.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
