"""Instantly on this machine: campaigns, answering an e-mail, its errors, and its webhooks."""

import threading
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from integrations.simulator.core import Outgoing, SimRequest, SimResponse

DEMO_API_KEY = "simulator-instantly-key"
DEMO_WEBHOOK_SECRET = "simulator-instantly-secret"  # noqa: S105 - known to everybody who reads this
MAILBOX = "priya@outbound.example"
WORKSPACE = "0b6c4f0e-2b2a-4f5e-9a0e-5a3f6d1c7e90"
MAX_PAGE = 100

_CAMPAIGN = {"id": "6f0d1d7a-9a57-4ae2-8c3e-0b9a4f7d2c11", "name": "Dental owners", "status": 1}


class InstantlySimulator:
    """One account. Answers to unknown e-mails are accepted: they may have come to the product from
    somewhere else.
    """

    events = (
        "reply_received",
        "auto_reply_received",
        "email_sent",
        "email_bounced",
        "lead_unsubscribed",
        "unsubscribed",
    )
    fields = ("client_id", "email", "text", "first_name", "subject", "secret")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """The campaign and nobody else."""
        with self._lock:
            self.keys = {DEMO_API_KEY}
            self.webhook_secret = DEMO_WEBHOOK_SECRET
            self.campaigns = [dict(_CAMPAIGN)]
            self.sent: list[dict[str, Any]] = []
            self.received: dict[str, dict[str, Any]] = {}

    def handle(self, request: SimRequest) -> SimResponse:
        """Perform one call of the API."""
        with self._lock:
            if request.bearer not in self.keys:
                return _error(401, "Unauthorized", "Invalid API key")
            if (request.method, request.path) == ("GET", "/api/v2/campaigns"):
                return self._campaigns(request)
            if (request.method, request.path) == ("POST", "/api/v2/emails/reply"):
                return self._reply(request)
            return _error(404, "Not Found", f"Route {request.method}:{request.path} not found")

    def compose(self, given: dict[str, Any], *, base_url: str) -> Outgoing:
        """A person (or a step of the campaign) acts. `client_id` names the workspace, `secret` replaces the
        webhook secret.
        """
        event = str(given["event"])
        payload: dict[str, Any] = {
            "timestamp": _now(),
            "event_type": event,
            "workspace": WORKSPACE,
            "campaign_id": _CAMPAIGN["id"],
            "campaign_name": _CAMPAIGN["name"],
            "lead_email": str(given["email"]).lower(),
        }
        if event not in ("lead_unsubscribed", "unsubscribed"):
            payload |= {"email_account": MAILBOX, "email_id": str(uuid4()), "step": 1}
        if event in ("reply_received", "auto_reply_received"):
            payload |= self._received(payload, given)
        elif event == "email_sent":
            hello = f"Hi {given.get('first_name') or 'there'}, may I show you one idea?"
            payload |= {"email_subject": "quick idea", "email_text": hello, "email_html": f"<p>{hello}</p>"}
        secret = str(given.get("secret") or self.webhook_secret)
        return Outgoing(
            path=f"/api/webhooks/instantly?clientId={given['client_id']}",
            json=payload,
            headers={"Authorization": f"Bearer {secret}"},
        )

    # --- control: what happens at the provider without the product -------------------------------------

    def add_key(self, key: str) -> None:
        """Accept one more API key."""
        with self._lock:
            self.keys.add(key)

    # --- the API ------------------------------------------------------------------------------------

    def _campaigns(self, request: SimRequest) -> SimResponse:
        size = _int(request.query.get("limit")) or 10
        if not 1 <= size <= MAX_PAGE:
            return _error(400, "Bad Request", f"querystring/limit must be <= {MAX_PAGE}")
        after = request.query.get("starting_after", "")
        ids = [campaign["id"] for campaign in self.campaigns]
        start = ids.index(after) + 1 if after in ids else 0
        page = self.campaigns[start : start + size]
        more = start + size < len(self.campaigns)
        return SimResponse(body=deepcopy({"items": page, **({"next_starting_after": page[-1]["id"]} if more else {})}))

    def _reply(self, request: SimRequest) -> SimResponse:
        given = request.json if isinstance(request.json, dict) else {}
        body = given.get("body") if isinstance(given.get("body"), dict) else {}
        for name in ("reply_to_uuid", "eaccount", "subject"):
            if not isinstance(given.get(name), str) or not given[name].strip():
                return _error(400, "Bad Request", f"body must have required property '{name}'")
        if not (body or {}).get("html") and not (body or {}).get("text"):
            return _error(400, "Bad Request", "body/body must have html or text")
        if "@" not in given["eaccount"]:
            return _error(404, "Not Found", "Account not found")
        answered = self.received.get(given["reply_to_uuid"], {})
        email = {
            "id": str(uuid4()),
            "timestamp_email": _now(),
            "message_id": f"<{uuid4()}@outbound.example>",
            "subject": given["subject"],
            "from_address_email": given["eaccount"],
            "to_address_email_list": answered.get("lead_email", ""),
            "cc_address_email_list": given.get("cc_address_email_list", ""),
            "body": deepcopy(body),
            "reply_to_uuid": given["reply_to_uuid"],
            "thread_id": answered.get("email_id") or str(uuid4()),
        }
        self.sent.append(email)
        return SimResponse(body=deepcopy(email))

    def _received(self, about: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        text = str(given.get("text") or "")
        with self._lock:
            self.received[about["email_id"]] = about
        return {
            "is_first": True,
            "variant": 0,
            "unibox_url": f"https://app.instantly.ai/app/unibox?thread={about['email_id']}",
            "reply_subject": given.get("subject") or "Re: quick idea",
            "reply_text": text,
            "reply_html": None,
            "reply_text_snippet": text[:60],
        }


def _error(status: int, error: str, message: str) -> SimResponse:
    return SimResponse(status=status, body={"statusCode": status, "error": error, "message": message})


def _int(value: str | None) -> int:
    return int(value) if value and value.isdecimal() else 0


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
