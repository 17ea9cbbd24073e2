import os
import signal
import socket
import time

import pytest

from tests.stack.installation import Installation
from zrg.stack.environment import DEMO_PASSWORD, development_secrets
from zrg.stack.processes import read_record, wait_until_gone

pytestmark = pytest.mark.e2e

SECOND_START_SECONDS = 30


@pytest.fixture(scope="module")
def prepared():
    made = Installation()
    yield made
    made.close()


@pytest.fixture
def installation(prepared):
    """One database for the module: the first test prepares it, the others find it."""
    yield prepared
    prepared.make("down")


def test_up_announces_itself_is_found_again_and_leaves_nothing(installation):
    printed = installation.start()
    ready = installation.get("/readyz")
    alive = installation.get("/healthz")
    again = installation.make("up")
    family = installation.processes()
    stopped = installation.make("down")

    password = development_secrets(installation.layout)[DEMO_PASSWORD]
    assert installation.url in printed
    assert f"Setter   setter@demo.example   Owner   owner@demo.example   Password   {password}" in printed
    assert (ready[0], alive[0]) == (200, 200)
    assert again.returncode == 0
    assert again.stdout.strip() == f"ZRG is already running: {installation.url}  (make down stops it)"
    assert len(family) >= 8
    assert stopped.stdout.strip() == "Stopped."
    assert wait_until_gone(family, 5) == []
    assert installation.processes() == []


def test_group_told_to_end_leaves_nothing_and_the_next_start_takes_seconds(installation):
    installation.start()
    installation.terminate_group()
    assert installation.processes() == []

    started_at = time.monotonic()
    installation.start()

    assert time.monotonic() - started_at < SECOND_START_SECONDS


def test_killed_supervisor_is_cleaned_up_by_down(installation):
    installation.start()
    family = installation.processes()
    supervisor = read_record(installation.layout.run / "up.holder")

    os.kill(supervisor.pid, signal.SIGKILL)
    stopped = installation.make("down")

    assert stopped.returncode == 0
    assert wait_until_gone([*family, supervisor], 5) == []
    assert installation.processes() == []


def test_killed_everything_is_cleaned_up_by_up(installation):
    installation.start()
    old = installation.processes()
    for record in (read_record(path) for path in installation.layout.run.glob("*.json")):
        os.kill(record.pid, signal.SIGKILL)
    os.kill(read_record(installation.layout.run / "up.holder").pid, signal.SIGKILL)

    installation.start()

    assert wait_until_gone(old, 5) == []
    assert installation.get("/readyz")[0] == 200


def test_busy_port_is_named_and_nothing_is_started(installation):
    with socket.socket() as stranger:
        # The simulator of the test before leaves connections in TIME_WAIT on this port.
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", installation.simulator_port))
        stranger.listen()

        refused = installation.make("up")

    port = installation.simulator_port
    assert refused.returncode != 0
    assert f"zrg: Port {port} (ZRG_SIMULATOR_PORT) is taken by another program" in refused.stdout
    assert installation.processes() == []
