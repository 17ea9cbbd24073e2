"""A whole installation started by `make up`, with a folder and ports of its own, for tests of real processes."""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from tests.stack.waiting import wait_for
from zrg.stack.environment import development_secrets
from zrg.stack.layout import Layout
from zrg.stack.processes import MARK_VARIABLE, ProcessRecord, marked_processes, processes_working_in

ROOT = Path(__file__).resolve().parents[2]

# A machine that does other work beside it takes minutes.
_START_SECONDS = 300
_STOP_SECONDS = 60
_PORTS = range(20_000, 32_000)
# What the tests set for themselves must not reach the installation.
_OWN_NAMES = ("HOME", "PATH", "LANG", "PYENV_ROOT", "PYENV_VERSION")


class Installation:
    """Starts, asks and stops one installation; `extra` is added to its environment."""

    def __init__(self, **extra: str) -> None:
        self.layout = Layout(project=ROOT, var=Path(tempfile.mkdtemp(prefix="zrg-installation-")))
        self.layout.var.chmod(0o755)
        self.port, self.simulator_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{name: os.environ[name] for name in _OWN_NAMES if name in os.environ},
            "ZRG_VAR_DIR": str(self.layout.var),
            "ZRG_PORT": str(self.port),
            "ZRG_SIMULATOR_PORT": str(self.simulator_port),
            **extra,
        }
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """Run `make up` in a process group of its own; return what it printed once it announced itself."""
        log = self.layout.var / "up.txt"
        with log.open("w") as output:
            self._process = subprocess.Popen(
                ["make", "up"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        running = self._process

        def announced() -> str:
            printed = log.read_text()
            assert running.poll() is None, f"make up ended: {printed}"
            return printed if "ZRG is up after" in printed else ""

        return wait_for(announced, _START_SECONDS)

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another target on this installation."""
        return subprocess.run(
            ["make", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_START_SECONDS,
            check=False,
        )

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Return status and body of a page."""
        request = urllib.request.Request(f"{self.url}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def processes(self) -> list[ProcessRecord]:
        """Return what runs: the marked processes and the embedded server's."""
        secrets = development_secrets(self.layout)
        return marked_processes(secrets[MARK_VARIABLE]) + processes_working_in(self.layout.var / "postgres")

    def terminate_group(self) -> None:
        """Send SIGTERM to the process group of make and wait for it."""
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(_STOP_SECONDS)

    def close(self) -> None:
        self.make("down")
        if self._process is not None:
            self._process.wait(_STOP_SECONDS)
        shutil.rmtree(self.layout.var)


def free_port() -> int:
    """Return a free port below the range outgoing connections take theirs from."""
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")
