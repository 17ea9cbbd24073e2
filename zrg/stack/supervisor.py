"""Runs processes until told to stop: starts again what ended by itself, leaves none behind.

Each process is the leader of its own session. When it ends, whatever it started is killed before its number is
given back to the system, so a kill of the group never meets a stranger. When the supervisor itself is killed, the
kernel tells the processes to end; what survives even that is found by its mark at the next start or stop.
"""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from zrg.stack.console import say
from zrg.stack.errors import StackError
from zrg.stack.layout import Layout
from zrg.stack.postgres import Server, start_server, stop_server
from zrg.stack.processes import MARK_VARIABLE, die_with_parent, record_of, write_record
from zrg.stack.services import Service

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_TICK_SECONDS = 0.5
_FIRST_DELAY_SECONDS = 0.2
_LONGEST_DELAY_SECONDS = 30.0
# A process that ran this long counts as sound again.
_SOUND_AFTER_SECONDS = 20.0
_FAILURES_BEFORE_GIVING_UP = 5
_LOG_BYTES = 20 * 1024 * 1024


@dataclass(slots=True)
class _Slot:
    """One service and its current process."""

    service: Service
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    next_start_at: float = 0.0


class Supervisor:
    """Keeps the services of one installation, and its embedded database if it has one, running."""

    def __init__(self, layout: Layout, server: Server | None, mark: str) -> None:
        self.layout = layout
        self.stopping = False
        # Until everything ran once, a process that keeps failing ends the start; afterwards it is tried for ever.
        self.settled = False
        self._mark = mark
        self._server = server
        self._database: subprocess.Popen[bytes] | None = None
        self._slots: list[_Slot] = []
        self._wake_read, wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(wake_write, False)
        for number in STOP_SIGNALS:
            signal.signal(number, self._request_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)

    def start_database(self) -> None:
        """Start the embedded database and return once it answers."""
        if self._server is not None:
            self._database = start_server(self._server)

    def start(self, services: list[Service]) -> None:
        """Start services; they are looked after once `run` is called."""
        started = [_Slot(service=service) for service in services]
        self._slots += started
        for slot in started:
            self._start(slot)

    def run_step(self, command: list[str], environment: dict[str, str], log_name: str) -> bool:
        """Run a command to its end, with its output in a log; False when it failed or a stop came first."""
        process = self._spawn(Service(name=log_name, command=tuple(command), environment=environment))
        while not _has_ended(process) and not self.stopping:
            self._wait()
        _kill_group(process)
        return process.returncode == 0 and not self.stopping

    def run(self, on_tick: Callable[[], None]) -> None:
        """Supervise until a stop is requested; `on_tick` runs after each look around."""
        while not self.stopping:
            self._wait()
            self._look_after_database()
            for slot in self._slots:
                self._look_after(slot)
            self._limit_logs()
            if not self.layout.run.exists():
                say("The project folder is gone; stopping.")
                return
            on_tick()

    def stop(self) -> None:
        """End all services, then the database."""
        signal.set_wakeup_fd(-1)
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        running = [slot for slot in self._slots if slot.process is not None]
        for slot in running:
            _ask_to_end(slot.process)
        for slot in running:
            _wait_for_end(slot.process, slot.service.grace_seconds)
            _kill_group(slot.process)
            (self.layout.run / f"{slot.service.name}.json").unlink(missing_ok=True)
        if self._server is not None and self._database is not None:
            record = record_of(self._database.pid)
            if record is not None:
                stop_server(record)
            self._database.wait()
            self._server.record_file.unlink(missing_ok=True)

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _wait(self) -> None:
        with contextlib.suppress(InterruptedError, BlockingIOError):
            if select.select([self._wake_read], [], [], _TICK_SECONDS)[0]:
                os.read(self._wake_read, 4096)

    def _look_after_database(self) -> None:
        if self._server is None or self._database is None or self.stopping or self._database.poll() is None:
            return
        say(f"PostgreSQL ended with {self._database.returncode}; starting it again.")
        self._database = start_server(self._server)

    def _look_after(self, slot: _Slot) -> None:
        if slot.process is not None and _has_ended(slot.process):
            self._note_end(slot, slot.process)
        if slot.process is None and not self.stopping and time.monotonic() >= slot.next_start_at:
            self._start(slot)

    def _note_end(self, slot: _Slot, process: subprocess.Popen[bytes]) -> None:
        _kill_group(process)
        slot.process = None
        if self.stopping:
            return
        sound = time.monotonic() - slot.started_at > _SOUND_AFTER_SECONDS
        slot.failures = 1 if sound else slot.failures + 1
        name = slot.service.name
        if slot.failures >= _FAILURES_BEFORE_GIVING_UP and not self.settled:
            raise StackError(f"{name} ended {slot.failures} times in a row; read {self._log_path(name)}")
        delay = min(_FIRST_DELAY_SECONDS * 2 ** (slot.failures - 1), _LONGEST_DELAY_SECONDS)
        slot.next_start_at = time.monotonic() + delay
        say(f"{name} ended with {process.returncode}; starting it again (log: {self._log_path(name)}).")

    def _start(self, slot: _Slot) -> None:
        slot.process = self._spawn(slot.service)
        slot.started_at = time.monotonic()
        record = record_of(slot.process.pid)
        if record is not None:
            write_record(self.layout.run / f"{slot.service.name}.json", record)

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        with self._log_path(service.name).open("ab") as log:
            return subprocess.Popen(
                service.command,
                cwd=self.layout.project,
                env={**service.environment, MARK_VARIABLE: self._mark},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def _log_path(self, name: str) -> Path:
        return self.layout.log / f"{name}.log"

    def _limit_logs(self) -> None:
        """Keep one older part of a log that grew large; writers append, so cutting it under them is safe."""
        for log in self.layout.log.glob("*.log"):
            if log.stat().st_size > _LOG_BYTES:
                log.with_suffix(".log.1").write_bytes(log.read_bytes())
                os.truncate(log, 0)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Tell whether the process ended, without giving its number back to the system yet."""
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _wait_for_end(process: subprocess.Popen[bytes] | None, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while process is not None and not _has_ended(process) and time.monotonic() < deadline:
        time.sleep(_FIRST_DELAY_SECONDS / 4)


def _ask_to_end(process: subprocess.Popen[bytes] | None) -> None:
    # Not Popen.send_signal: it would take the exit status, and with it the hold on the number.
    if process is not None and process.returncode is None:
        os.kill(process.pid, signal.SIGTERM)


def _kill_group(process: subprocess.Popen[bytes] | None) -> None:
    """Kill the process and all it started, then take its exit status."""
    if process is None or process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
