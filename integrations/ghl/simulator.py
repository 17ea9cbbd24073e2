"""GoHighLevel on this machine: contacts, threads, calendars with state, its errors, and its SMS webhook."""

import re
import threading
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from integrations.ghl.simulator_bodies import (
    APPOINTMENT_FIELDS,
    CONTACT_FIELDS,
    WORKFLOW,
    error,
    error_body,
    moment_of,
    new_contact,
    new_id,
    no_contact,
    now,
    webhook_call,
)
from integrations.simulator.core import Outgoing, SimRequest, SimResponse

DEMO_PRIVATE_KEY = "simulator-ghl-key"
DEMO_LOCATION_ID = "zrgDemoLocation00001"
CALENDAR_ID = "zrgDemoCalendar00001"
USER_ID = "zrgDemoUser000000001"
PAGE_SIZE = 20

_CALENDAR = {"id": CALENDAR_ID, "name": "Intro calls", "isActive": True}
_USER = {"id": USER_ID, "name": "Priya Nair", "email": "priya@outbound.example"}
# Written with "+", but with no country that exists.
_COUNTRY = re.compile(r"\+[1-9][0-9]{6,14}")


class GhlSimulator:
    """One installation of GoHighLevel; a key opens one location, or any when it names none."""

    events = ("SMS", "SMS_STOP")
    fields = ("phone", "text", "email", "first_name", "last_name", "linkedin_url", "label", "location_id")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., SimResponse]]] = [
            ("POST", re.compile(r"/conversations/messages"), self._send),
            ("GET", re.compile(r"/conversations/search"), self._search_conversations),
            ("GET", re.compile(r"/conversations/messages/export"), self._export),
            ("GET", re.compile(r"/conversations/(\w+)/messages"), self._messages),
            ("GET", re.compile(r"/(workflows|calendars|users)/"), self._listing),
            ("POST", re.compile(r"/contacts/"), self._create_contact),
            ("POST", re.compile(r"/contacts/upsert"), self._upsert_contact),
            ("POST", re.compile(r"/contacts/search"), self._search_contacts),
            ("GET", re.compile(r"/contacts/(\w+)"), self._contact),
            ("PUT", re.compile(r"/contacts/(\w+)"), self._change_contact),
            ("GET", re.compile(r"/contacts/(\w+)/appointments"), self._contact_appointments),
            ("POST", re.compile(r"/calendars/events/appointments"), self._book),
            ("GET", re.compile(r"/calendars/events/appointments/(\w+)"), self._appointment),
            ("PUT", re.compile(r"/calendars/events/appointments/(\w+)"), self._change_appointment),
            ("DELETE", re.compile(r"/calendars/events/(\w+)"), self._delete_event),
        ]
        self.reset()

    def reset(self) -> None:
        """The calendar, the workflow and the user; no contact."""
        with self._lock:
            self.keys: dict[str, str | None] = {DEMO_PRIVATE_KEY: None}
            self.contacts: dict[str, dict[str, Any]] = {}
            self.messages: list[dict[str, Any]] = []
            self.appointments: dict[str, dict[str, Any]] = {}
            self.listed: dict[str, list[dict[str, Any]]] = {
                "workflows": [deepcopy(WORKFLOW)],
                "calendars": [deepcopy(_CALENDAR)],
                "users": [deepcopy(_USER)],
            }

    def handle(self, request: SimRequest) -> SimResponse:
        """Perform one call of the API."""
        with self._lock:
            refused = self._refusal(request)
            if refused is not None:
                return refused
            for method, pattern, action in self._routes:
                match = pattern.fullmatch(request.path)
                if match and method == request.method:
                    return action(request, *match.groups())
            return error(404, "Not Found")

    def compose(self, given: dict[str, Any], *, base_url: str) -> Outgoing:
        """A person answers by SMS; `phone` or `email` names them, `label` the sub-client, `location_id` the
        location. "SMS_STOP" opts out at the carrier first.
        """
        stop = given.get("event") == "SMS_STOP"
        payload = self.write_as_lead(
            str(given.get("text") or ("STOP" if stop else "")),
            email=str(given.get("email") or "") or None,
            phone=str(given.get("phone") or "") or None,
            first_name=str(given.get("first_name") or ""),
            last_name=str(given.get("last_name") or ""),
            label=str(given.get("label") or ""),
            linkedin_url=str(given.get("linkedin_url") or ""),
            location_id=str(given.get("location_id") or DEMO_LOCATION_ID),
        )
        if stop:
            self.block_sms(payload["contact_id"])
        return Outgoing(path="/api/webhooks/ghl/sms", json=payload)

    # --- control: what happens at the provider without the product -------------------------------------

    def add_key(self, key: str, location_id: str | None = None) -> None:
        """Accept one more private key, for one location or for any."""
        with self._lock:
            self.keys[key] = location_id

    def add_contact(self, *, location_id: str = DEMO_LOCATION_ID, **values: Any) -> dict[str, Any]:
        """A contact of the location; `values` are the API's fields, `id` among them."""
        with self._lock:
            contact = new_contact(location_id, values)
            self.contacts[contact["id"]] = contact
            return contact

    def delete_contact(self, contact_id: str) -> None:
        """Somebody deletes a contact; its thread goes with it."""
        with self._lock:
            self.contacts.pop(contact_id, None)
            self.messages = [message for message in self.messages if message["contactId"] != contact_id]

    def block_sms(self, contact_id: str, *, active: bool = True) -> None:
        """The contact does (not) want SMS any more."""
        with self._lock:
            status = "active" if active else "inactive"
            self.contacts[contact_id]["dndSettings"]["SMS"] = {"status": status, "message": "STOP" if active else ""}

    def write_as_lead(
        self,
        text: str,
        *,
        email: str | None = None,
        phone: str | None = None,
        first_name: str = "",
        last_name: str = "",
        label: str = "",
        linkedin_url: str = "",
        location_id: str = DEMO_LOCATION_ID,
    ) -> dict[str, Any]:
        """A person writes: keeps the message and returns the call of the workflow's webhook."""
        with self._lock:
            named = {"email": email, "phone": phone, "firstName": first_name, "lastName": last_name}
            contact = self._find(location_id, email=email, phone=phone) or self.add_contact(
                location_id=location_id, **named
            )
            contact.update({name: value for name, value in named.items() if value})
            self._keep_message(contact, text, direction="inbound", status="delivered")
            return webhook_call(contact, text, label, linkedin_url)

    def sent_texts(self) -> list[str]:
        """Texts the product sent, oldest first."""
        with self._lock:
            return [message["body"] for message in self.messages if message["direction"] == "outbound"]

    # --- conversations ------------------------------------------------------------------------------

    def _send(self, request: SimRequest) -> SimResponse:
        given = _object(request.json)
        missing = [name for name in ("type", "contactId") if not given.get(name)]
        if missing:
            return error(422, [f"{name} should not be empty" for name in missing])
        contact = self.contacts.get(str(given["contactId"]))
        if contact is None:
            return error(404, f"Contact not found for id: {given['contactId']}")
        if not str(given.get("message") or "").strip():
            return error(400, "There is no message or attachments for this message. Skip sending.")
        if _is_blocked(contact):
            return error(400, "Cannot send message as DND is active for SMS.")
        if not contact.get("phone"):
            return error(400, "Missing phone number")
        if not _COUNTRY.fullmatch(contact["phone"]):
            return error(400, "Invalid country calling code")
        message = self._keep_message(contact, str(given["message"]), direction="outbound", status="sent")
        answer = {"conversationId": message["conversationId"], "messageId": message["id"]}
        return SimResponse(status=201, body={**answer, "msg": "Message queued successfully."})

    def _search_conversations(self, request: SimRequest) -> SimResponse:
        wanted, location_id = request.query.get("contactId"), request.query.get("locationId")
        found: dict[str, dict[str, Any]] = {}
        for message in self.messages:
            if message["contactId"] == wanted and message["locationId"] == location_id:
                last = int(datetime.fromisoformat(message["dateAdded"]).timestamp() * 1000)
                thread = {"id": message["conversationId"], "contactId": wanted, "locationId": location_id}
                found[thread["id"]] = {**thread, "lastMessageDate": last, "lastMessageType": "TYPE_SMS"}
        return SimResponse(body={"conversations": list(found.values()), "total": len(found)})

    def _messages(self, request: SimRequest, conversation_id: str) -> SimResponse:
        mine = [message for message in reversed(self.messages) if message["conversationId"] == conversation_id]
        if not mine:
            return error(404, "Conversation not found")
        start = _after(mine, request.query.get("lastMessageId"))
        shown = mine[start : start + _limit(request)]
        more = start + len(shown) < len(mine)
        page = {"messages": shown, "nextPage": more, "lastMessageId": shown[-1]["id"] if shown else None}
        return SimResponse(body=deepcopy({"messages": page}))

    def _export(self, request: SimRequest) -> SimResponse:
        wanted, location_id = request.query.get("contactId"), request.query.get("locationId")
        mine = [
            message
            for message in reversed(self.messages)
            if message["locationId"] == location_id and wanted in (None, message["contactId"])
        ]
        start = _after(mine, request.query.get("cursor"))
        shown = mine[start : start + _limit(request)]
        more = start + len(shown) < len(mine)
        cursor = shown[-1]["id"] if shown and more else None
        return SimResponse(body=deepcopy({"messages": shown, "nextCursor": cursor, "total": len(mine)}))

    def _keep_message(self, contact: dict[str, Any], text: str, *, direction: str, status: str) -> dict[str, Any]:
        message = {
            "id": new_id(),
            "type": 2,
            "messageType": "TYPE_SMS",
            "locationId": contact["locationId"],
            "contactId": contact["id"],
            "conversationId": f"conv{contact['id']}",
            "dateAdded": now(),
            "body": text,
            "direction": direction,
            "status": status,
            "contentType": "text/plain",
        }
        self.messages.append(message)
        return message

    def _listing(self, request: SimRequest, kind: str) -> SimResponse:
        return SimResponse(body=deepcopy({kind: self.listed[kind]}))

    # --- contacts -----------------------------------------------------------------------------------

    def _create_contact(self, request: SimRequest) -> SimResponse:
        given = _object(request.json)
        if not given.get("email") and not given.get("phone"):
            return error(400, "Email or phone number is required to create a contact")
        known = self._find(given["locationId"], email=given.get("email"), phone=given.get("phone"))
        if known is not None:
            field = "email" if given.get("email") and known.get("email") == given["email"] else "phone"
            body = error_body(400, "This location does not allow duplicated contacts.")
            meta = {"contactId": known["id"], "contactName": known["firstName"], "matchingField": field}
            return SimResponse(status=400, body={**body, "meta": meta})
        contact = self._made(given)
        return SimResponse(status=201, body=deepcopy({"contact": contact}))

    def _upsert_contact(self, request: SimRequest) -> SimResponse:
        given = _object(request.json)
        known = self._find(given["locationId"], email=given.get("email"), phone=given.get("phone"))
        contact = known or self._made(given)
        contact.update({name: given[name] for name in (*CONTACT_FIELDS, "tags") if given.get(name)})
        return SimResponse(status=200 if known else 201, body=deepcopy({"contact": contact, "new": known is None}))

    def _search_contacts(self, request: SimRequest) -> SimResponse:
        given = _object(request.json)
        wanted = [one for one in given.get("filters", []) if one.get("operator") == "eq"]
        found = [
            contact
            for contact in self.contacts.values()
            if contact["locationId"] == given["locationId"]
            and all(_same(contact.get(one["field"]), one["value"]) for one in wanted)
        ]
        size = int(given.get("pageLimit") or PAGE_SIZE)
        return SimResponse(body=deepcopy({"contacts": found[:size], "total": len(found)}))

    def _contact(self, request: SimRequest, contact_id: str) -> SimResponse:
        contact = self.contacts.get(contact_id)
        return SimResponse(body=deepcopy({"contact": contact})) if contact else no_contact(contact_id)

    def _change_contact(self, request: SimRequest, contact_id: str) -> SimResponse:
        contact, given = self.contacts.get(contact_id), _object(request.json)
        if contact is None:
            return no_contact(contact_id)
        if "locationId" in given:
            return error(422, ["property locationId should not exist"])
        contact.update({name: given[name] for name in CONTACT_FIELDS if name in given})
        return SimResponse(body=deepcopy({"succeded": True, "contact": contact}))

    def _made(self, given: dict[str, Any]) -> dict[str, Any]:
        values = {name: given[name] for name in CONTACT_FIELDS if given.get(name)}
        return self.add_contact(location_id=str(given["locationId"]), **values)

    def _find(self, location_id: str, *, email: str | None, phone: str | None) -> dict[str, Any] | None:
        """As the location's own rule does it: by e-mail first, then by phone."""
        mine = [contact for contact in self.contacts.values() if contact["locationId"] == location_id]
        for name, value in (("email", email), ("phone", phone)):
            found = next((contact for contact in mine if value and _same(contact.get(name), value)), None)
            if found is not None:
                return found
        return None

    # --- appointments -------------------------------------------------------------------------------

    def _book(self, request: SimRequest) -> SimResponse:
        given = _object(request.json)
        missing = [name for name in ("calendarId", "contactId", "startTime") if not given.get(name)]
        if missing:
            return error(422, [f"{name} should not be empty" for name in missing])
        if given["calendarId"] not in {calendar["id"] for calendar in self.listed["calendars"]}:
            return error(400, "Calendar not found")
        if given["contactId"] not in self.contacts:
            return no_contact(given["contactId"])
        if self._taken(given):
            return error(400, "The slot you have selected is no longer available.")
        booked = {
            "id": new_id(),
            "locationId": given["locationId"],
            "appointmentStatus": "confirmed",
            "dateAdded": now(),
            **{name: given[name] for name in APPOINTMENT_FIELDS if given.get(name)},
        }
        booked.setdefault("endTime", (moment_of(booked["startTime"]) + timedelta(minutes=30)).isoformat())
        self.appointments[booked["id"]] = booked
        return SimResponse(status=201, body=deepcopy(booked))

    def _taken(self, given: dict[str, Any]) -> bool:
        start = moment_of(given["startTime"])
        return any(
            booked["calendarId"] == given["calendarId"]
            and booked["appointmentStatus"] not in ("cancelled", "invalid")
            and booked.get("assignedUserId") == given.get("assignedUserId")
            and moment_of(booked["startTime"]) <= start < moment_of(booked["endTime"])
            for booked in self.appointments.values()
        )

    def _appointment(self, request: SimRequest, appointment_id: str) -> SimResponse:
        booked = self.appointments.get(appointment_id)
        if booked is None:
            return error(404, "Appointment not found")
        return SimResponse(body=deepcopy({"appointment": booked}))

    def _change_appointment(self, request: SimRequest, appointment_id: str) -> SimResponse:
        booked, given = self.appointments.get(appointment_id), _object(request.json)
        if booked is None:
            return error(404, "Appointment not found")
        booked.update({name: given[name] for name in APPOINTMENT_FIELDS if name in given})
        return SimResponse(body=deepcopy(booked))

    def _delete_event(self, request: SimRequest, appointment_id: str) -> SimResponse:
        if self.appointments.pop(appointment_id, None) is None:
            return error(404, "Event not found")
        return SimResponse(body={"succeeded": True})

    def _contact_appointments(self, request: SimRequest, contact_id: str) -> SimResponse:
        if contact_id not in self.contacts:
            return no_contact(contact_id)
        mine = [booked for booked in self.appointments.values() if booked["contactId"] == contact_id]
        return SimResponse(body=deepcopy({"events": mine}))

    # --- parts --------------------------------------------------------------------------------------

    def _refusal(self, request: SimRequest) -> SimResponse | None:
        if request.bearer not in self.keys:
            return error(401, "Invalid JWT")
        if "version" not in request.headers:
            return error(400, "version header was not found.")
        allowed = self.keys[request.bearer]
        asked = request.query.get("locationId") or _object(request.json).get("locationId")
        if allowed is not None and asked not in (None, allowed):
            return error(403, "The token does not have access to this location.")
        needs_location = request.path in ("/contacts/", "/contacts/upsert", "/contacts/search")
        return error(422, ["locationId should not be empty"]) if needs_location and not asked else None


def _is_blocked(contact: dict[str, Any]) -> bool:
    return bool(contact["dnd"]) or contact["dndSettings"]["SMS"]["status"] in ("active", "permanent")


def _after(rows: list[dict[str, Any]], last_id: str | None) -> int:
    """Index behind the row with this id; the beginning without one."""
    return next((index + 1 for index, row in enumerate(rows) if row["id"] == last_id), 0)


def _limit(request: SimRequest) -> int:
    given = request.query.get("limit", "")
    return max(1, min(100, int(given))) if given.isdecimal() else PAGE_SIZE


def _same(one: Any, other: Any) -> bool:
    return bool(one) and str(one).lower() == str(other).lower()


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
