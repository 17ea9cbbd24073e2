"""Clients that post webhooks as a provider does: keep-alive connections, in processes of their own."""

import http.client
import json
import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

CLIENTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the clients saw: seconds of each answered call, and how many were refused or broke."""

    latencies: list[float]
    refused: int
    seconds: float

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0


def reply_payload(number: int, lead: int | None = None) -> bytes:
    """A LEAD_REPLIED call of realistic size; `number` makes the reply, `lead` the person."""
    who = number if lead is None else lead
    return json.dumps(
        {
            "event": {"type": "LEAD_REPLIED", "name": "Lead Replied", "workspace_name": "Bench"},
            "data": {
                "campaign": {"id": 402, "name": "Owners Q2"},
                "campaign_event": {"id": number, "type": "replied", "created_at": "2026-03-05T16:41:09.000000Z"},
                "lead": {
                    "id": 1_000_000 + who,
                    "email": f"person{who}@company{who % 997}.example",
                    "first_name": "Dana",
                    "last_name": f"Reyes {who}",
                    "company": "Northfork Dental",
                    "title": "Owner",
                },
                "sender_email": {"id": 67, "email": "priya@outbound.example", "name": "Priya Nair"},
                "reply": {
                    "id": 5_000_000 + number,
                    "email_subject": "Re: quick idea",
                    "from_email_address": f"person{who}@company{who % 997}.example",
                    "from_name": "Dana Reyes",
                    "to": [{"address": "priya@outbound.example", "name": "Priya Nair"}],
                    "cc": [],
                    "bcc": [],
                    "html_body": "<div>" + "Could you send more details about pricing? " * 12 + "</div>",
                    "text_body": "Could you send more details about pricing? " * 12,
                    "date_received": "2026-03-05T16:41:03.000000Z",
                    "automated_reply": False,
                    "interested": None,
                },
            },
        }
    ).encode()


def closed_loop(port: int, path: str, *, seconds: float, first: int = 0) -> Outcome:
    """CLIENTS clients, each posting again as soon as it is answered, for `seconds`."""
    until = time.monotonic() + seconds

    def work(client: int, connection: http.client.HTTPConnection, note: Callable[[float, int], None]) -> None:
        number = first + client
        while time.monotonic() < until:
            note(*_post(connection, path, reply_payload(number)))
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
            status = _post(connection, path, reply_payload(first + index))[1]
            note(time.monotonic() - due, status)

    return _in_process(port, work, clients=clients)


def post_all(port: int, path: str, *, count: int, first: int = 0, leads: int | None = None) -> Outcome:
    """`count` calls as quickly as CLIENTS clients can."""

    def work(client: int, connection: http.client.HTTPConnection, note: Callable[[float, int], None]) -> None:
        for number in range(client, count, CLIENTS):
            note(*_post(connection, path, reply_payload(first + number, number % leads if leads else None)))

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
        (latencies if status == 200 else refused).append(seconds)  # type: ignore[arg-type]

    def one(client: int) -> None:
        work(client, http.client.HTTPConnection("127.0.0.1", port, timeout=30), note)

    threads = [threading.Thread(target=one, args=(client,)) for client in range(clients)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipe.send((latencies, len(refused), time.monotonic() - began))  # type: ignore[attr-defined]


def _post(connection: http.client.HTTPConnection, path: str, body: bytes) -> tuple[float, int]:
    began = time.monotonic()
    try:
        connection.request("POST", path, body=body, headers={"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return time.monotonic() - began, 0
    return time.monotonic() - began, answer.status
