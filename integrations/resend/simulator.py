"""Resend on this machine: keys, verified domains, idempotency keys, and the mails that were sent."""

import re
import threading
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from integrations.simulator.core import SimRequest, SimResponse

DEMO_API_KEY = "re_simulator_key"
DEMO_SENDER = "ZRG <alerts@zrg.example>"

_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_SENDER = re.compile(r"(?:[^<>]*<)?(?P<address>[^@\s<>]+@(?P<domain>[^@\s<>]+\.[^@\s<>]+))>?")
_REQUIRED = ("from", "to", "subject")


class ResendSimulator:
    """`POST /emails` and `GET /domains`. Every domain is verified, except those in `unverified`."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """The key, and no mail."""
        with self._lock:
            self.keys = {DEMO_API_KEY}
            self.sending_only: set[str] = set()
            self.unverified: set[str] = set()
            self.emails: list[dict[str, Any]] = []
            self._answered: dict[str, tuple[Any, str]] = {}

    def handle(self, request: SimRequest) -> SimResponse:
        """Perform one call."""
        with self._lock:
            if not request.bearer:
                return _error(401, "missing_api_key", "Missing API Key")
            if request.bearer not in self.keys:
                # The sending endpoint and all others differ in their status.
                return _error(401 if request.path == "/emails" else 400, "validation_error", "API key is invalid")
            if (request.method, request.path) == ("POST", "/emails"):
                return self._send(request)
            if (request.method, request.path) == ("GET", "/domains"):
                return self._domains(request)
            return _error(404, "not_found", "The requested endpoint does not exist.")

    def sent_to(self, address: str) -> list[dict[str, Any]]:
        """The mails somebody got, oldest first."""
        with self._lock:
            return [mail for mail in self.emails if address in mail["to"]]

    def _domains(self, request: SimRequest) -> SimResponse:
        if request.bearer in self.sending_only:
            return _error(401, "restricted_api_key", "This API key is restricted to only send emails")
        return SimResponse(body={"object": "list", "data": []})

    def _send(self, request: SimRequest) -> SimResponse:
        given = request.json if isinstance(request.json, dict) else {}
        key = request.headers.get("idempotency-key", "")
        if len(key) > 256:
            return _error(400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
        if refused := self._refusal(given):
            return refused
        if key in self._answered:
            body, mail_id = self._answered[key]
            if body != given:
                message = "Same idempotency key used with a different request payload."
                return _error(409, "invalid_idempotent_request", message)
            return SimResponse(body={"id": mail_id})
        mail_id = str(uuid5(NAMESPACE_URL, f"mail-{len(self.emails)}"))
        to = given["to"] if isinstance(given["to"], list) else [given["to"]]
        self.emails.append({**given, "to": to, "id": mail_id})
        if key:
            self._answered[key] = (given, mail_id)
        return SimResponse(body={"id": mail_id})

    def _refusal(self, given: dict[str, Any]) -> SimResponse | None:
        missing = next((name for name in _REQUIRED if not given.get(name)), None)
        if missing:
            return _error(422, "missing_required_field", f"Missing `{missing}` field.")
        sender = _SENDER.fullmatch(str(given["from"]))
        if sender is None:
            message = "Invalid `from` field. The email address needs to follow the `email@example.com` format."
            return _error(422, "validation_error", message)
        to = given["to"] if isinstance(given["to"], list) else [given["to"]]
        if len(to) > 50 or not all(_ADDRESS.fullmatch(str(address)) for address in to):
            return _error(422, "validation_error", "Invalid `to` field.")
        if sender["domain"] in self.unverified:
            message = f"The {sender['domain']} domain is not verified. Please, add and verify your domain."
            return _error(403, "validation_error", message)
        return None


def _error(status: int, name: str, message: str) -> SimResponse:
    return SimResponse(status=status, body={"statusCode": status, "name": name, "message": message})
