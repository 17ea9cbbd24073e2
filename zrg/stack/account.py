"""The ordinary account PostgreSQL runs as when root starts it: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zrg.stack.errors import StackError

CHOICES = ("postgres", "nobody")
_PROBE_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A system user that is not root."""

    name: str
    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        """Return what makes subprocess start a child as this user, with no group of the caller left."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Tell whether this user may walk down to the folder."""
        return self._succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])

    def can_run(self, program: Path) -> bool:
        return self._succeeds([str(program), "--version"])

    def _succeeds(self, command: list[str]) -> bool:
        try:
            done = subprocess.run(
                command, cwd="/", capture_output=True, check=False, timeout=_PROBE_SECONDS, **self.popen_arguments()
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return done.returncode == 0


def database_account() -> Account | None:
    """Return the account PostgreSQL has to run as, None for the caller's own.

    `ZRG_POSTGRES_USER` names it; otherwise the first of CHOICES that exists. No account is ever created.
    """
    if os.geteuid() != 0:
        return None
    wanted = os.environ.get("ZRG_POSTGRES_USER", "").strip()
    for name in (wanted,) if wanted else CHOICES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise StackError(
        "PostgreSQL does not run as root and no ordinary user was found; set ZRG_POSTGRES_USER to one, or DATABASE_URL."
    )
