import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from zrg.stack import tuning
from zrg.stack.account import database_account
from zrg.stack.binaries import find_programs
from zrg.stack.errors import StackError
from zrg.stack.layout import Layout
from zrg.stack.outside import recorded_folder, remove_outside_folder
from zrg.stack.postgres import place_server, prepare_roles, start_server, stop_server
from zrg.stack.processes import processes_working_in, record_of, wait_until_gone

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def server(layout):
    placed = place_server(layout, "postgres", durable=False)
    yield placed
    for record in processes_working_in(placed.data):
        stop_server(record)
    remove_outside_folder(layout)


@pytest.fixture
def private_layout(layout):
    """A checkout below a folder that only its owner can enter, as a private home is."""
    home = Path(f"{layout.project}-home")
    home.mkdir(mode=0o700)
    project = home / "checkout"
    layout.project.rename(project)
    yield Layout.below(project)
    project.rename(layout.project)
    home.rmdir()


def one(server, role, query, database="zrg"):
    with psycopg.connect(server.url(role, database)) as connection:
        return connection.execute(query).fetchone()


def test_durable_server_takes_its_share_of_the_memory(layout, monkeypatch):
    monkeypatch.setattr(tuning, "machine_memory", lambda: 4_096 * tuning.MEGABYTE)
    server = place_server(layout, "postgres", durable=True)
    start_server(server)
    try:
        names = ("shared_buffers", "effective_cache_size", "max_wal_size", "checkpoint_timeout", "fsync")
        found = [one(server, "postgres", f"SHOW {name}", "postgres")[0] for name in names]
    finally:
        for record in processes_working_in(server.data):
            stop_server(record)

    assert found == ["512MB", "2GB", "4GB", "15min", "on"]


def test_server_keeps_its_walls(server):
    start_server(server)
    prepare_roles(server)
    prepare_roles(server)

    rights = "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert one(server, "zrg_app", rights) == (False, False, False, False)
    assert one(server, "zrg_owner", rights) == (False, False, False, False)
    assert one(server, "zrg_app", "SHOW listen_addresses") == ("",)
    assert int(one(server, "zrg_app", "SHOW server_version_num")[0]) >= 150_000
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700


def test_runtime_role_uses_what_the_owner_makes_and_makes_nothing(server):
    start_server(server)
    prepare_roles(server)

    with psycopg.connect(server.url("zrg_owner")) as owner:
        owner.execute("CREATE TABLE thing (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, serial_id serial)")
    with psycopg.connect(server.url("zrg_app"), autocommit=True) as app:
        app.execute("INSERT INTO thing DEFAULT VALUES")
        assert app.execute("SELECT * FROM thing").fetchall() == [(1, 1)]
        for refused in ("TRUNCATE thing", "DROP TABLE thing", "CREATE TABLE mine ()"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(refused)


def test_second_start_finds_the_data_and_ends_what_was_left(server):
    first = start_server(server)
    prepare_roles(server)
    second = start_server(server)

    assert first.wait(20) == 0
    assert one(server, "zrg_app", "SELECT current_database()") == ("zrg",)
    assert second.poll() is None


def test_start_after_a_kill_ignores_a_stranger_with_the_old_number(server):
    first = start_server(server)
    prepare_roles(server)
    first.send_signal(signal.SIGKILL)
    first.wait()
    lock = server.data / "postmaster.pid"
    lock.write_text(lock.read_text().replace(str(first.pid), str(os.getpid()), 1))

    start_server(server)

    assert one(server, "zrg_app", "SELECT 1") == (1,)


def test_server_ends_when_its_starter_is_killed(server, layout):
    code = (
        "import sys, os, signal; from pathlib import Path; from zrg.stack.layout import Layout;"
        "from zrg.stack.postgres import place_server, start_server;"
        "s = place_server(Layout.below(Path(sys.argv[1])), 'postgres', durable=False); start_server(s);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )

    done = subprocess.run([sys.executable, "-c", code, str(layout.project)], cwd=ROOT, check=False)

    assert done.returncode == -signal.SIGKILL
    assert wait_until_gone(processes_working_in(server.data), 10) == []


def test_interrupted_first_start_is_repeated(server):
    scratch = server.data.with_name("postgres.new")
    scratch.mkdir()
    (scratch / "PG_VERSION").write_text("18\n")

    start_server(server)

    assert not scratch.exists()


def test_failing_server_says_why_in_one_line(server):
    start_server(server)
    for record in processes_working_in(server.data):
        stop_server(record)
    (server.data / "postgresql.conf").write_text("nonsense = on\n")

    with pytest.raises(StackError) as caught:
        start_server(server)

    assert str(caught.value).startswith("PostgreSQL did not start: ")
    assert "\n" not in str(caught.value)


def test_deep_checkout_gets_a_short_socket(layout):
    deep = Layout.below(layout.project / ("d" * 60) / ("e" * 60))
    deep.make_folders()

    server = place_server(deep, "postgres", durable=False)

    remove_outside_folder(deep)
    assert len(str(server.socket)) < 60
    assert server.data == deep.var / "postgres"


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_private_checkout_works_and_stays_private(private_layout, umask):
    before = {path: path.stat().st_mode for path in (private_layout.project.parent, private_layout.project)}
    previous = os.umask(umask)

    try:
        server = place_server(private_layout, "postgres", durable=False)
        process = start_server(server)
        prepare_roles(server)
        answer = one(server, "zrg_app", "SELECT current_user")
        owner = server.data.stat().st_uid
        stop_server(record_of(process.pid))
        process.wait()
    finally:
        os.umask(previous)

    account = database_account()
    assert answer == ("zrg_app",)
    assert owner == (account.uid if account else os.geteuid())
    assert {path: path.stat().st_mode for path in before} == before
    folder = recorded_folder(private_layout)
    assert (folder is not None) is (os.geteuid() == 0)
    remove_outside_folder(private_layout)
    assert folder is None or not folder.exists()


def test_container_script_makes_the_same_walls(server):
    start_server(server)
    environment = {
        "PATH": f"{find_programs()}:{os.environ['PATH']}",
        "PGHOST": str(server.socket),
        "ZRG_SQL_FOLDER": str(ROOT / "zrg/stack/compose"),
        "ZRG_OWNER_PASSWORD": "owner1",
        "ZRG_APP_PASSWORD": "app'1",
    }

    subprocess.run(["sh", ROOT / "zrg/stack/compose/init.sh"], env=environment, check=True)

    owner = one(server, "postgres", "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'zrg'", "postgres")
    secrets = "SELECT count(*) FROM pg_authid WHERE rolname IN ('zrg_app', 'zrg_owner') AND rolpassword IS NOT NULL"
    assert owner == ("zrg_owner",)
    assert one(server, "postgres", secrets, "postgres") == (2,)
    assert one(server, "zrg_app", "SELECT has_schema_privilege('public', 'CREATE')") == (False,)
