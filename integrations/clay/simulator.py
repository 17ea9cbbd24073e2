"""Clay on this machine: two tables that take rows, and the call a table makes about one."""

import hashlib
import hmac
import json
import threading
from typing import Any

from integrations.env import clay_callback_secret, clay_callback_uses_hmac
from integrations.simulator.core import Outgoing, SimRequest, SimResponse

TABLES = ("linkedin", "phone")
RESULTS = ("success", "not_found", "error")
_FOUND = {"phone": "+1 (415) 555-2671", "linkedin": "https://www.linkedin.com/in/dana-reyes/"}
_RESULT_FIELD = {"phone": "phone", "linkedin": "linkedinUrl"}


class ClaySimulator:
    """`POST /linkedin` and `POST /phone` take a row; the answer comes only when somebody lets it."""

    events = tuple(f"{table}.{result}" for table in ("phone", "linkedin") for result in RESULTS)
    fields = ("email", "text", "lead_id")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Both tables empty."""
        with self._lock:
            self.rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}

    def handle(self, request: SimRequest) -> SimResponse:
        """Take a row."""
        table = request.path.strip("/")
        if table not in TABLES:
            return SimResponse(status=404, body={"type": "NotFound", "message": "Webhook source not found"})
        if request.method != "POST":
            return SimResponse(status=405, body={"type": "MethodNotAllowed", "message": "Use POST"})
        if not isinstance(request.json, dict):
            return SimResponse(status=400, body={"type": "BadRequest", "message": "Invalid JSON"})
        with self._lock:
            self.rows[table].append(request.json)
        return SimResponse(body="OK")

    def compose(self, given: dict[str, Any], *, base_url: str) -> Outgoing:
        """The call about the newest row of the person (`lead_id` or `email`); `text` is what was found."""
        table, _, result = str(given["event"]).partition(".")
        body: dict[str, Any] = {"leadId": self._lead_id(table, given), "enrichmentType": table, "status": result}
        if result == "success":
            body[_RESULT_FIELD[table]] = given.get("text") or _FOUND[table]
        if result == "error":
            body["error"] = given.get("text") or "The enrichment failed"
        text = json.dumps(body)
        return Outgoing(path="/api/webhooks/clay", json=body, body=text, headers=sign(text))

    def _lead_id(self, table: str, given: dict[str, Any]) -> str:
        if given.get("lead_id"):
            return str(given["lead_id"])
        with self._lock:
            rows = [row for row in self.rows[table] if row.get("emailAddress") == given.get("email")]
        if not rows:
            raise ValueError(f"nobody asked the {table} table about {given.get('email')}")
        return str(rows[-1]["leadId"])


def sign(body: str) -> dict[str, str]:
    """The headers of a call, as the table is set up by the environment."""
    secret = clay_callback_secret()
    if not clay_callback_uses_hmac():
        return {"Content-Type": "application/json", "x-clay-signature": secret}
    digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "x-clay-signature": f"sha256={digest}"}
