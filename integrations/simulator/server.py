"""The loopback process that plays all providers: `/<provider>/…`, `/__sim/…` and one page."""

import contextlib
import json
import socket
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from integrations.calendly.simulator import CalendlySimulator
from integrations.clay.simulator import ClaySimulator
from integrations.emailbison.simulator import EmailBisonSimulator
from integrations.emailguard.simulator import EmailGuardSimulator
from integrations.ghl.simulator import GhlSimulator
from integrations.instantly.simulator import InstantlySimulator
from integrations.resend.simulator import ResendSimulator
from integrations.simulator.control import Control
from integrations.simulator.core import Journal, ProviderSimulator, Script, ScriptQueue, SimRequest, SimResponse
from integrations.simulator.model import ModelSimulator
from integrations.simulator.page import render_page
from integrations.slack.simulator import SlackSimulator
from integrations.smartlead.simulator import SmartLeadSimulator
from integrations.unipile.simulator import UnipileSimulator

MAX_BODY_BYTES = 10 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Simulator:
    """All providers with their state, the scripts and the journal; one per process or test.

    Ids are counted from `first` on: a product that remembers an earlier run would take one used again for a repetition.
    """

    def __init__(self, *, product_url: str = "", first: int = 0) -> None:
        self.emailbison = EmailBisonSimulator(first)
        self.smartlead = SmartLeadSimulator(first)
        self.instantly = InstantlySimulator()
        self.ghl = GhlSimulator()
        self.slack = SlackSimulator()
        self.unipile = UnipileSimulator(first)
        self.resend = ResendSimulator()
        self.calendly = CalendlySimulator(first)
        self.model = ModelSimulator()
        self.clay = ClaySimulator()
        self.emailguard = EmailGuardSimulator()
        self.providers: dict[str, ProviderSimulator] = {
            "emailbison": self.emailbison,
            "smartlead": self.smartlead,
            "instantly": self.instantly,
            "ghl": self.ghl,
            "unipile": self.unipile,
            "slack": self.slack,
            "resend": self.resend,
            "calendly": self.calendly,
            "openai": self.model,
            "clay": self.clay,
            "emailguard": self.emailguard,
        }
        self.scripts = ScriptQueue()
        self.journal = Journal()
        self.control = Control(self, product_url=product_url)

    def reset(self) -> None:
        """Forget state, scripts and calls."""
        for provider in self.providers.values():
            provider.reset()
        self.scripts.clear()
        self.journal.clear()


class SimulatorServer(ThreadingHTTPServer):
    """Serves one `Simulator` on a loopback address."""

    daemon_threads = True
    # A test may open many connections at once.
    request_queue_size = 128

    def __init__(self, host: str, port: int, simulator: Simulator):
        if host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("the simulator listens on this machine only")
        self.simulator = simulator
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def serve_in_background(self) -> threading.Thread:
        """Serve in a daemon thread until `shutdown`."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        return thread

    def shutdown(self) -> None:
        """Stop serving, at once where a socket that no longer listens wakes who waits at it."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        super().shutdown()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "ZRG-simulator"
    disable_nagle_algorithm = True
    server: SimulatorServer

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Calls are in the journal; the console stays quiet."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        head, _, rest = parts.path.lstrip("/").partition("/")
        request = self._read(f"/{rest}", parts.query, prefix=head)
        if request is None:
            return
        simulator = self.server.simulator
        if self.headers.get("Host", "").rsplit(":", 1)[0] not in LOOPBACK:
            # A page elsewhere may have pointed its own name at this machine.
            self._answer(SimResponse(status=403, body={"error": "loopback only"}))
        elif not parts.path.strip("/"):
            self._page(render_page(simulator, request))
        elif head == "__sim":
            self._control(request)
        elif head in simulator.providers:
            self._provider(head, simulator.providers[head], request)
        else:
            self._answer(SimResponse(status=404, body={"error": f"no simulator for {head}"}))

    def _read(self, path: str, query: str, *, prefix: str) -> SimRequest | None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            self._answer(SimResponse(status=413, body={"error": "too large"}))
            return None
        body = self.rfile.read(length).decode("utf-8", "replace") if length else ""
        try:
            parsed = json.loads(body) if body else None
        except ValueError:
            parsed = None
        return SimRequest(
            method=self.command,
            path=path,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            json=parsed,
            base_url=f"http://{self.headers.get('Host', '')}/{prefix}",
        )

    def _provider(self, name: str, provider: ProviderSimulator, request: SimRequest) -> None:
        simulator = self.server.simulator
        script = simulator.scripts.take(name, request)
        if script is None:
            response = provider.handle(request)
            simulator.journal.note(name, request, str(response.status))
            self._answer(response)
            return
        if script.hold:
            script.hold.stop()
        if script.delay_ms:
            time.sleep(script.delay_ms / 1_000)
        if script.close == "before":
            simulator.journal.note(name, request, "closed before")
            self._drop()
        elif script.close == "after":
            provider.handle(request)
            simulator.journal.note(name, request, "closed after")
            self._drop()
        else:
            response = _scripted(script) if script.status is not None else provider.handle(request)
            simulator.journal.note(name, request, f"{response.status} (scripted)")
            self._answer(response)

    def _control(self, request: SimRequest) -> None:
        self._answer(self.server.simulator.control.handle(request))

    def _answer(self, response: SimResponse) -> None:
        raw = isinstance(response.body, str)
        content = (response.body if raw else json.dumps(response.body, ensure_ascii=False)).encode()
        self._write(response.status, content, "text/plain" if raw else "application/json", response.headers)

    def _page(self, html: str) -> None:
        self._write(HTTPStatus.OK, html.encode(), "text/html; charset=utf-8", {})

    def _write(self, status: int, content: bytes, content_type: str, headers: dict[str, str]) -> None:
        try:
            self.send_response(status)
            for name, value in {"Content-Type": content_type, **headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            # The caller gave up waiting; that is its right.
            self.close_connection = True

    def _drop(self) -> None:
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The caller was faster.
            return


def _scripted(script: Script) -> SimResponse:
    return SimResponse(status=script.status or 200, body=script.body, headers=script.headers)
