"""EmailBison on this machine: the calls of the client with state, its errors, and its webhooks."""

import re
import threading
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from integrations.simulator.core import Outgoing, SimRequest, SimResponse

DEMO_API_KEY = "simulator-emailbison-key"
WORKSPACE_ID = 1
WORKSPACE_NAME = "Simulated agency client"
PER_PAGE = 15
FIRST_LEAD = 55_020
MOST_LEADS = 1_000_000_000

_UNAUTHENTICATED = SimResponse(status=401, body={"message": "Unauthenticated."})
_CAMPAIGN = {"id": 402, "name": "Owners Q2", "status": "active"}
_SENDERS = (
    {"id": 67, "email": "priya@outbound.example", "name": "Priya Nair", "status": "Connected"},
    {"id": 68, "email": "priya.nair@outbound.example", "name": "Priya Nair", "status": "Connected"},
)


REPLY_EVENTS = ("LEAD_REPLIED", "LEAD_INTERESTED", "UNTRACKED_REPLY_RECEIVED")
STEP_EVENTS = ("EMAIL_SENT", "EMAIL_OPENED", "EMAIL_BOUNCED", "LEAD_UNSUBSCRIBED")
PERSON_FIELDS = ("first_name", "last_name", "company", "title", "from_email")


class EmailBisonSimulator:
    """One instance with one workspace. Replies to unknown threads are accepted: their inbound mail may
    have come to the product from somewhere else.
    """

    events = (*REPLY_EVENTS, *STEP_EVENTS)
    fields = ("email", "text", "first_name", "last_name", "company", "title", "subject", "from_email", "client_id")

    def __init__(self, first: int = 0) -> None:
        self._first = first
        self._lock = threading.RLock()
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., SimResponse]]] = [
            ("GET", re.compile(r"/api/campaigns"), self._campaigns),
            ("GET", re.compile(r"/api/campaigns/(\w+)/leads"), self._campaign_leads),
            ("POST", re.compile(r"/api/campaigns/(\w+)/leads/stop-future-emails"), self._stop),
            ("POST", re.compile(r"/api/replies/(\w+)/reply"), self._reply),
            ("GET", re.compile(r"/api/replies"), self._search_replies),
            ("GET", re.compile(r"/api/leads"), self._search_leads),
            ("POST", re.compile(r"/api/leads"), self._create_lead),
            ("GET", re.compile(r"/api/leads/(\w+)"), self._lead),
            ("PATCH", re.compile(r"/api/leads/(\w+)"), self._change_lead),
            ("GET", re.compile(r"/api/leads/(\w+)/replies"), self._lead_replies),
            ("GET", re.compile(r"/api/leads/(\w+)/(sent|scheduled)-emails"), self._lead_emails),
            ("GET", re.compile(r"/api/sender-emails"), self._sender_emails),
        ]
        self.reset()

    def reset(self) -> None:
        """The campaign, the mailboxes and nobody else."""
        with self._lock:
            self.keys = {DEMO_API_KEY}
            self.campaigns: dict[int, dict[str, Any]] = {402: deepcopy(_CAMPAIGN)}
            self.senders = [deepcopy(sender) for sender in _SENDERS]
            self.leads: dict[int, dict[str, Any]] = {}
            self.replies: dict[int, dict[str, Any]] = {}
            self.scheduled: dict[int, dict[str, Any]] = {}
            self.stopped: list[tuple[int, int]] = []
            start = {"reply": 771_203, "scheduled": 910_006, "event": 88_122}
            self._last = {kind: number + self._first for kind, number in start.items()}

    def handle(self, request: SimRequest) -> SimResponse:
        """Perform one call of the API."""
        with self._lock:
            if request.bearer not in self.keys:
                return _UNAUTHENTICATED
            for method, pattern, action in self._routes:
                match = pattern.fullmatch(request.path)
                if match and method == request.method:
                    return action(request, *match.groups())
            return _not_found()

    def compose(self, given: dict[str, Any], *, base_url: str) -> Outgoing:
        """A person (or a step of the campaign) acts; `client_id` names the workspace where the account does not."""
        person = {name: given[name] for name in PERSON_FIELDS if given.get(name)}
        email, event = str(given["email"]), str(given["event"])
        if event in REPLY_EVENTS:
            text, subject = str(given.get("text") or ""), str(given.get("subject") or "")
            payload = self.write_as_lead(email, text, event_type=event, subject=subject, base_url=base_url, **person)
        else:
            payload = self.event_about(email, event, base_url=base_url, **person)
        query = f"?{urlencode({'clientId': given['client_id']})}" if given.get("client_id") else ""
        return Outgoing(path=f"/api/webhooks/email{query}", json=payload)

    # --- control: what happens at the provider without the product -------------------------------------

    def add_key(self, key: str) -> None:
        """Accept one more API key."""
        with self._lock:
            self.keys.add(key)

    def add_lead(self, email: str, *, lead_id: int | None = None, **values: Any) -> dict[str, Any]:
        """A lead of the campaign with one step sent; the existing one for a known address."""
        with self._lock:
            known = next((lead for lead in self.leads.values() if lead["email"] == email.lower()), None)
            if known is not None:
                known.update({name: value for name, value in values.items() if value})
                return known
            # The same for an address after every start, as at the provider.
            new_id = lead_id or FIRST_LEAD + crc32(email.lower().encode()) % MOST_LEADS
            lead: dict[str, Any] = {
                "id": new_id,
                "email": email.lower(),
                "first_name": values.get("first_name") or "",
                "last_name": values.get("last_name") or "",
                "company": values.get("company") or "",
                "title": values.get("title") or "",
                "status": "in_sequence",
                "custom_variables": [],
            }
            self.leads[new_id] = lead
            self._send_step(lead)
            return lead

    def write_as_lead(
        self,
        email: str,
        text: str,
        *,
        event_type: str = "LEAD_REPLIED",
        subject: str = "",
        base_url: str,
        **values: Any,
    ) -> dict[str, Any]:
        """A person answers: keeps the reply and returns the call the provider makes about it."""
        with self._lock:
            lead = self.add_lead(email, **values)
            step = next(step for step in self.scheduled.values() if step["lead_id"] == lead["id"])
            writer = str(values.get("from_email") or lead["email"])
            reply = self._keep_reply(lead, text, subject or f"Re: {step['email_subject']}", writer)
            reply["interested"] = True if event_type == "LEAD_INTERESTED" else None
            data: dict[str, Any] = {"reply": reply, "sender_email": self._sender_part()}
            if event_type == "UNTRACKED_REPLY_RECEIVED":
                reply["type"] = "Untracked Reply"
                data |= {"lead": None, "campaign": None, "scheduled_email": None}
            else:
                data |= {"lead": lead, "campaign": self._campaign_part(), "scheduled_email": step}
            return self._call(event_type, data, base_url)

    def event_about(self, email: str, event_type: str, *, base_url: str, **values: Any) -> dict[str, Any]:
        """The call about a step sent, opened or bounced, or an unsubscribe."""
        with self._lock:
            lead = self.add_lead(email, **values)
            step = next(step for step in self.scheduled.values() if step["lead_id"] == lead["id"])
            data: dict[str, Any] = {
                "lead": lead,
                "campaign": self._campaign_part(),
                "sender_email": self._sender_part(),
                "scheduled_email": step,
            }
            if event_type == "EMAIL_BOUNCED":
                step["status"] = "bounced"
                report = self._keep_reply(lead, "550 5.1.1 user unknown", "Undeliverable", "mailer-daemon@mx.example")
                data["reply"] = report
            if event_type == "LEAD_UNSUBSCRIBED":
                del data["scheduled_email"]
            return self._call(event_type, data, base_url)

    # --- the API ------------------------------------------------------------------------------------

    def _campaigns(self, request: SimRequest) -> SimResponse:
        return _page(request, list(self.campaigns.values()))

    def _campaign_leads(self, request: SimRequest, campaign_id: str) -> SimResponse:
        if _int(campaign_id) not in self.campaigns:
            return _not_found()
        return _page(request, list(self.leads.values()))

    def _stop(self, request: SimRequest, campaign_id: str) -> SimResponse:
        wanted = (request.json or {}).get("lead_ids")
        if not isinstance(wanted, list) or not wanted:
            return _invalid({"lead_ids": ["The lead ids field is required."]})
        if _int(campaign_id) not in self.campaigns:
            return _not_found()
        self.stopped.extend((_int(campaign_id), _int(lead_id)) for lead_id in wanted)
        return SimResponse(body={"data": {"success": True, "message": "Future emails have been stopped."}})

    def _reply(self, request: SimRequest, reply_id: str) -> SimResponse:
        given = request.json if isinstance(request.json, dict) else {}
        if not str(given.get("message") or "").strip():
            return _invalid({"message": ["The message field is required."]})
        sender = next((one for one in self.senders if one["id"] == given.get("sender_email_id")), None)
        if sender is None or sender["status"] != "Connected":
            return _invalid({"sender_email_id": ["The selected sender email id is invalid."]})
        to = given.get("to_emails")
        if not isinstance(to, list) or not to:
            return _invalid({"to_emails": ["The to emails field is required."]})
        answered = self.replies.get(_int(reply_id))
        sent = self._sent_reply(given, sender, to, answered)
        self.replies[sent["id"]] = sent
        return SimResponse(body={"data": {"success": True, "message": "Reply sent.", "reply": sent}})

    def _sent_reply(
        self, given: dict[str, Any], sender: dict[str, Any], to: list[Any], answered: dict[str, Any] | None
    ) -> dict[str, Any]:
        address = str(to[0].get("email_address", "")).lower()
        known = next((lead for lead in self.leads.values() if lead["email"] == address), None)
        lead_id = answered["lead_id"] if answered else known and known["id"]
        return {
            "id": self._next("reply"),
            "lead_id": lead_id,
            "email_subject": given.get("subject") or (answered or {}).get("email_subject"),
            "from_email_address": sender["email"],
            "from_name": sender["name"],
            "to": [{"address": one.get("email_address"), "name": one.get("name")} for one in to],
            "cc": [
                {"address": one.get("email_address"), "name": one.get("name")} for one in given.get("cc_emails") or []
            ],
            "html_body": given["message"],
            "text_body": None,
            "date_received": _now(),
            "created_at": _now(),
            "automated_reply": False,
            "interested": None,
            "type": "Outgoing Email",
            "folder": "Sent",
        }

    def _search_replies(self, request: SimRequest) -> SimResponse:
        folder = request.query.get("filters[folder]", "all").lower()
        search = request.query.get("filters[search]", "").lower()
        found = [
            reply
            for reply in self.replies.values()
            if folder in ("all", str(reply["folder"]).lower()) and search in str(reply).lower()
        ]
        return _page(request, found)

    def _search_leads(self, request: SimRequest) -> SimResponse:
        wanted = request.query.get("filters[search]") or request.query.get("search") or ""
        return _page(request, [lead for lead in self.leads.values() if wanted.lower() in lead["email"]])

    def _create_lead(self, request: SimRequest) -> SimResponse:
        email = str((request.json or {}).get("email") or "")
        if "@" not in email:
            return _invalid({"email": ["The email field must be a valid email address."]})
        return SimResponse(status=201, body={"data": self.add_lead(**(request.json or {}))})

    def _lead(self, request: SimRequest, lead_id: str) -> SimResponse:
        lead = self.leads.get(_int(lead_id))
        return SimResponse(body={"data": lead}) if lead else _not_found()

    def _change_lead(self, request: SimRequest, lead_id: str) -> SimResponse:
        lead = self.leads.get(_int(lead_id))
        if lead is None:
            return _not_found()
        changed = {variable["name"]: variable for variable in (request.json or {}).get("custom_variables", [])}
        kept = [variable for variable in lead["custom_variables"] if variable["name"] not in changed]
        lead["custom_variables"] = [*kept, *changed.values()]
        return SimResponse(body={"data": lead})

    def _lead_replies(self, request: SimRequest, lead_id: str) -> SimResponse:
        if _int(lead_id) not in self.leads:
            return _not_found()
        folder = request.query.get("filters[folder]", "all").lower()
        mine = [reply for reply in self.replies.values() if reply["lead_id"] == _int(lead_id)]
        return _page(request, [reply for reply in mine if folder in ("all", str(reply["folder"]).lower())])

    def _lead_emails(self, request: SimRequest, lead_id: str, kind: str) -> SimResponse:
        mine = [step for step in self.scheduled.values() if step["lead_id"] == _int(lead_id)]
        return _page(request, [step for step in mine if (step["status"] == "sent") == (kind == "sent")])

    def _sender_emails(self, request: SimRequest) -> SimResponse:
        return _page(request, self.senders)

    # --- parts --------------------------------------------------------------------------------------

    def _next(self, kind: str) -> int:
        self._last[kind] += 1
        return self._last[kind]

    def _send_step(self, lead: dict[str, Any]) -> None:
        step_id = self._next("scheduled")
        self.scheduled[step_id] = {
            "id": step_id,
            "lead_id": lead["id"],
            "sequence_step_id": 31,
            "email_subject": "quick idea",
            "email_body": f"<p>Hi {lead['first_name'] or 'there'}, may I show you one idea?</p>",
            "status": "sent",
            "sent_at": _now(ago=timedelta(days=1)),
            "raw_message_id": f"<a{step_id}@outbound.example>",
        }

    def _keep_reply(self, lead: dict[str, Any], text: str, subject: str, writer: str) -> dict[str, Any]:
        reply_id = self._next("reply")
        name = f"{lead['first_name']} {lead['last_name']}".strip() if writer == lead["email"] else ""
        self.replies[reply_id] = reply = {
            "id": reply_id,
            "lead_id": lead["id"],
            "email_subject": subject,
            "from_email_address": writer,
            "from_name": name,
            "to": [{"address": self.senders[0]["email"], "name": self.senders[0]["name"]}],
            "cc": [],
            "bcc": [],
            "html_body": None,
            "text_body": text,
            "date_received": _now(),
            "created_at": _now(),
            "automated_reply": False,
            "interested": None,
            "type": "Tracked Reply",
            "folder": "Inbox",
        }
        return reply

    def _campaign_part(self) -> dict[str, Any]:
        return {"id": _CAMPAIGN["id"], "name": _CAMPAIGN["name"]}

    def _sender_part(self) -> dict[str, Any]:
        return {name: self.senders[0][name] for name in ("id", "email", "name")}

    def _call(self, event_type: str, data: dict[str, Any], base_url: str) -> dict[str, Any]:
        event = {
            "type": event_type,
            "name": event_type.replace("_", " ").title(),
            "instance_url": base_url,
            "workspace_id": WORKSPACE_ID,
            "workspace_name": WORKSPACE_NAME,
        }
        happened = {"id": self._next("event"), "type": event_type.lower(), "created_at": _now()}
        return deepcopy({"event": event, "data": {**data, "campaign_event": happened}})


def _page(request: SimRequest, rows: list[dict[str, Any]]) -> SimResponse:
    """One page of a list, with the address of the next one."""
    page = max(1, _int(request.query.get("page", "1")))
    size = max(1, min(200, _int(request.query.get("per_page", "0")) or PER_PAGE))
    more = len(rows) > page * size
    following = f"{request.base_url}{request.path}?page={page + 1}&per_page={size}" if more else None
    return SimResponse(body=deepcopy({"data": rows[(page - 1) * size : page * size], "links": {"next": following}}))


def _not_found() -> SimResponse:
    return SimResponse(status=404, body={"data": {"success": False, "message": "Record not found."}})


def _invalid(errors: dict[str, list[str]]) -> SimResponse:
    return SimResponse(status=422, body={"message": next(iter(errors.values()))[0], "errors": errors})


def _int(value: Any) -> int:
    return int(value) if str(value).isdecimal() else 0


def _now(*, ago: timedelta = timedelta(0)) -> str:
    return (datetime.now(UTC) - ago).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
