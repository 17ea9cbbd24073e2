"""Webhook traffic from several clients at once that try again as a provider does."""

import threading
import time
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import requests

from tests.e2e.product import Product
from tests.stack.waiting import wait_for

CLIENTS = 8
_GIVE_UP_SECONDS = 120
_FIRST_LEAD, _FIRST_REPLY = 60_000, 2_000_000


class Traffic:
    """Posts calls until each was answered with 2xx; knows how many were, and the events they were told.

    Calls are posted as far as `allow` says, so that something is always still to come when a process dies.
    """

    def __init__(self, product: Product, calls: list[dict[str, Any]]) -> None:
        self._product = product
        self._calls: Iterator[dict[str, Any]] = iter(calls)
        self._length = len(calls)
        self._lock = threading.Lock()
        self._allowed = threading.Semaphore(0)
        self._threads = [threading.Thread(target=self._client) for _ in range(CLIENTS)]
        self.event_ids: set[str] = set()
        self.refused = 0
        self.seconds = 0.0
        self._began_at = time.monotonic()

    def begin(self) -> None:
        """Let the clients begin."""
        self._began_at = time.monotonic()
        for thread in self._threads:
            thread.start()

    def allow(self, calls: int) -> None:
        """Let the clients post so many calls more."""
        self._allowed.release(calls)

    @property
    def answered(self) -> int:
        """How many calls were answered with 2xx."""
        return len(self.event_ids)

    def wait_for(self, answered: int) -> None:
        """Until so many calls were answered."""
        wait_for(lambda: self.answered >= answered, _GIVE_UP_SECONDS)

    def finish(self) -> None:
        """Let the clients post the rest; return once all of it was answered."""
        self._allowed.release(len(self._threads) + self._length)
        for thread in self._threads:
            thread.join(_GIVE_UP_SECONDS)
        self.seconds = time.monotonic() - self._began_at

    def _client(self) -> None:
        while (call := self._next()) is not None:
            event_id = wait_for(lambda: self._post(call), _GIVE_UP_SECONDS)
            with self._lock:
                self.event_ids.add(event_id)

    def _next(self) -> dict[str, Any] | None:
        self._allowed.acquire()
        with self._lock:
            return next(self._calls, None)

    def _post(self, call: dict[str, Any]) -> str:
        try:
            answer = self._product.post(call)
        except requests.RequestException:
            answer = None
        if answer is not None and answer.ok:
            return str(answer.json()["event_id"])
        with self._lock:
            self.refused += 1
        return ""


def replies_of(template: dict[str, Any], *, leads: int, each: int, texts: tuple[str, ...]) -> list[dict[str, Any]]:
    """Calls about `each` replies of so many leads, as the provider would make them, made from one real call."""
    calls = []
    for number in range(leads * each):
        call, lead = deepcopy(template), number % leads
        person = {"id": _FIRST_LEAD + lead, "email": f"lead{lead}@traffic.example"}
        call["data"]["lead"] |= person
        call["data"]["reply"] |= {
            "id": _FIRST_REPLY + number,
            "lead_id": person["id"],
            "from_email_address": person["email"],
            "text_body": f"{texts[number % len(texts)]} ({number})",
        }
        call["data"]["campaign_event"]["id"] = _FIRST_REPLY + number
        calls.append(call)
    return calls
