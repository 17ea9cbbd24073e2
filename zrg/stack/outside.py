"""A folder outside the checkout, for when PostgreSQL cannot work inside it.

Two reasons: root keeps the checkout where no ordinary user can walk to, or the checkout lies so deep that the path of
a unix socket would be too long. The folder belongs to the caller, has a name nobody can foresee, is recorded in the
checkout and names the checkout it serves. Folders whose checkout is gone are removed when another one starts.
"""

import contextlib
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

from zrg.stack.errors import StackError
from zrg.stack.layout import Layout
from zrg.stack.processes import end_processes, processes_working_in

BASE = Path("/var/tmp")  # noqa: S108 - the name is drawn by mkdtemp; survives a restart of the machine
PREFIX = "zrg-"
OWNER_FILE = "owner"
RECORD_FILE = "outside-folder"

# A checkout on a disk that is not mounted right now looks gone; one in a temporary folder really is.
KEEP_VANISHED_SECONDS = 7 * 86_400
_TEMPORARY = tuple(Path(path).resolve() for path in (tempfile.gettempdir(), "/tmp", "/var/tmp"))  # noqa: S108
_STOP_SECONDS = 10


def outside_folder(layout: Layout) -> Path:
    """Return the recorded folder of this checkout, or make one; anyone may walk through it, only we may write."""
    known = recorded_folder(layout)
    folder = known or _make_folder(layout)
    os.utime(folder / OWNER_FILE)
    return folder


def recorded_folder(layout: Layout) -> Path | None:
    """Return the folder recorded in the checkout if it is still ours alone.

    A moved checkout takes its folder along; a copied one does not share it.
    """
    folder = _read_record(layout.var)
    if folder is None or not (folder / OWNER_FILE).exists():
        return None
    owner = (folder / OWNER_FILE).read_text().strip()
    if not _is_ours(folder) or (owner != str(layout.var) and Path(owner).exists()):
        return None
    if owner != str(layout.var):
        (folder / OWNER_FILE).write_text(f"{layout.var}\n")
    return folder


def remove_outside_folder(layout: Layout) -> None:
    """Remove this checkout's folder, if it has one."""
    folder = recorded_folder(layout)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
    (layout.run / RECORD_FILE).unlink(missing_ok=True)


def remove_abandoned_folders() -> None:
    """Remove our folders whose checkout is gone or no longer knows them, and end a server left in them."""
    for folder in BASE.glob(f"{PREFIX}*"):
        if _is_ours(folder) and _is_abandoned(folder):
            servers = [server for data in folder.iterdir() if data.is_dir() for server in processes_working_in(data)]
            end_processes(servers, grace_seconds=_STOP_SECONDS)
            shutil.rmtree(folder, ignore_errors=True)


def _make_folder(layout: Layout) -> Path:
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=BASE))
        folder.chmod(0o711)
        # The record first: a folder that names its checkout but is unknown there counts as abandoned.
        (layout.run / RECORD_FILE).write_text(f"{folder}\n")
        (folder / OWNER_FILE).write_text(f"{layout.var}\n")
    except OSError as error:
        raise StackError(f"Cannot make a folder in {BASE} ({error.strerror}); set DATABASE_URL.") from error
    return folder


def _read_record(var: Path) -> Path | None:
    try:
        return Path((var / "run" / RECORD_FILE).read_text().strip())
    except OSError:
        return None


def _is_ours(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        entry = folder.lstat()
        writable_by_others = entry.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        return stat.S_ISDIR(entry.st_mode) and entry.st_uid == os.geteuid() and not writable_by_others
    return False


def _is_abandoned(folder: Path) -> bool:
    try:
        var = Path((folder / OWNER_FILE).read_text().strip())
        idle_seconds = time.time() - (folder / OWNER_FILE).stat().st_mtime
    except OSError:
        return False
    if var.exists():
        return _read_record(var) != folder
    is_temporary = any(base in var.parents for base in _TEMPORARY)
    return is_temporary or idle_seconds > KEEP_VANISHED_SECONDS
