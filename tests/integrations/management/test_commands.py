"""The simulator as a process, and traffic through it."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_httpserver import HTTPServer

from tests.support.simulator import RunningSimulator

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def process() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`manage.py simulator` on a free port, and its address."""
    started = subprocess.Popen(
        [sys.executable, "manage.py", "simulator", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    url = started.stdout.readline().removeprefix("Simulators at ").strip()
    yield started, url
    if started.poll() is None:
        started.kill()
    started.wait()


def test_simulator_serves_and_ends_when_asked(process: tuple[subprocess.Popen[str], str]) -> None:
    started, url = process
    assert requests.get(f"{url}/__sim/health", timeout=5).json() == {"status": "ok"}

    started.send_signal(signal.SIGTERM)

    assert started.wait(timeout=10) == 0


def test_busy_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} of ZRG_SIMULATOR_PORT cannot be used"):
            call_command("simulator", port=port)


def test_demo_traffic_posts_real_calls(
    simulator: RunningSimulator, httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    httpserver.expect_request("/api/webhooks/email").respond_with_json({"success": True, "queued": True})
    target = {"url": httpserver.url_for("")}
    requests.post(f"{simulator.url}/__sim/target", json=target, timeout=5)

    call_command("demo_traffic", count=12, simulator=simulator.url)

    calls = [request.get_json() for request, _ in httpserver.log]
    assert len(calls) == 12
    assert {call["event"]["type"] for call in calls} >= {"LEAD_REPLIED", "LEAD_INTERESTED", "EMAIL_SENT"}
    assert len({call["data"]["lead"]["email"] for call in calls}) == 12
    assert capsys.readouterr().out.count("queued") == 12


def test_demo_traffic_without_a_simulator() -> None:
    with pytest.raises(CommandError, match="does not answer; run make up first"):
        call_command("demo_traffic", count=1, simulator="http://127.0.0.1:9")
