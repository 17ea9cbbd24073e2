"""Reading one public web page that a person named, without reaching into our own network (05.knowledge-url-guard).

The name is resolved once, when connecting; every address it has must be public, and the socket goes to
exactly what was checked. Each redirect is a new address with the same checks. No cookies, no credentials,
no proxy of the environment.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import urllib3
from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection

from zrg.lib.public_addresses import is_loopback, is_public
from zrg.workspaces.context import refuse_inside_context

MAX_BYTES = 2 * 1024 * 1024
MAX_REDIRECTS = 3
TOTAL_SECONDS = 15.0
SOCKET_SECONDS = 5.0
CHUNK_BYTES = 16_384
MAX_URL_CHARS = 2_000
PORTS = frozenset({80, 443, 8080, 8443})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {"User-Agent": "ZRG knowledge reader", "Accept": "text/html,text/plain,text/*;q=0.9,*/*;q=0.1"}


class FetchFailed(Exception):
    """No page: `code` is for programs, the message for the person who named it; `again` when trying later may help."""

    def __init__(self, code: str, message: str, *, again: bool = False):
        super().__init__(message)
        self.code = code
        self.message = message
        self.again = again


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What stood at the end of the redirects."""

    url: str
    content_type: str
    body: bytes


def fetch_page(url: str) -> Page:
    """The page at `url`: at most 2 MiB within 15 seconds and 3 redirects; FetchFailed otherwise."""
    refuse_inside_context("page fetch")
    with _Watch(TOTAL_SECONDS) as watch:
        for _ in range(MAX_REDIRECTS + 1):
            checked_url(url)
            answer = _get(url, watch)
            if isinstance(answer, Page):
                return answer
            url = urljoin(url, answer)
    raise FetchFailed("too_many_redirects", "The page redirects too often.")


def checked_url(url: str) -> str:
    """`url` if its form is allowed: http(s), a host, an ordinary port, no credentials. Its network is checked later."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise FetchFailed("bad_url", "This is not a web address.") from error
    if len(url) > MAX_URL_CHARS or parts.scheme not in ("http", "https") or not host:
        raise FetchFailed("bad_url", "The address must begin with http:// or https://.")
    if any(character.isspace() or ord(character) < 32 for character in url):
        raise FetchFailed("bad_url", "The address contains blanks.")
    if parts.username is not None or parts.password is not None:
        raise FetchFailed("credentials", "The address must not contain a user name or password.")
    if port is not None and port not in PORTS and not _is_our_simulator(host):
        raise FetchFailed("bad_port", "The address names an unusual port.")
    return url


def _is_our_simulator(host: str) -> bool:
    return settings.ZRG_ALLOW_LOOPBACK_PROVIDERS and (host == "localhost" or is_loopback(host))


class _Watch:
    """Ends every socket of a fetch when its time is over: a page that drips bytes cannot hold us."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> "_Watch":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def add(self, opened: socket.socket) -> None:
        """Watch this socket too."""
        self._sockets.append(opened)
        if self.expired:
            self._expire()

    def _expire(self) -> None:
        self.expired = True
        for opened in self._sockets:
            try:
                opened.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # closed already


def _get(url: str, watch: _Watch) -> "Page | str":
    """The page, or the target of a redirect."""
    try:
        with _opened(url, watch) as response:
            target = response.headers.get("Location")
            if response.status in REDIRECTS and target:
                return target
            if response.status != 200:
                again = response.status == 429 or response.status >= 500
                raise FetchFailed("status", f"The page answered {response.status}.", again=again)
            return Page(url=url, content_type=response.headers.get("Content-Type", ""), body=_body(response, watch))
    except FetchFailed:
        raise
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise _failure(error, watch) from error


def _failure(error: Exception, watch: _Watch) -> FetchFailed:
    refused = _refusal_in(error)
    if refused is not None:
        return refused
    if watch.expired or isinstance(error, urllib3.exceptions.TimeoutError):
        return FetchFailed("timeout", "The page did not answer in time.", again=True)
    return FetchFailed("network", "The page cannot be reached.", again=True)


@contextmanager
def _opened(url: str, watch: _Watch) -> Iterator[urllib3.BaseHTTPResponse]:
    parts = urlsplit(url)
    pool_class, port = (_HTTPSPool, 443) if parts.scheme == "https" else (_HTTPPool, 80)
    timeout = urllib3.Timeout(connect=SOCKET_SECONDS, read=SOCKET_SECONDS)
    with pool_class(parts.hostname or "", parts.port or port, timeout=timeout, retries=False, maxsize=1) as pool:
        pool.conn_kw["watch"] = watch
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        response = pool.urlopen("GET", path, headers=HEADERS, redirect=False, preload_content=False)
        try:
            yield response
        finally:
            response.close()


def _body(response: urllib3.BaseHTTPResponse, watch: _Watch) -> bytes:
    body = bytearray()
    for chunk in response.stream(CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > MAX_BYTES:
            raise FetchFailed("too_large", "The page is larger than 2 MiB.")
    if watch.expired:
        raise FetchFailed("timeout", "The page did not answer in time.", again=True)
    return bytes(body)


class _Refused(OSError):
    """Raised while connecting, carried out through urllib3's own exceptions."""

    def __init__(self, failure: FetchFailed):
        super().__init__(failure.code)
        self.failure = failure


def _refusal_in(error: BaseException | None) -> FetchFailed | None:
    while error is not None:
        if isinstance(error, _Refused):
            return error.failure
        error = error.__cause__ or error.__context__
    return None


def _connect(host: str, port: int, watch: _Watch) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _Refused(FetchFailed("unknown_host", "There is no such host.", again=True)) from error
    if not found or not all(_allowed(str(entry[4][0])) for entry in found):
        raise _Refused(FetchFailed("private_address", "The address does not lead to the public internet."))
    family, kind, protocol, _, address = found[0]
    opened = socket.socket(family, kind, protocol)
    opened.settimeout(SOCKET_SECONDS)
    watch.add(opened)
    try:
        opened.connect(address)
    except OSError:
        opened.close()
        raise
    return opened


def _allowed(address: str) -> bool:
    return is_public(address) or (settings.ZRG_ALLOW_LOOPBACK_PROVIDERS and is_loopback(address))


class _HTTPConnection(HTTPConnection):
    def __init__(self, *args: object, watch: _Watch, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.watch = watch

    def _new_conn(self) -> socket.socket:
        return _connect(self._dns_host, self.port, self.watch)


class _HTTPSConnection(HTTPSConnection):
    def __init__(self, *args: object, watch: _Watch, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.watch = watch

    def _new_conn(self) -> socket.socket:
        return _connect(self._dns_host, self.port, self.watch)


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection
