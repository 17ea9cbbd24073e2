"""kombu's file transport with complete files only.

The original writes a message into the file the readers already see, and reads it after moving it into
the common temporary folder: a reader that is quick enough takes an empty message, which ends its
worker. Here a file appears and disappears by renaming inside the broker's own folders.
"""

import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

ALIAS = "filesystem"


class Channel(filesystem.Channel):  # type: ignore[misc]
    """Messages and routing tables that are always whole."""

    def _put(self, queue: str, message: Any, **_: Any) -> None:  # type: ignore[override]
        # Names sort by age; the monotonic clock is the same for all processes of a machine.
        name = f"{time.monotonic_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, dumps(message))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        suffix = f".{queue}.msg"
        for name in sorted(name for name in os.listdir(self.data_folder_in) if name.endswith(suffix)):
            taken = Path(self.processed_folder) / name
            try:
                os.rename(Path(self.data_folder_in) / name, taken)
            except FileNotFoundError:
                continue  # another worker was quicker
            text = taken.read_text()
            taken.unlink()
            return loads(text)
        raise Empty

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        wanted = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._one_at_a_time():
            known = self.get_table(exchange)
            if wanted not in known:
                _write_whole(self._exchange_file(exchange), dumps([wanted, *known]))

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        self.control_folder.mkdir(exist_ok=True)
        with (self.control_folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):  # type: ignore[misc]
    """`filesystem://` with our channel."""

    Channel = Channel


def install() -> None:
    """Let `filesystem://` mean this transport."""
    TRANSPORT_ALIASES[ALIAS] = f"{__name__}:Transport"


def _write_whole(path: Path, text: str) -> None:
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    part.write_text(text)
    part.replace(path)
