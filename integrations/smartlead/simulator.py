"""SmartLead on this machine: campaigns, answering in a thread, its errors, and its webhooks."""

import re
import threading
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from integrations.simulator.core import Outgoing, SimRequest, SimResponse

DEMO_API_KEY = "simulator-smartlead-key"
DEMO_WEBHOOK_SECRET = "simulator-smartlead-secret"  # noqa: S105 - known to everybody who reads this

MAILBOX = {"email": "priya@outbound.example", "name": "Priya Nair"}

_CAMPAIGN = {"id": 88410, "name": "Dental owners", "status": "ACTIVE"}
_QUEUED = "Email added to the queue, will be sent out soon!"
_UNAUTHENTICATED = SimResponse(status=401, body={"message": "Invalid API Key"})
_STATS = UUID("6f0d1d7a-9a57-4ae2-8c3e-0b9a4f7d2c11")


class SmartLeadSimulator:
    """One account. Answers in unknown threads are accepted: their reply may have come to the product from
    somewhere else.
    """

    events = ("EMAIL_REPLY", "EMAIL_SENT", "LEAD_UNSUBSCRIBED")
    fields = ("client_id", "email", "text", "first_name", "last_name", "subject", "from_email", "secret")

    def __init__(self, first: int = 0) -> None:
        self._first = first
        self._lock = threading.RLock()
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., SimResponse]]] = [
            ("GET", re.compile(r"/api/v1/campaigns/?"), self._campaigns),
            ("POST", re.compile(r"/api/v1/campaigns/([^/]+)/reply-email-thread"), self._reply),
        ]
        self.reset()

    def reset(self) -> None:
        """The campaign and nobody else."""
        with self._lock:
            self.keys = {DEMO_API_KEY}
            self.webhook_secret = DEMO_WEBHOOK_SECRET
            self.campaigns: dict[int, dict[str, Any]] = {88410: dict(_CAMPAIGN)}
            self.leads: dict[str, dict[str, Any]] = {}
            self.queued: list[dict[str, Any]] = []
            self._replies = self._first

    def handle(self, request: SimRequest) -> SimResponse:
        """Perform one call of the API."""
        with self._lock:
            if request.query.get("api_key") not in self.keys:
                return _UNAUTHENTICATED
            for method, pattern, action in self._routes:
                match = pattern.fullmatch(request.path)
                if match and method == request.method:
                    return action(request, *match.groups())
            return SimResponse(status=404, body={"message": f"Cannot {request.method} {request.path}"})

    def compose(self, given: dict[str, Any], *, base_url: str) -> Outgoing:
        """A person (or a step of the campaign) acts. `client_id` names the workspace, `secret` replaces the
        webhook secret, `from_email` is a colleague who answers instead.
        """
        event, email = str(given["event"]), str(given["email"]).lower()
        with self._lock:
            lead = self.add_lead(email, first_name=given.get("first_name"), last_name=given.get("last_name"))
            about = {
                "EMAIL_REPLY": self._replied,
                "EMAIL_SENT": self._sent,
                "LEAD_UNSUBSCRIBED": self._unsubscribed,
            }[event](lead, given)
            secret = str(given.get("secret") or self.webhook_secret)
        payload = {"event_type": event, "secret_key": secret, **self._campaign_part(), **about}
        return Outgoing(path=f"/api/webhooks/smartlead?clientId={given['client_id']}", json=payload)

    # --- control: what happens at the provider without the product -------------------------------------

    def add_key(self, key: str) -> None:
        """Accept one more API key."""
        with self._lock:
            self.keys.add(key)

    def add_lead(self, email: str, *, first_name: str | None = None, last_name: str | None = None) -> dict[str, Any]:
        """A lead of the campaign with one step sent; the existing one for a known address."""
        with self._lock:
            name = " ".join(filter(None, (first_name, last_name)))
            lead = self.leads.setdefault(
                email, {"id": 3_310_021 + len(self.leads), "email": email, "name": "", "stats_id": _stats_id(email)}
            )
            lead["name"] = name or lead["name"]
            return lead

    # --- the API ------------------------------------------------------------------------------------

    def _campaigns(self, request: SimRequest) -> SimResponse:
        return SimResponse(body=deepcopy(list(self.campaigns.values())))

    def _reply(self, request: SimRequest, campaign_id: str) -> SimResponse:
        given = request.json if isinstance(request.json, dict) else {}
        if not campaign_id.isdecimal():
            return SimResponse(status=400, body={"error": '"campaign_id" must be a number'})
        for name in ("email_stats_id", "email_body"):
            if not isinstance(given.get(name), str) or not given[name].strip():
                return SimResponse(status=400, body={"error": f'"{name}" is required'})
        if "@" not in str(given.get("to_email") or "@"):
            return SimResponse(status=400, body={"error": '"to_email" must be a valid email'})
        self.queued.append({"campaign_id": int(campaign_id), **deepcopy(given)})
        return SimResponse(body=_QUEUED)

    # --- parts of the calls it makes ------------------------------------------------------------------

    def _replied(self, lead: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        self._replies += 1
        text, writer = str(given.get("text") or ""), str(given.get("from_email") or lead["email"]).lower()
        return {
            **self._person_part(lead),
            "stats_id": lead["stats_id"],
            "sequence_number": 1,
            "from_email": writer,
            "to_email": MAILBOX["email"],
            "to_name": MAILBOX["name"],
            "cc_emails": [],
            "subject": given.get("subject") or "Re: quick idea",
            "preview_text": text[:60],
            "reply_message": {
                "message_id": f"<r{self._replies}.{lead['stats_id']}@mail.example>",
                "html": None,
                "text": text,
                "time": _now(),
            },
            "event_timestamp": _now(),
            "lead_correspondence": {"targetLeadEmail": lead["email"], "replyReceivedFrom": writer},
        }

    def _sent(self, lead: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        first_name = lead["name"].partition(" ")[0] or "there"
        html = f"<p>Hi {first_name}, may I show you one idea?</p>"
        return {
            **self._person_part(lead),
            "stats_id": lead["stats_id"],
            "sequence_number": 1,
            "from_email": MAILBOX["email"],
            "to_email": lead["email"],
            "to_name": lead["name"],
            "subject": "quick idea",
            "sent_message_body": html,
            "sent_message": {"message_id": f"<s.{lead['stats_id']}@outbound.example>", "html": html, "time": _now()},
            "event_timestamp": _now(),
        }

    def _unsubscribed(self, lead: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        return {**self._person_part(lead), "event_timestamp": int(datetime.now(UTC).timestamp())}

    def _person_part(self, lead: dict[str, Any]) -> dict[str, Any]:
        return {"sl_lead_email": lead["email"], "sl_lead_name": lead["name"], "sl_email_lead_id": str(lead["id"])}

    def _campaign_part(self) -> dict[str, Any]:
        return {
            "webhook_id": 5512,
            "webhook_name": "zrg",
            "campaign_id": _CAMPAIGN["id"],
            "campaign_name": _CAMPAIGN["name"],
            "campaign_status": _CAMPAIGN["status"],
            "client_id": None,
        }


def _stats_id(email: str) -> str:
    return str(uuid5(_STATS, email))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
