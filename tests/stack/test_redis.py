"""The same code with DATABASE_URL and REDIS_URL: no embedded server, no files as broker, work gets done."""

import os
import shutil
import subprocess
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.stack.installation import Installation, free_port
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.redis

DATABASE = "zrg_redis_proof"


@pytest.fixture
def redis_url(tmp_path):
    program = shutil.which("redis-server")
    assert program, "redis-server is not installed (Debian: apt install redis-server)"
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait(10)


@pytest.fixture
def database_urls():
    server = os.environ["ZRG_TEST_DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    parts = urlsplit(server)
    owner = urlunsplit(parts._replace(path=f"/{DATABASE}"))
    yield {"DATABASE_URL": owner.replace("zrg_owner@", "zrg_app@", 1), "DATABASE_MIGRATION_URL": owner}
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@pytest.fixture
def installation(redis_url, database_urls):
    made = Installation(REDIS_URL=redis_url, **database_urls)
    yield made
    made.close()


def processed_events(url):
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('zrg.context', 'platform', true)")
        return connection.execute("SELECT count(*) FROM jobs_webhookevent WHERE status = 'SUCCEEDED'").fetchone()[0]


def test_real_database_and_redis_carry_a_webhook_to_its_end(installation, database_urls):
    installation.start()
    before = processed_events(database_urls["DATABASE_URL"])

    traffic = installation.make("manage", "ARGS=demo_traffic")
    wait_for(lambda: processed_events(database_urls["DATABASE_URL"]) > before, 60)

    assert traffic.returncode == 0, traffic.stdout
    assert installation.get("/readyz")[0] == 200
    assert not (installation.layout.var / "postgres").exists()
    assert list((installation.layout.broker).rglob("*.msg")) == []
