"""Killing processes of one installation, and no others."""

import signal
from pathlib import Path

from tests.stack.installation import Installation
from tests.stack.waiting import wait_for
from zrg.stack.processes import ProcessRecord, is_alive, read_record, record_of, send_signal, wait_until_gone

_GONE_SECONDS = 10
_BACK_SECONDS = 60


class Processes:
    """The supervised processes (`web`, `worker`, `beat`, `postgres`) and what they started."""

    def __init__(self, installation: Installation) -> None:
        self._run = installation.layout.run

    def record(self, name: str) -> ProcessRecord | None:
        """The process that runs under this name now, None while there is none."""
        record = read_record(self._run / f"{name}.json")
        return record if record is not None and is_alive(record) else None

    def children(self, name: str) -> list[ProcessRecord]:
        """What the process started: the pool of the worker, the workers of the web server."""
        parent = self.record(name)
        if parent is None:
            return []
        try:
            numbers = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        except OSError:
            return []
        return [record for record in map(record_of, map(int, numbers)) if record is not None]

    def kill(self, name: str) -> bool:
        """SIGKILL the process; tell whether there was one."""
        return self._kill([record] if (record := self.record(name)) else [])

    def kill_children(self, name: str) -> bool:
        """SIGKILL what the process started, but not itself; tell whether there was anything."""
        return self._kill(self.children(name))

    def wait_until_back(self, name: str, old: ProcessRecord | None) -> None:
        """Wait until another process than `old` runs under this name."""
        wait_for(lambda: self.record(name) not in (None, old), _BACK_SECONDS)

    @staticmethod
    def _kill(records: list[ProcessRecord]) -> bool:
        killed = [record for record in records if send_signal(record, signal.SIGKILL)]
        assert wait_until_gone(killed, _GONE_SECONDS) == []
        return bool(killed)
