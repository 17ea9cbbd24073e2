"""Clients that post webhooks as a provider does: keep-alive connections, in processes of their own."""

import http.client
import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.calls import Call, reply_call

CLIENTS = 8
ACCEPTED = (200, 202)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the clients saw: seconds of each answered call, and how many were refused or broke."""

    latencies: list[float]
    refused: int
    seconds: float

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0


def closed_loop(
    port: int, path: str, *, seconds: float, first: int = 0, make: Callable[[int], Call] = reply_call
) -> Outcome:
    """CLIENTS clients, each posting again as soon as it is answered, for `seconds`. What
    `make` takes is part of the figure, of rivals as of ours.
    """
    until = time.monotonic() + seconds

    def work(client: int, connection: http.client.HTTPConnection, note: Callable[[float, int], None]) -> None:
        number = first + client
        while time.monotonic() < until:
            note(*_post(connection, path, make(number)))
            number += CLIENTS

    return _in_process(port, work)


def open_loop(port: int, path: str, *, rate: float, seconds: float, first: int = 0) -> Outcome:
    """Calls at fixed moments whatever the server does; latency counts from the moment a call was due."""
    count = int(rate * seconds)
    clients = 32

    def work(client: int, connection: http.client.HTTPConnection, note: Callable[[float, int], None]) -> None:
        began = time.monotonic()
        for index in range(client, count, clients):
            due = began + index / rate
            if (wait := due - time.monotonic()) > 0:
                time.sleep(wait)
            status = _post(connection, path, reply_call(first + index))[1]
            note(time.monotonic() - due, status)

    return _in_process(port, work, clients=clients)


def post_all(port: int, path: str, *, count: int, first: int = 0, leads: int | None = None) -> Outcome:
    """`count` calls as quickly as CLIENTS clients can."""

    def work(client: int, connection: http.client.HTTPConnection, note: Callable[[float, int], None]) -> None:
        for number in range(client, count, CLIENTS):
            note(*_post(connection, path, reply_call(first + number, number % leads if leads else None)))

    return _in_process(port, work)


def _in_process(
    port: int,
    work: Callable[[int, http.client.HTTPConnection, Callable[[float, int], None]], None],
    *,
    clients: int = CLIENTS,
) -> Outcome:
    """Run the clients as threads of another process, so that they do not share this one's lock."""
    parent, child = multiprocessing.get_context("fork").Pipe()
    process = multiprocessing.get_context("fork").Process(target=_run_clients, args=(port, work, clients, child))
    process.start()
    latencies, refused, seconds = parent.recv()
    process.join()
    return Outcome(latencies=latencies, refused=refused, seconds=seconds)


def _run_clients(port: int, work: Callable[..., None], clients: int, pipe: object) -> None:
    latencies: list[float] = []
    refused: list[int] = []

    def note(seconds: float, status: int) -> None:
        (latencies if status in ACCEPTED else refused).append(seconds)  # type: ignore[arg-type]

    def one(client: int) -> None:
        work(client, http.client.HTTPConnection("127.0.0.1", port, timeout=30), note)

    threads = [threading.Thread(target=one, args=(client,)) for client in range(clients)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipe.send((latencies, len(refused), time.monotonic() - began))  # type: ignore[attr-defined]


def _post(connection: http.client.HTTPConnection, path: str, call: Call) -> tuple[float, int]:
    began = time.monotonic()
    try:
        headers = {"Content-Type": "application/json", **call.headers}
        connection.request("POST", path, body=call.body, headers=headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return time.monotonic() - began, 0
    return time.monotonic() - began, answer.status
