"""Processes we started, told apart from strangers that were given the same number later.

A process is identified by its number and the moment it started; a number alone is never signalled. What a killed
parent left behind is found by the mark that every child of the supervisor carries in its environment.
"""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

MARK_VARIABLE = "ZRG_STACK_ID"

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.05
_LINUX = sys.platform.startswith("linux")
_LIBC = ctypes.CDLL(None) if _LINUX else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRecord:
    """One process for good: its number and when it started (boot and clock ticks, or the date of `ps`)."""

    pid: int
    started: str


def record_of(pid: int) -> ProcessRecord | None:
    """Return the record of a living process, None when there is none (a zombie is not alive)."""
    started = _start_on_linux(pid) if _LINUX else _start_by_ps(pid)
    return ProcessRecord(pid=pid, started=started) if started else None


def is_alive(record: ProcessRecord) -> bool:
    return record_of(record.pid) == record


def write_record(path: Path, record: ProcessRecord) -> None:
    """Replace the file at once, so that a reader never meets half a record."""
    scratch = path.with_suffix(".new")
    scratch.write_text(json.dumps(asdict(record)))
    scratch.replace(path)


def read_record(path: Path) -> ProcessRecord | None:
    """Return the record kept in a file; None when it is missing or damaged."""
    try:
        values = json.loads(path.read_text())
        return ProcessRecord(pid=int(values["pid"]), started=str(values["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def send_signal(record: ProcessRecord, number: signal.Signals) -> bool:
    """Signal the process if it is still the one recorded; tell whether it was."""
    if not is_alive(record):
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(record.pid, number)
    return True


def wait_until_gone(records: list[ProcessRecord], seconds: float) -> list[ProcessRecord]:
    """Wait until the processes ended; return those that did not within the time."""
    deadline = time.monotonic() + seconds
    remaining = [record for record in records if is_alive(record)]
    while remaining and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        remaining = [record for record in remaining if is_alive(record)]
    return remaining


def end_processes(records: list[ProcessRecord], *, grace_seconds: float) -> None:
    """Ask the processes to end, then kill what is left after the grace."""
    for record in records:
        send_signal(record, signal.SIGTERM)
    for record in wait_until_gone(records, grace_seconds):
        send_signal(record, signal.SIGKILL)
    wait_until_gone(records, grace_seconds)


def marked_processes(mark: str) -> list[ProcessRecord]:
    """Return the living processes that carry the mark; empty where the system does not show environments."""
    wanted = f"{MARK_VARIABLE}={mark}".encode()
    found = [record_of(pid) for pid in _all_pids() if wanted in _environment_of(pid)]
    return [record for record in found if record is not None and record.pid != os.getpid()]


def processes_working_in(folder: Path) -> list[ProcessRecord]:
    """Return the processes whose current folder is this one, as a PostgreSQL server's is its data folder."""
    found = [record_of(pid) for pid in _all_pids() if _current_folder(pid) == str(folder)]
    return [record for record in found if record is not None]


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Return what a new child runs so that it gets the signal when its parent dies, however that happens.

    None where the system cannot do it; leftovers are then found by their records.
    """
    if _LIBC is None:
        return None
    parent = os.getpid()

    def bind_to_parent() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os._exit(1)

    return bind_to_parent


def _start_on_linux(pid: int) -> str:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
    state, start_ticks = fields[0], fields[19]
    return "" if state in "ZX" else f"{boot}:{start_ticks}"


def _start_by_ps(pid: int) -> str:
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = answer.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else started.strip()


def _all_pids() -> Iterator[int]:
    with contextlib.suppress(OSError):
        for entry in os.scandir("/proc"):
            if entry.name.isdigit():
                yield int(entry.name)


def _environment_of(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _current_folder(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""
