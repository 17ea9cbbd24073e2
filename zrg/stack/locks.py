"""Locks between processes of one checkout; the kernel releases them however their holder ends."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from zrg.stack.processes import record_of, write_record


class FileLock:
    """An exclusive lock; the file beside it names the holder, so that others can ask it to end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def holder_file(self) -> Path:
        return self._path.with_suffix(".holder")

    def acquire(self, *, wait: bool = False) -> bool:
        """Take the lock; False when another process holds it and waiting was not asked for."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        record = record_of(os.getpid())
        if record is not None:
            write_record(self.holder_file, record)
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            self.holder_file.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> "FileLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
