import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from zrg.stack.processes import (
    MARK_VARIABLE,
    end_processes,
    is_alive,
    marked_processes,
    processes_working_in,
    read_record,
    record_of,
    send_signal,
    wait_until_gone,
    write_record,
)

pytestmark = pytest.mark.unit

SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]


@pytest.fixture
def sleeper(tmp_path):
    process = subprocess.Popen(SLEEPER, cwd=tmp_path, env={**os.environ, MARK_VARIABLE: "mark-of-this-test"})
    yield process
    process.kill()
    process.wait()


def test_record_survives_a_file(tmp_path):
    record = record_of(os.getpid())

    write_record(tmp_path / "me.json", record)

    assert read_record(tmp_path / "me.json") == record
    assert is_alive(record)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x", "started": "1"}', '{"pid": 1}'])
def test_record_damaged_counts_as_missing(tmp_path, content):
    (tmp_path / "bad.json").write_text(content)

    assert read_record(tmp_path / "bad.json") is None
    assert read_record(tmp_path / "none.json") is None


def test_signal_refused_when_the_number_belongs_to_a_stranger(sleeper):
    stranger = replace(record_of(sleeper.pid), started="another boot:1")

    assert send_signal(stranger, signal.SIGKILL) is False
    end_processes([stranger], grace_seconds=0.1)

    assert sleeper.poll() is None


def test_end_processes_ends_the_recorded_one(sleeper):
    record = record_of(sleeper.pid)

    end_processes([record], grace_seconds=5)

    assert sleeper.wait(5) == -signal.SIGTERM
    assert not is_alive(record)


def test_zombie_is_not_alive(sleeper):
    record = record_of(sleeper.pid)

    os.kill(sleeper.pid, signal.SIGKILL)

    assert wait_until_gone([record], 5) == []
    assert Path(f"/proc/{sleeper.pid}").exists()


def test_marked_processes_finds_by_environment_only(sleeper):
    assert marked_processes("mark-of-this-test") == [record_of(sleeper.pid)]
    assert marked_processes("mark-of-this") == []


def test_processes_working_in_finds_by_folder(sleeper, tmp_path):
    assert processes_working_in(tmp_path) == [record_of(sleeper.pid)]
    assert processes_working_in(tmp_path / "other") == []
