"""A supervised toy installation, run as a program: `python -m tests.stack.toy <checkout> <service command> ...`."""

import sys
from pathlib import Path

from zrg.stack.console import complain
from zrg.stack.errors import StackError
from zrg.stack.layout import Layout
from zrg.stack.services import Service
from zrg.stack.supervisor import Supervisor

MARK = "toy-installation"
# Starts a process of its own that ignores polite requests, and tells both numbers.
PARENT = (
    "import os, signal, subprocess, sys, pathlib;"
    "child = subprocess.Popen([sys.executable, '-c',"
    " 'import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()'],"
    " stdout=subprocess.PIPE);"
    "child.stdout.readline();"
    "pathlib.Path(sys.argv[1]).write_text(f'{os.getpid()} {child.pid}');"
    "signal.pause()"
)


def main(checkout: str, kind: str) -> int:
    layout = Layout.below(Path(checkout))
    command = {
        "parent": (sys.executable, "-c", PARENT, f"{checkout}/numbers"),
        "failing": (sys.executable, "-c", "raise SystemExit(3)"),
    }[kind]
    supervisor = Supervisor(layout, None, MARK)
    try:
        supervisor.start([Service(name="toy", command=command, grace_seconds=2)])
        supervisor.run(lambda: None)
    except StackError as error:
        complain(str(error))
        return 1
    finally:
        supervisor.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
