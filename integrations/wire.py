"""One HTTP exchange with a provider, and whether its request left this machine.

`exchange` never raises for what a provider or the network does. What it returns tells apart a request
that was certainly not sent (refused connection, DNS, TLS handshake) from one that may have arrived:
the connection notes the moment before the first byte is written.
"""

import json
import ssl
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from zrg.workspaces.context import refuse_inside_context

MAX_RESPONSE_BYTES = 5 * 1024 * 1024
CONNECT_TIMEOUT_SECONDS = 10.0
CHUNK_BYTES = 65_536


@dataclass(slots=True)
class Wire:
    """Notes of the exchange in progress."""

    written: bool = False


_wire: ContextVar[Wire] = ContextVar("provider_wire")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request: `template` is the path with its ids replaced, as it may be logged.

    `accepts_text`: a 2xx answer may be empty or plain text; the reader then gets it as a string.
    """

    method: str
    path: str
    template: str
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    json: Any = None
    accepts_text: bool = False

    @property
    def reads_only(self) -> bool:
        """Whether repeating the call changes nothing at the provider."""
        return self.method in ("GET", "HEAD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """`status` is None when no answer came; `failure` then says `timeout` or `network`.

    `written`: the request may have reached the provider. `complete`: the answer's body was read to
    its end; `body` is None when it was not, or is no JSON.
    """

    written: bool
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    text: str = ""
    is_json: bool = False
    failure: str | None = None
    detail: str = ""


class _Noting:
    """Notes the first byte; connecting (with TLS) happens before it."""

    def send(self, data: Any) -> None:
        if self.sock is None:  # type: ignore[attr-defined]
            self.connect()  # type: ignore[attr-defined]
        _wire.get().written = True
        super().send(data)  # type: ignore[misc]


class _NotingHTTPConnection(_Noting, HTTPConnection):
    pass


class _NotingHTTPSConnection(_Noting, HTTPSConnection):
    pass


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _NotingHTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _NotingHTTPSConnection


class _NotingAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


def exchange(call: Call, *, base_url: str, timeout: float) -> Exchange:
    """Send one request on a connection of its own and read its answer within `timeout` seconds.

    A reused connection may be closed by the peer at the moment of writing, which would make a request
    that never arrived look like one that may have; so none is kept. Refused inside a transaction.
    """
    refuse_inside_context("provider call")
    wire = Wire()
    token = _wire.set(wire)
    deadline = time.monotonic() + timeout
    try:
        with (
            _session() as session,
            session.request(
                call.method,
                base_url + call.path,
                params=call.params or None,
                json=call.json,
                headers={"User-Agent": f"ZRG/{settings.VERSION}", "Connection": "close", **call.headers},
                timeout=(min(timeout, CONNECT_TIMEOUT_SECONDS), timeout),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            return _read(response, deadline)
    except requests.exceptions.Timeout as error:
        return Exchange(written=wire.written, failure="timeout", detail=type(error).__name__)
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, ssl.SSLError, OSError) as error:
        return Exchange(written=wire.written, failure="network", detail=_describe(error))
    finally:
        _wire.reset(token)


def _session() -> requests.Session:
    session = requests.Session()
    # The environment may hold a .netrc whose password would replace our Authorization header.
    session.trust_env = False
    adapter = _NotingAdapter(max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _read(response: requests.Response, deadline: float) -> Exchange:
    headers = {name.lower(): value for name, value in response.headers.items()}
    content = bytearray()
    detail = ""
    try:
        for chunk in response.iter_content(CHUNK_BYTES):
            content += chunk
            if len(content) > MAX_RESPONSE_BYTES or time.monotonic() > deadline:
                detail = "answer too long" if len(content) > MAX_RESPONSE_BYTES else "answer too slow"
                break
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        detail = _describe(error)
    if detail:
        return Exchange(written=True, status=response.status_code, headers=headers, detail=detail)
    text = content.decode("utf-8", "replace")
    try:
        body, is_json = json.loads(text), True
    except ValueError:
        body, is_json = None, False
    return Exchange(
        written=True, status=response.status_code, headers=headers, body=body, text=text[:2_000], is_json=is_json
    )


def _describe(error: BaseException) -> str:
    reason = error.args[0] if error.args else error
    return (
        type(getattr(reason, "reason", None) or reason).__name__
        if isinstance(reason, Exception)
        else type(error).__name__
    )
