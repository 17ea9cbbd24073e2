"""Values of the simulators: a request, an answer, a scripted answer, the journal of calls."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, Protocol, runtime_checkable

JOURNAL_LENGTH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SimRequest:
    """One call; `path` is below the provider's prefix, `base_url` is what the caller took for the provider."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str
    json: Any
    base_url: str

    @property
    def bearer(self) -> str:
        """The token of the Authorization header."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimResponse:
    """An answer: `body` as JSON, or a string as it is."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A call the provider makes to the product: `path` below its address, query included; `json`, or
    `body` where the provider posts something else.
    """

    path: str
    json: Any = None
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class ProviderSimulator(Protocol):
    """One provider: keeps state, answers as the provider would."""

    def handle(self, request: SimRequest) -> SimResponse:
        """Perform one call."""

    def reset(self) -> None:
        """Back to the state after the start."""


@runtime_checkable
class CallingSimulator(ProviderSimulator, Protocol):
    """A provider that calls the product when somebody does something there."""

    events: tuple[str, ...]
    """What can happen, in the provider's words; the first is what a person does most."""
    fields: tuple[str, ...]
    """What `compose` reads of `given` beside `event`, in the order the page asks for it."""

    def compose(self, given: dict[str, Any], *, base_url: str) -> Outgoing:
        """Let it happen and return the provider's call. `given` holds `event`, `email`, `text` and
        what else the event needs as strings; ValueError or KeyError for what is missing.
        """


@runtime_checkable
class KeyedSimulator(ProviderSimulator, Protocol):
    """A provider that may be told of further keys."""

    def add_key(self, key: str) -> None:
        """Accept one more API key."""


HOLD_SECONDS = 30.0


class Hold:
    """A call that waits: who wrote the script learns that it arrived, and lets it go on."""

    def __init__(self) -> None:
        self._arrived, self._released = threading.Event(), threading.Event()

    def stop(self) -> None:
        """The call is here; returns when it may go on."""
        self._arrived.set()
        self._released.wait(HOLD_SECONDS)

    def wait(self) -> bool:
        """Until the call is here; False when it did not come."""
        return self._arrived.wait(HOLD_SECONDS)

    def release(self) -> None:
        """Let it go on."""
        self._released.set()


@dataclass(slots=True, kw_only=True)
class Script:
    """An answer queued for calls that match, `times` times.

    `close="before"` drops the connection without performing the call, `"after"` performs it first (the
    caller cannot know). A `status` replaces the provider's answer and performs nothing; without one the
    call is performed normally, after `delay_ms`, or when `hold` is released.
    """

    provider: str
    method: str = "*"
    path: str = "*"
    contains: str = ""
    times: int = 1
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    delay_ms: int = 0
    hold: Hold | None = None
    close: str | None = None

    def matches(self, provider: str, request: SimRequest) -> bool:
        """Whether this script answers the call."""
        return (
            self.times > 0
            and self.provider == provider
            and self.method in ("*", request.method)
            and fnmatchcase(request.path, self.path)
            and self.contains in request.body
        )


class ScriptQueue:
    """Scripts in the order they were given; safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scripts: list[Script] = []

    def add(self, script: Script) -> None:
        """Queue one more."""
        with self._lock:
            self._scripts.append(script)

    def take(self, provider: str, request: SimRequest) -> Script | None:
        """The first script for this call; one of its times is used up."""
        with self._lock:
            found = next((script for script in self._scripts if script.matches(provider, request)), None)
            if found is not None:
                found.times -= 1
                self._scripts = [script for script in self._scripts if script.times > 0]
            return found

    def waiting(self) -> list[Script]:
        """Scripts no call has used up yet."""
        with self._lock:
            return list(self._scripts)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._scripts.clear()


class Journal:
    """The calls received, oldest first."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._lock = threading.Lock()
        self._entries: deque[dict[str, Any]] = deque(maxlen=JOURNAL_LENGTH)
        self._clock = clock
        self._count = 0

    def note(self, provider: str, request: SimRequest, answer: str) -> None:
        """Add one call; `answer` is its status, or how the connection ended."""
        with self._lock:
            self._count += 1
            self._entries.append(
                {
                    "n": self._count,
                    "at": self._clock().isoformat(),
                    "provider": provider,
                    "method": request.method,
                    "path": request.path,
                    "query": request.query,
                    "headers": request.headers,
                    "json": request.json,
                    "answer": answer,
                }
            )

    def entries(self, *, provider: str = "", method: str = "", path: str = "") -> list[dict[str, Any]]:
        """Calls, optionally of one provider, method and path pattern."""
        with self._lock:
            return [
                entry
                for entry in self._entries
                if (not provider or entry["provider"] == provider)
                and (not method or entry["method"] == method)
                and (not path or fnmatchcase(entry["path"], path))
            ]

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._entries.clear()
