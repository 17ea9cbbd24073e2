"""Unipile on this machine: members of LinkedIn as one account sees them, its chats, and its webhooks.

Everybody exists: a public or member id nobody asked for before is a second-degree member.
"""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from integrations.env import unipile_webhook_secret
from integrations.simulator.core import Outgoing, SimRequest, SimResponse

DEMO_API_KEY = "simulator-unipile-key"
DEMO_ACCOUNT = "simacct1"
OWNER_ID = "ACoAASimOwner000001"
MAX_NOTE = 300

MESSAGE_EVENTS = ("message_received", "message.received")
ECHO_EVENTS = ("echo", "message.sent")
RELATION_EVENTS = ("new_relation", "connection.accepted")
STATUS_EVENT = "AccountStatus"
LOST = ("ERROR", "STOPPED", "CREDENTIALS", "DELETED")

Person = dict[str, Any]


class UnipileSimulator:
    """One server with one account (more can be added)."""

    events = (*MESSAGE_EVENTS, *ECHO_EVENTS, *RELATION_EVENTS, STATUS_EVENT)
    fields = ("linkedin", "text", "first_name", "last_name", "status", "account_id")

    def __init__(self, first: int = 0) -> None:
        self._first = first
        self._lock = threading.RLock()
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., SimResponse]]] = [
            ("GET", re.compile(r"/api/v1/users/me"), self._own_profile),
            ("POST", re.compile(r"/api/v1/users/invite"), self._invite),
            ("GET", re.compile(r"/api/v1/users/([^/]+)"), self._profile),
            ("POST", re.compile(r"/api/v1/chats"), self._start_chat),
            ("GET", re.compile(r"/api/v1/linkedin/inmail_balance"), self._balance),
        ]
        self.reset()

    def reset(self) -> None:
        """The account, its credits and nobody else."""
        with self._lock:
            self.keys = {DEMO_API_KEY}
            self.accounts: dict[str, bool] = {DEMO_ACCOUNT: True}
            self.people: dict[str, Person] = {}
            self.messages: list[dict[str, Any]] = []
            self.balance: dict[str, int | None] = {"premium": 5, "recruiter": None, "sales_navigator": None}
            self._count = self._first

    def handle(self, request: SimRequest) -> SimResponse:
        """Perform one call of the API."""
        with self._lock:
            key = request.headers.get("x-api-key", "")
            if key not in self.keys:
                kind = "invalid_credentials" if key else "missing_credentials"
                return _error(401, kind, "Unauthorized", "The access token is missing or invalid.")
            for method, pattern, action in self._routes:
                match = pattern.fullmatch(request.path)
                if match and method == request.method:
                    given = request.json if isinstance(request.json, dict) else {}
                    account = str(given.get("account_id") or request.query.get("account_id") or "")
                    return self._refusal(account) or action(given, *match.groups())
            return _error(404, "resource_not_found", "Not found", "Cannot find this route.")

    def compose(self, given: dict[str, Any], *, base_url: str) -> Outgoing:
        """A member writes (`message_received`), our account writes in LinkedIn itself (`echo`; without a text
        the newest message sent through the API comes back), an invitation is accepted, or the account
        changes (`AccountStatus`, `status`). Names with a dot are what a relay makes of it.
        """
        with self._lock:
            event, account = str(given["event"]), str(given.get("account_id") or DEMO_ACCOUNT)
            if event == STATUS_EVENT:
                return _outgoing(self._change_account(account, str(given.get("status") or "CREDENTIALS")))
            person = self._named(given)
            if event in RELATION_EVENTS:
                person.update(distance="FIRST_DEGREE", invitation=None)
                return _outgoing(_relation(event, account, person))
            inbound = event in MESSAGE_EVENTS
            message = self._newest_to(person) if not inbound and not given.get("text") else None
            message = message or self._keep(person, str(given.get("text") or ""), inbound=inbound)
            return _outgoing((_native if "." not in event else _relayed)(event, account, person, message, inbound))

    # --- control: what happens at the provider without the product -------------------------------------

    def add_key(self, key: str) -> None:
        """Accept one more API key."""
        with self._lock:
            self.keys.add(key)

    def add_account(self, account_id: str) -> None:
        """One more connected account."""
        with self._lock:
            self.accounts[account_id] = True

    def person(self, identifier: str, **values: Any) -> Person:
        """The member with this public or member id, made if there is none. `values`: `first_name`,
        `last_name`, `distance`, `invitation`, `open_profile`, `reachable`, `exists`.
        """
        with self._lock:
            found = next(
                (one for one in self.people.values() if identifier in (one["provider_id"], one["public_identifier"])),
                None,
            )
            if found is None:
                found = _new_person(identifier)
                self.people[found["provider_id"]] = found
            found.update(values)
            return found

    # --- the API ---------------------------------------------------------------------------------------

    def _refusal(self, account: str) -> SimResponse | None:
        if account not in self.accounts:
            return _error(404, "resource_not_found", "Resource not found.", "Account not found")
        if not self.accounts[account]:
            said = "The account appears to be disconnected from the provider service."
            return _error(401, "disconnected_account", "Disconnected account", said)
        return None

    def _own_profile(self, given: dict[str, Any]) -> SimResponse:
        return SimResponse(
            body={
                "object": "AccountOwnerProfile",
                "provider": "LINKEDIN",
                "provider_id": OWNER_ID,
                "public_identifier": "priya-nair",
                "first_name": "Priya",
                "last_name": "Nair",
            }
        )

    def _profile(self, given: dict[str, Any], identifier: str) -> SimResponse:
        person = self.person(unquote(identifier))
        if not person["exists"]:
            return _error(404, "resource_not_found", "Resource not found.", "The requested profile was not found.")
        return SimResponse(
            body={
                "object": "UserProfile",
                "provider": "LINKEDIN",
                **{name: person[name] for name in ("provider_id", "public_identifier", "first_name", "last_name")},
                "network_distance": person["distance"],
                "is_relationship": person["distance"] == "FIRST_DEGREE",
                "is_open_profile": person["open_profile"],
                **({"invitation": person["invitation"]} if person["invitation"] else {}),
            }
        )

    def _start_chat(self, given: dict[str, Any]) -> SimResponse:
        attendees, text = given.get("attendees_ids"), str(given.get("text") or "")
        if not isinstance(attendees, list) or not attendees or not text.strip():
            return _error(400, "invalid_parameters", "Invalid parameters", "attendees_ids and text are required.")
        person = self.person(str(attendees[0]))
        inmail = bool((given.get("linkedin") or {}).get("inmail"))
        refused = self._refused_message(person, inmail=inmail)
        if refused is not None:
            return refused
        if inmail:
            self.balance["premium"] = (self.balance["premium"] or 0) - 1
        message = self._keep(person, text, inbound=False)
        body = {"object": "ChatStarted", "chat_id": message["chat_id"], "message_id": message["id"]}
        return SimResponse(status=201, body=body)

    def _refused_message(self, person: Person, *, inmail: bool) -> SimResponse | None:
        if not person["reachable"]:
            said = "This recipient cannot be reached."
            return _error(422, "recipient_cannot_be_reached", "Recipient cannot be reached", said)
        if inmail and not self.balance["premium"]:
            return _error(422, "insufficient_credits", "Insufficient credits", "Not enough InMail credits.")
        if not inmail and person["distance"] != "FIRST_DEGREE":
            said = "The recipient is not a first degree connection."
            return _error(422, "no_connection_with_recipient", "No connection with recipient", said)
        return None

    def _invite(self, given: dict[str, Any]) -> SimResponse:
        person, note = self.person(str(given.get("provider_id") or "")), str(given.get("message") or "")
        if len(note) > MAX_NOTE:
            return _error(400, "invalid_parameters", "Invalid parameters", "message is too long (max 300 characters)")
        if not person["reachable"]:
            said = "This recipient cannot be reached."
            return _error(422, "recipient_cannot_be_reached", "Recipient cannot be reached", said)
        if person["invitation"] or person["distance"] == "FIRST_DEGREE":
            said = "An invitation was sent to this user recently."
            return _error(422, "already_invited_recently", "Already invited recently", said)
        person["invitation"] = {"type": "SENT", "status": "PENDING"}
        person["note"] = note
        self._count += 1
        return SimResponse(status=201, body={"object": "UserInvitationSent", "invitation_id": f"inv{self._count}"})

    def _balance(self, given: dict[str, Any]) -> SimResponse:
        return SimResponse(body=dict(self.balance))

    # --- parts -----------------------------------------------------------------------------------------

    def _named(self, given: dict[str, Any]) -> Person:
        """`linkedin` is a public or member id; without one the name, else the address, makes it."""
        name = " ".join(str(given[part]) for part in ("first_name", "last_name") if given.get(part))
        typed = str(given.get("linkedin") or name or str(given["email"]).split("@")[0])
        named = {part: given[part] for part in ("first_name", "last_name") if given.get(part)}
        return self.person(typed if typed.startswith("AC") else re.sub(r"[^a-z0-9]+", "-", typed.lower()), **named)

    def _keep(self, person: Person, text: str, *, inbound: bool) -> dict[str, Any]:
        self._count += 1
        message = {
            "id": f"urn_{self._count:05d}",
            "chat_id": f"chat_{person['provider_id'][-8:]}",
            "member": person["provider_id"],
            "text": text,
            "inbound": inbound,
            "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        }
        self.messages.append(message)
        return message

    def _newest_to(self, person: Person) -> dict[str, Any] | None:
        mine = [one for one in self.messages if one["member"] == person["provider_id"] and not one["inbound"]]
        return mine[-1] if mine else None

    def _change_account(self, account: str, status: str) -> dict[str, Any]:
        self.accounts[account] = status.upper() not in LOST
        return {"AccountStatus": {"account_id": account, "account_type": "LINKEDIN", "message": status}}


def _new_person(identifier: str) -> Person:
    opaque = identifier.startswith(("ACoAA", "ACwAA"))
    code = sha256(identifier.encode()).hexdigest()
    words = ["Member", code[:4].upper()] if opaque else [word.capitalize() for word in identifier.split("-")]
    return {
        "provider_id": identifier if opaque else f"ACoAA{code[:24]}",
        "public_identifier": f"member-{code[:8]}" if opaque else identifier,
        "first_name": words[0],
        "last_name": " ".join(words[1:]),
        "distance": "SECOND_DEGREE",
        "invitation": None,
        "open_profile": False,
        "reachable": True,
        "exists": True,
        "note": None,
    }


def _native(event: str, account: str, person: Person, message: dict[str, Any], inbound: bool) -> dict[str, Any]:
    member = _attendee(person["provider_id"], f"{person['first_name']} {person['last_name']}".strip())
    member["attendee_profile_url"] = _profile_url(person)
    owner = _attendee(OWNER_ID, "Priya Nair")
    return {
        "event": "message_received",
        "account_id": account,
        "account_type": "LINKEDIN",
        "account_info": {"type": "LINKEDIN", "feature": "classic", "user_id": OWNER_ID},
        "chat_id": message["chat_id"],
        "message_id": message["id"],
        "message": message["text"],
        "timestamp": message["at"],
        "sender": member if inbound else owner,
        "attendees": [member],
        "attachments": {},
        "webhook_name": "zrg",
    }


def _relayed(event: str, account: str, person: Person, message: dict[str, Any], inbound: bool) -> dict[str, Any]:
    role = "sender" if inbound else "recipient"
    return {
        "event": event,
        "account_id": account,
        "message": {
            "id": message["id"],
            "chat_id": message["chat_id"],
            "text": message["text"],
            "timestamp": message["at"],
            "attachments": [],
            **({} if inbound else {"sender_id": OWNER_ID, "sender_name": "Priya Nair"}),
            f"{role}_id": person["provider_id"],
            f"{role}_name": f"{person['first_name']} {person['last_name']}".strip(),
            f"{role}_linkedin_url": _profile_url(person),
        },
    }


def _relation(event: str, account: str, person: Person) -> dict[str, Any]:
    name = f"{person['first_name']} {person['last_name']}".strip()
    if event == "connection.accepted":
        member = {"id": "c1", "linkedin_url": _profile_url(person), "linkedin_member_id": person["provider_id"]}
        return {"event": event, "account_id": account, "connection": {**member, "name": name, "headline": None}}
    return {
        "event": event,
        "account_id": account,
        "account_type": "LINKEDIN",
        "webhook_name": "zrg",
        "user_full_name": name,
        "user_provider_id": person["provider_id"],
        "user_public_identifier": person["public_identifier"],
        "user_profile_url": _profile_url(person) + "/",
        "user_picture_url": None,
    }


def _attendee(provider_id: str, name: str) -> dict[str, Any]:
    return {"attendee_id": f"a{provider_id[-6:]}", "attendee_name": name, "attendee_provider_id": provider_id}


def _profile_url(person: Person) -> str:
    return f"https://www.linkedin.com/in/{person['public_identifier']}"


def _outgoing(payload: dict[str, Any]) -> Outgoing:
    secret = unipile_webhook_secret()
    return Outgoing(path="/api/webhooks/linkedin", json=payload, headers={"Unipile-Auth": secret} if secret else {})


def _error(status: int, kind: str, title: str, detail: str) -> SimResponse:
    body = {"status": status, "type": f"errors/{kind}", "title": title, "detail": detail}
    return SimResponse(status=status, body=body)
