"""An embedded PostgreSQL server: placed, initialised, started and stopped by ourselves.

The wheel's own convenience call is not used: as root it opens the permissions of every folder above its data.
Here the data lies in a folder of its own (0700), the server listens on a unix socket in another one (0700) and on
nothing else; everyone who can enter that folder is trusted, and that is the account that owns it, and root.
"""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from zrg.stack.account import Account, database_account
from zrg.stack.binaries import copy_programs, find_programs
from zrg.stack.errors import StackError
from zrg.stack.layout import Layout
from zrg.stack.outside import outside_folder
from zrg.stack.processes import (
    ProcessRecord,
    die_with_parent,
    processes_working_in,
    record_of,
    send_signal,
    wait_until_gone,
    write_record,
)
from zrg.stack.tuning import server_settings

DATABASE = "zrg"
OWNER_ROLE = "zrg_owner"
APP_ROLE = "zrg_app"
SUPERUSER = "postgres"

_SQL_FOLDER = Path(__file__).parent / "compose"
_SOCKET_NAME = ".s.PGSQL.5432"
# sockaddr_un of Linux holds 108 bytes and of macOS 104, the closing zero included.
_LONGEST_SOCKET_PATH = 103
# The log of a crashed server is read again first.
_START_SECONDS = 300
_STOP_SECONDS = 15
_POLL_SECONDS = 0.05
_START_ATTEMPTS = 3
_RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server of this checkout; `name` is that of its data folder, log and process record."""

    name: str
    programs: Path
    data: Path
    socket: Path
    account: Account | None
    durable: bool
    layout: Layout

    @property
    def log(self) -> Path:
        return self.layout.log / f"{self.name}.log"

    @property
    def record_file(self) -> Path:
        return self.layout.run / f"{self.name}.json"

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgres://{role}@/{database}?host={quote(str(self.socket))}"


def place_server(layout: Layout, name: str, *, durable: bool) -> Server:
    """Decide where a server's files lie and who runs it, so that this account reaches all of them."""
    account = database_account()
    inside = account is None or account.can_enter(layout.var)
    if not inside and (layout.var / name / "PG_VERSION").exists():
        raise StackError(f"{layout.var / name} holds the database, but the user {account.name} cannot reach it.")  # type: ignore[union-attr]
    base = layout.var if inside else outside_folder(layout)
    socket = (layout.run if inside else base) / f"{name}-socket"
    if len(os.fsencode(socket / _SOCKET_NAME)) > _LONGEST_SOCKET_PATH:
        socket = outside_folder(layout) / f"{name}-socket"
    programs = find_programs(_major_of(base / name))
    if account is not None and not account.can_run(programs / "postgres"):
        programs = copy_programs(programs, outside_folder(layout), account)
    return Server(
        name=name, programs=programs, data=base / name, socket=socket, account=account, durable=durable, layout=layout
    )


def start_server(server: Server) -> subprocess.Popen[bytes]:
    """Start the server, initialising its data the first time, and return once it answers.

    It ends with the calling process, however that ends. The caller holds the lock of this server, so whatever still
    works in its data folder belongs to a run that was killed, and is stopped first.
    """
    _make_private_folder(server.socket, server.account)
    if not (server.data / "PG_VERSION").exists():
        _initialise(server)
    for attempts_left in reversed(range(_START_ATTEMPTS)):
        _end_predecessor(server)
        process = _launch(server)
        if _is_ready(server, process):
            break
        # A predecessor that was itself just starting may have been in the way.
        if attempts_left == 0:
            lines = server.log.read_text(errors="replace").strip().splitlines()[-1:]
            raise StackError(f"PostgreSQL did not start: {' '.join(lines)} (all of it: {server.log})")
        time.sleep(_RETRY_SECONDS)
    return process


def _launch(server: Server) -> subprocess.Popen[bytes]:
    with server.log.open("ab") as log:
        process = subprocess.Popen(
            _command(server),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_server_environment(),
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGINT),
            **(server.account.popen_arguments() if server.account else {}),
        )
    record = record_of(process.pid)
    if record is not None:
        write_record(server.record_file, record)
    return process


