"""`make up` and `make down`: one installation in the foreground, found and stopped from anywhere."""

import json
import os
import shutil
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

from zrg.stack.console import say
from zrg.stack.environment import (
    DEMO_PASSWORD,
    OWNER_LOGIN,
    SETTER_LOGIN,
    child_environment,
    development_secrets,
    is_demo,
    load_dotenv,
)
from zrg.stack.errors import StackError
from zrg.stack.fingerprint import preparation_fingerprint
from zrg.stack.layout import Layout
from zrg.stack.leftovers import end_leftovers
from zrg.stack.locks import FileLock
from zrg.stack.outside import remove_abandoned_folders
from zrg.stack.ports import read_port, require_free_port
from zrg.stack.postgres import Server, place_server, prepare_roles, read_note, write_note
from zrg.stack.processes import MARK_VARIABLE, read_record, send_signal, wait_until_gone
from zrg.stack.services import installation_services, migration_environment
from zrg.stack.supervisor import Supervisor

MAIN_SERVER = "postgres"

_READY_SECONDS = 120
_PROBE_SECONDS = 2
_STOP_SECONDS = 45


def up(layout: Layout) -> int:
    """Start everything and supervise it until Ctrl-C, SIGTERM or `make down`."""
    started_at = time.monotonic()
    layout.make_folders()
    load_dotenv(layout)
    with installation_lock(layout) as lock:
        if not lock.acquire():
            say(f"ZRG is already running: {_known_url(layout)}  (make down stops it)")
            return 0
        mark = development_secrets(layout)[MARK_VARIABLE]
        end_leftovers(layout, mark, servers=(MAIN_SERVER,))
        remove_abandoned_folders()
        port, simulator_port = read_port("ZRG_PORT"), read_port("ZRG_SIMULATOR_PORT")
        require_free_port("ZRG_PORT", port)
        require_free_port("ZRG_SIMULATOR_PORT", simulator_port)
        server = None if os.environ.get("DATABASE_URL", "").strip() else place_server(layout, MAIN_SERVER, durable=True)
        environment = child_environment(layout, server=server, port=port, simulator_port=simulator_port)
        (layout.run / "url").write_text(environment["PUBLIC_APP_URL"])
        supervisor = Supervisor(layout, server, mark)
        try:
            _run(supervisor, server, environment, started_at)
        finally:
            supervisor.stop()
            (layout.run / "url").unlink(missing_ok=True)
            say("Stopped.")
    return 0


def down(layout: Layout) -> int:
    """Stop the installation, or what is left of it; return once no process remains."""
    if not layout.run.exists():
        say("Nothing is running.")
        return 0
    with installation_lock(layout) as lock:
        was_running = not lock.acquire()
        if was_running:
            _stop_supervisor(lock)
        mark = development_secrets(layout)[MARK_VARIABLE]
        found = end_leftovers(layout, mark, servers=(MAIN_SERVER,))
    say("Stopped." if was_running or found else "Nothing is running.")
    return 0


def installation_lock(layout: Layout) -> FileLock:
    return FileLock(layout.run / "up.lock")


def _run(supervisor: Supervisor, server: Server | None, environment: Mapping[str, str], started_at: float) -> None:
    layout = supervisor.layout
    if server is not None:
        say("Starting PostgreSQL ...")
        supervisor.start_database()
        prepare_roles(server)
    _prepare_database(supervisor, server, environment)
    announcement = _Announcement(environment, layout, started_at)
    if not supervisor.stopping:
        announcement.make_at_start()
        # The processes that counted there have ended.
        shutil.rmtree(layout.metrics, ignore_errors=True)
        supervisor.start(installation_services(layout, environment))
    supervisor.run(lambda: announcement.make_when_ready(supervisor))


def _prepare_database(supervisor: Supervisor, server: Server | None, environment: Mapping[str, str]) -> None:
    """Bring schema and content up to date, unless neither code nor settings changed since this was done here."""
    fingerprint = preparation_fingerprint(supervisor.layout, environment)
    if server is not None and not supervisor.stopping and read_note(server) == fingerprint:
        return
    say("Preparing the database ...")
    _prepare(supervisor, "schema", migration_environment(environment))
    _prepare(supervisor, "demo" if is_demo(environment) else "content", environment)
    if server is not None and not supervisor.stopping:
        write_note(server, fingerprint)


def _prepare(supervisor: Supervisor, part: str, environment: Mapping[str, str]) -> None:
    layout = supervisor.layout
    log = layout.log / f"prepare-{part}.log"
    log.unlink(missing_ok=True)
    command = [str(layout.python), "-m", "zrg.stack.prepare", part]
    if supervisor.stopping or supervisor.run_step(command, dict(environment), log.stem) or supervisor.stopping:
        return
    last_words = [line for line in log.read_text(errors="replace").splitlines() if line.strip()][-1:]
    raise StackError(f"Preparing the {part} failed: {' '.join(last_words)} (all of it: {log})")


class _Announcement:
    """Says where the installation will answer, once that it does, and once that it takes too long."""

    def __init__(self, environment: Mapping[str, str], layout: Layout, started_at: float) -> None:
        self._url = environment["PUBLIC_APP_URL"]
        self._ready_url = f"http://127.0.0.1:{environment['ZRG_PORT']}/readyz"
        login = f"  Setter   {SETTER_LOGIN}   Owner   {OWNER_LOGIN}   Password   {environment[DEMO_PASSWORD]}\n"
        self._login = login if is_demo(environment) else ""
        self._layout = layout
        self._started_at = started_at
        self._complained = False

    def make_at_start(self) -> None:
        # The log-in also here, so that nobody who finds the page answering looks for it in vain.
        say(f"Starting {self._url} ...\n{self._login}".rstrip())

    def make_when_ready(self, supervisor: Supervisor) -> None:
        if supervisor.settled or supervisor.stopping:
            return
        state = _readiness(self._ready_url)
        seconds = time.monotonic() - self._started_at
        if state == "":
            supervisor.settled = True
            say(
                f"\nZRG is up after {seconds:.0f} s:  {self._url}\n{self._login}"
                f"  Logs     {self._layout.log}   Stop    Ctrl-C or make down\n"
            )
        elif seconds > _READY_SECONDS and not self._complained:
            self._complained = True
            say(f"Still not ready after {seconds:.0f} s: {state}. Logs: {self._layout.log}")


def _readiness(url: str) -> str:
    """Return what keeps the installation from being ready, empty when it is."""
    try:
        with urllib.request.urlopen(url, timeout=_PROBE_SECONDS):  # noqa: S310 - our own address
            return ""
    except urllib.error.HTTPError as error:
        return _component_states(error.read())
    except OSError as error:
        return f"{url} does not answer ({error})"


def _component_states(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body))
    except ValueError:
        return body[:200].decode(errors="replace")


def _stop_supervisor(lock: FileLock) -> None:
    record = read_record(lock.holder_file)
    if record is not None and send_signal(record, signal.SIGTERM) and wait_until_gone([record], _STOP_SECONDS):
        send_signal(record, signal.SIGKILL)
    if not lock.acquire(wait=True):
        raise StackError("The running installation could not be stopped.")


def _known_url(layout: Layout) -> str:
    try:
        return (layout.run / "url").read_text()
    except OSError:
        return "it is just starting"
