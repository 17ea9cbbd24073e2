"""Where the files of one checkout lie; everything that is made at run time is below `var/`."""

import os
from dataclasses import dataclass
from pathlib import Path

from zrg.stack.errors import StackError


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Paths of one checkout and of one installation in it."""

    project: Path
    var: Path

    @classmethod
    def of_this_checkout(cls) -> "Layout":
        """Return the layout of the checkout this file belongs to; ZRG_VAR_DIR moves what is made at run time."""
        project = Path(__file__).resolve().parents[2]
        return cls(project=project, var=Path(os.environ.get("ZRG_VAR_DIR") or project / "var").absolute())

    @classmethod
    def below(cls, project: Path) -> "Layout":
        """Return the layout of another checkout, as it is unless it says otherwise."""
        return cls(project=project, var=project / "var")

    @property
    def run(self) -> Path:
        """Lock, process records and sockets."""
        return self.var / "run"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def broker(self) -> Path:
        """Folder of the filesystem broker; its parts are named by the settings."""
        return self.var / "broker"

    @property
    def metrics(self) -> Path:
        """What the processes of the running installation counted; emptied when it starts."""
        return self.var / "metrics"

    @property
    def secrets(self) -> Path:
        """Generated development secrets, readable by their owner only."""
        return self.var / "dev.env"

    @property
    def python(self) -> Path:
        return self.project / ".venv" / "bin" / "python"

    def make_folders(self) -> None:
        """Create the folders below `var/`; raise StackError when they belong to somebody else."""
        try:
            for folder in (self.run, self.log, self.broker):
                folder.mkdir(parents=True, exist_ok=True)
            (self.run / ".writable").touch()
        except OSError as error:
            raise StackError(
                f"Cannot write below {self.var} ({error.strerror}); run as the user who made it, or remove it."
            ) from error
