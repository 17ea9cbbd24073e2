"""Command line of the first day: `python -m zrg.stack <command>`.

up, down, clean; manage <command>; with-test-server <program>, with-durable-server <program>: with a PostgreSQL of its
own; as-production <program>: with settings as strict as production's, for checks.
"""

import os
import shutil
import sys

from zrg.stack.console import complain, say
from zrg.stack.environment import child_environment, load_dotenv, production_like_environment
from zrg.stack.errors import StackError
from zrg.stack.layout import Layout
from zrg.stack.locks import FileLock
from zrg.stack.outside import remove_abandoned_folders, remove_outside_folder
from zrg.stack.ports import read_port
from zrg.stack.postgres import place_server
from zrg.stack.services import manage_command
from zrg.stack.testing import run_with_server
from zrg.stack.up import MAIN_SERVER, down, up

USAGE_STATUS = 2


def main(arguments: list[str]) -> int:
    layout = Layout.of_this_checkout()
    try:
        match arguments:
            case ["up"]:
                return up(layout)
            case ["down"]:
                return down(layout)
            case ["clean"]:
                return clean(layout)
            case ["manage", *rest]:
                return manage(layout, rest)
            case ["as-production", *command] if command:
                os.execvpe(command[0], command, production_like_environment())  # noqa: S606 - no shell is wanted
            case ["with-test-server", *command] if command:
                return run_with_server(layout, "test-postgres", command, durable=False)
            case ["with-durable-server", *command] if command:
                return run_with_server(layout, "bench-postgres", command, durable=True)
            case _:
                complain(__doc__ or "")
                return USAGE_STATUS
    except StackError as error:
        complain(str(error))
        return 1


def clean(layout: Layout) -> int:
    """Stop everything and remove what was made at run time, the database included."""
    down(layout)
    for name in ("test-postgres", "bench-postgres"):
        with FileLock(layout.run / f"{name}.lock") as lock:
            if layout.run.exists() and not lock.acquire():
                raise StackError(f"A run uses var/{name}; wait for it or stop it first.")
    remove_outside_folder(layout)
    remove_abandoned_folders()
    shutil.rmtree(layout.var, ignore_errors=True)
    say("Removed var/ with its database, logs and secrets.")
    return 0


def manage(layout: Layout, arguments: list[str]) -> int:
    """Become a management command in the environment of the running installation."""
    layout.make_folders()
    load_dotenv(layout)
    server = None if os.environ.get("DATABASE_URL", "").strip() else place_server(layout, MAIN_SERVER, durable=True)
    port, simulator_port = read_port("ZRG_PORT"), read_port("ZRG_SIMULATOR_PORT")
    environment = child_environment(layout, server=server, port=port, simulator_port=simulator_port)
    command = manage_command(layout, *arguments)
    os.execve(command[0], command, environment)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
