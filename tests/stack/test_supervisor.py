import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack.toy import MARK
from tests.stack.waiting import wait_for
from zrg.stack.leftovers import end_leftovers
from zrg.stack.processes import marked_processes, record_of, wait_until_gone

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def start_toy(layout):
    started = []

    def start(kind):
        command = [sys.executable, "-m", "tests.stack.toy", str(layout.project), kind]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        return started[0]

    yield start
    for process in started:
        process.kill()
        process.communicate()
    end_leftovers(layout, MARK, servers=())


@pytest.fixture
def toy(start_toy, layout):
    process = start_toy("parent")
    return process, wait_for_family(layout)


def wait_for_family(layout, not_pid=None):
    """Return the records of the service and of the process it started."""

    def read():
        numbers = [int(n) for n in numbers_of(layout).split()]
        return [record_of(n) for n in numbers] if len(numbers) == 2 and numbers[0] != not_pid else None

    return wait_for(read)


def numbers_of(layout):
    path = layout.project / "numbers"
    return path.read_text() if path.exists() else ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_stop_leaves_no_process_and_no_record(toy, layout, number):
    supervisor, family = toy

    supervisor.send_signal(number)

    assert supervisor.wait(10) == 0
    assert wait_until_gone(family, 5) == []
    assert not (layout.run / "toy.json").exists()


def test_killed_service_is_started_again_without_its_old_children(toy, layout):
    _, (service, child) = toy

    os.kill(service.pid, signal.SIGKILL)

    new_service, new_child = wait_for_family(layout, not_pid=service.pid)
    assert wait_until_gone([service, child], 5) == []
    assert {new_service.pid, new_child.pid}.isdisjoint({service.pid, child.pid})


def test_killed_supervisor_takes_its_services_along_and_the_rest_is_found(toy, layout):
    supervisor, (service, child) = toy

    supervisor.kill()
    supervisor.wait()

    assert wait_until_gone([service], 5) == []
    assert marked_processes(MARK) == [child]
    assert end_leftovers(layout, MARK, servers=()) == 1
    assert wait_until_gone([child], 5) == []


def test_service_that_never_works_ends_the_start_in_one_line(start_toy, layout):
    supervisor = start_toy("failing")

    output, _ = supervisor.communicate(timeout=60)

    assert supervisor.returncode == 1
    assert output.strip().splitlines()[-1] == f"zrg: toy ended 5 times in a row; read {layout.log}/toy.log"
    assert marked_processes(MARK) == []


def test_removed_checkout_stops_everything(toy, layout):
    supervisor, family = toy

    shutil.rmtree(layout.var)

    assert supervisor.wait(10) == 0
    assert wait_until_gone(family, 5) == []