def stop_server(record: ProcessRecord) -> None:
    """Stop a server: clients are disconnected, transactions rolled back, data written; killed only when it hangs."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if not send_signal(record, number) or not wait_until_gone([record], _STOP_SECONDS):
            return


def prepare_roles(server: Server, *, may_create_databases: bool = False) -> None:
    """Create what is missing: both roles, the database, the rights of one in the other. May be repeated."""
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute((_SQL_FOLDER / "roles.sql").read_bytes())
        right = sql.SQL("CREATEDB" if may_create_databases else "NOCREATEDB")
        connection.execute(sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(OWNER_ROLE), right))
        if may_create_databases:
            # Databases made later are copies of this one, so each comes with the rights of the runtime role.
            _grant(server, "template1")
            return
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount == 0:
            owner = sql.Identifier(OWNER_ROLE)
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), owner))
    _grant(server, DATABASE)


def read_note(server: Server) -> str:
    """Return what was written beside the database, so that it goes when the database goes."""
    with psycopg.connect(server.url(SUPERUSER, "postgres")) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone()
    return (row[0] if row else None) or ""


def write_note(server: Server, note: str) -> None:
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        statement = sql.SQL("COMMENT ON DATABASE {} IS {}")
        connection.execute(statement.format(sql.Identifier(DATABASE), sql.Literal(note)))


def _grant(server: Server, database: str) -> None:
    with psycopg.connect(server.url(SUPERUSER, database), autocommit=True) as connection:
        connection.execute((_SQL_FOLDER / "grants.sql").read_bytes())


def _major_of(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text())
    except PermissionError as error:
        raise StackError(f"{data} belongs to another user; run as that user or remove it with make clean.") from error
    except (OSError, ValueError):
        return None


def _make_private_folder(folder: Path, account: Account | None) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
        folder.chmod(0o700)
    except OSError as error:
        raise StackError(f"Cannot use {folder} ({error.strerror}); run make clean or set DATABASE_URL.") from error


def _initialise(server: Server) -> None:
    """Make the data folder as a whole: an interrupted attempt leaves nothing that looks finished."""
    scratch = server.data.with_name(f"{server.name}.new")
    _remove_tree(scratch)
    _make_private_folder(scratch, server.account)
    command = [
        str(server.programs / "initdb"),
        *("-D", str(scratch), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "-T", "english"),
        # Sorting and case rules that come with PostgreSQL: the same on every machine.
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *(() if server.durable else ("--no-sync",)),
    ]
    done = subprocess.run(
        command,
        cwd="/",
        env=_server_environment(),
        capture_output=True,
        text=True,
        check=False,
        **(server.account.popen_arguments() if server.account else {}),
    )
    if done.returncode != 0:
        reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise StackError(f"PostgreSQL could not be initialised: {' '.join(reason)}")
    scratch.rename(server.data)


def _command(server: Server) -> list[str]:
    settings = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": f'"{server.socket}"',
        "unix_socket_permissions": "0700",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        **server_settings(durable=server.durable),
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(server.programs / "postgres"), "-D", str(server.data), *options]


def _server_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _end_predecessor(server: Server) -> None:
    """Stop what a killed run left in the data folder and remove its lock file.

    PostgreSQL would take a stranger that has the old server's number by now for that server.
    """
    if not Path("/proc/self/cwd").exists():
        return
    for record in processes_working_in(server.data):
        stop_server(record)
    (server.data / "postmaster.pid").unlink(missing_ok=True)


def _is_ready(server: Server, process: subprocess.Popen[bytes]) -> bool:
    """Wait until this very process answers; False when it ended instead."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(server.url(SUPERUSER, "postgres"), connect_timeout=5).close()
            if _lock_holder(server) == process.pid:
                return True
        time.sleep(_POLL_SECONDS)
    process.kill()
    raise StackError(f"PostgreSQL did not answer within {_START_SECONDS} s; see {server.log}")


def _lock_holder(server: Server) -> int | None:
    try:
        return int((server.data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _remove_tree(folder: Path) -> None:
    subprocess.run(["rm", "-rf", "--", str(folder)], check=True)
