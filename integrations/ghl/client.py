"""Calls to one GoHighLevel location with its private key.

Every method returns a `ProviderResult` and raises nothing for what the provider does; `data` holds the
types of `integrations.ghl.types`. Call outside transactions only.
"""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.utils.translation import gettext

from integrations import env
from integrations.enums import Code, Provider
from integrations.errors import NotConfigured
from integrations.ghl import answers
from integrations.ghl.types import AppointmentFields, ContactFields, MessagePage, MessageRecord
from integrations.results import ProviderResult
from integrations.services.clients import Account, ClientSpec, get_client, required_secret
from integrations.throttle import Throttle
from integrations.transport import Credential, RetryPolicy, Transport, failure
from integrations.wire import Call

DEFAULT_URL = "https://services.leadconnectorhq.com"
CONTACTS_VERSION = "2021-07-28"
OTHER_VERSION = "2021-04-15"
SOURCE = "ZRG"
PAGE_SIZE = 100
SEARCH_LIMIT = 5
# The provider's own window of its request limit.
THROTTLE_SECONDS = 10.0
RATE_LIMIT_SECONDS = 10.0
# The quota of a private integration is spent for longer than its answer says.
QUOTA_SECONDS = 30.0
JITTER_SECONDS = 0.25

_CONTACT_ID = re.compile(r"[A-Za-z0-9]{15,64}", re.ASCII)
_QUOTA = re.compile(r"private.{0,3}integration", re.IGNORECASE)


class GhlClient:
    """Typed calls over a `Transport` (which knows address, key, pace, retries and health)."""

    def __init__(self, transport: Transport, *, location_id: str):
        self._transport = transport
        self.location_id = location_id

    def send_sms(self, *, contact_id: str, text: str) -> ProviderResult:
        """Send one SMS to a contact; data: SentSms. Never repeated after an unknown outcome."""
        if not is_contact_id(contact_id):
            return _no_contact_id()
        body = {"type": "SMS", "contactId": contact_id, "message": text}
        return self._write("POST", "/conversations/messages", body, answers.sent_sms)

    def search_conversations(self, contact_id: str) -> ProviderResult:
        """Threads of a contact; data: tuple[Conversation, …]."""
        if not is_contact_id(contact_id):
            return _no_contact_id()
        return self._get("/conversations/search", answers.conversations, self._located(contactId=contact_id))

    def list_messages(
        self, conversation_id: str, *, limit: int = PAGE_SIZE, before: str | None = None
    ) -> ProviderResult:
        """One page of a thread, newest first; data: MessagePage. `before`: its predecessor's `following`."""
        params = {"limit": str(limit), **({"lastMessageId": before} if before else {})}
        path = f"/conversations/{_segment(conversation_id)}/messages"
        return self._get(path, answers.message_page, params, template="/conversations/{id}/messages")

    def export_messages(self, contact_id: str) -> ProviderResult:
        """SMS of a contact from the export, within GHL_EXPORT_MAX_PAGES and GHL_EXPORT_MAX_MESSAGES; data:
        MessagePage, whose `following` is set when there is more.
        """
        if not is_contact_id(contact_id):
            return _no_contact_id()
        found: list[MessageRecord] = []
        most, cursor = env.ghl_export_max_messages(), None
        for _ in range(env.ghl_export_max_pages()):
            params = self._located(contactId=contact_id, channel="SMS", **({"cursor": cursor} if cursor else {}))
            result = self._get("/conversations/messages/export", answers.export_page, params)
            if not result.ok:
                return result
            found.extend(result.data.messages)
            seen, cursor = cursor, result.data.following
            if cursor is None or cursor == seen or len(found) >= most:
                break
        page = MessagePage(messages=tuple(found[:most]), following=cursor)
        return ProviderResult(outcome="ok", status=200, data=page)

    def list_workflows(self) -> ProviderResult:
        """Workflows of the location; data: tuple[NamedRecord, …]."""
        return self._get("/workflows/", answers.named("workflows"), self._located())

    def list_calendars(self) -> ProviderResult:
        """Calendars of the location; data: tuple[NamedRecord, …]."""
        return self._get("/calendars/", answers.named("calendars"), self._located())

    def list_users(self) -> ProviderResult:
        """People of the location; data: tuple[NamedRecord, …]."""
        return self._get("/users/", answers.named("users"), self._located())

    def create_contact(self, fields: ContactFields) -> ProviderResult:
        """Make a contact; data: Contact."""
        return self._write("POST", "/contacts/", self._new_contact(fields), answers.single_contact)

    def upsert_contact(self, fields: ContactFields) -> ProviderResult:
        """The contact with this e-mail or phone, made if there is none; data: Contact."""
        return self._write("POST", "/contacts/upsert", self._new_contact(fields), answers.single_contact)

    def update_contact(self, contact_id: str, fields: ContactFields) -> ProviderResult:
        """Change what `fields` names; data: Contact."""
        if not is_contact_id(contact_id):
            return _no_contact_id()
        return self._write(
            "PUT",
            f"/contacts/{contact_id}",
            _contact_json(fields),
            answers.single_contact,
            template="/contacts/{id}",
        )

    def get_contact(self, contact_id: str) -> ProviderResult:
        """One contact; data: Contact. `not_found` when it was deleted."""
        if not is_contact_id(contact_id):
            return _no_contact_id()
        return self._get(f"/contacts/{contact_id}", answers.single_contact, template="/contacts/{id}")

    def search_contacts(self, *, field: str, value: str, limit: int = SEARCH_LIMIT) -> ProviderResult:
        """Contacts whose `field` (`email`, `phone`) equals `value`; data: tuple[Contact, …]."""
        body = {
            "locationId": self.location_id,
            "page": 1,
            "pageLimit": limit,
            "filters": [{"field": field, "operator": "eq", "value": value}],
        }
        result = self._write("POST", "/contacts/search", body, answers.contacts)
        # A search changes nothing, whatever became of it.
        return replace(result, outcome="failed") if result.outcome == "unknown" else result

    def create_appointment(self, fields: AppointmentFields) -> ProviderResult:
        """Book; data: Appointment. Never repeated after an unknown outcome."""
        body = {"locationId": self.location_id, **_appointment_json(fields)}
        return self._write("POST", "/calendars/events/appointments", body, answers.single_appointment)

    def update_appointment(self, appointment_id: str, fields: AppointmentFields) -> ProviderResult:
        """Change what `fields` names; data: Appointment."""
        path = f"/calendars/events/appointments/{_segment(appointment_id)}"
        template = "/calendars/events/appointments/{id}"
        return self._write("PUT", path, _appointment_json(fields), answers.single_appointment, template=template)

    def get_appointment(self, appointment_id: str) -> ProviderResult:
        """One appointment; data: Appointment."""
        path = f"/calendars/events/appointments/{_segment(appointment_id)}"
        return self._get(path, answers.single_appointment, template="/calendars/events/appointments/{id}")

    def delete_appointment(self, appointment_id: str) -> ProviderResult:
        """Cancel by deleting the event; no data."""
        path = f"/calendars/events/{_segment(appointment_id)}"
        return self._write("DELETE", path, None, answers.nothing, template="/calendars/events/{id}", accepts_text=True)

    def list_contact_appointments(self, contact_id: str) -> ProviderResult:
        """Appointments of a contact; data: tuple[Appointment, …]."""
        if not is_contact_id(contact_id):
            return _no_contact_id()
        path = f"/contacts/{contact_id}/appointments"
        return self._get(path, answers.appointments, template="/contacts/{id}/appointments")

    def _located(self, **params: str) -> dict[str, str]:
        return {"locationId": self.location_id, **params}

    def _new_contact(self, fields: ContactFields) -> dict[str, Any]:
        return {"locationId": self.location_id, **_contact_json(fields), "source": SOURCE}

    def _get(
        self,
        path: str,
        read: Callable[[Any], Any],
        params: dict[str, str] | None = None,
        *,
        template: str | None = None,
    ) -> ProviderResult:
        return self._request(
            Call(
                method="GET", path=path, template=template or path, params=params or {}, headers=_version_header(path)
            ),
            read,
        )

    def _write(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        read: Callable[[Any], Any],
        *,
        template: str | None = None,
        accepts_text: bool = False,
    ) -> ProviderResult:
        call = Call(
            method=method,
            path=path,
            template=template or path,
            json=body,
            headers=_version_header(path),
            accepts_text=accepts_text,
        )
        return self._request(call, read)

    def _request(self, call: Call, read: Callable[[Any], Any]) -> ProviderResult:
        result = self._transport.request(call, read)
        if result.code == Code.RATE_LIMITED and _QUOTA.search(result.message):
            return replace(result, retry_after=max(QUOTA_SECONDS, result.retry_after or 0))
        return result


def is_contact_id(value: str | None) -> bool:
    """Whether this can be a contact's id; anything else never reaches the provider."""
    return bool(value and _CONTACT_ID.fullmatch(value))


def check(workspace_id: UUID) -> ProviderResult:
    """Ask the provider whether the workspace's key works (list the calendars); writes its health."""
    return get_client(workspace_id, SPEC).list_calendars()


def _no_contact_id() -> ProviderResult:
    return failure(Code.BAD_REQUEST, "this is not the id of a GoHighLevel contact")


def _version_header(path: str) -> dict[str, str]:
    return {"Version": CONTACTS_VERSION if path.startswith("/contacts/") else OTHER_VERSION}


def _segment(value: str) -> str:
    """An id as one path segment, so that no value can reach another route."""
    return quote(str(value), safe="")


def _contact_json(fields: ContactFields) -> dict[str, Any]:
    named = {
        "name": fields.name,
        "firstName": fields.first_name,
        "lastName": fields.last_name,
        "email": fields.email,
        "phone": fields.phone,
        "companyName": fields.company_name,
        "website": fields.website,
        "state": fields.state,
        "timezone": fields.timezone,
    }
    return {name: value for name, value in named.items() if value}


def _appointment_json(fields: AppointmentFields) -> dict[str, Any]:
    named = {
        "calendarId": fields.calendar_id,
        "contactId": fields.contact_id,
        "startTime": _utc(fields.starts_at),
        "endTime": _utc(fields.ends_at),
        "title": fields.title,
        "appointmentStatus": fields.status,
        "assignedUserId": fields.assigned_user_id,
        "notes": fields.notes,
        "toNotify": fields.notify,
    }
    return {name: value for name, value in named.items() if value is not None}


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _rate_limit_wait(result: ProviderResult, n: int) -> float:
    told = result.retry_after if result.retry_after is not None else RATE_LIMIT_SECONDS
    patient = max(told, QUOTA_SECONDS) if _QUOTA.search(result.message) else told
    return patient + random.uniform(0, JITTER_SECONDS)  # noqa: S311 (spreads callers, protects nothing)


def _retries() -> RetryPolicy:
    return RetryPolicy(
        rate_limited=env.ghl_max_429_retries(),
        network=env.ghl_max_network_retries(),
        server_errors=env.ghl_max_5xx_retries(),
        rate_limit_wait=_rate_limit_wait,
        network_wait=lambda n: 0.5 + 0.5 * n,
        server_error_wait=lambda n: 0.7 + 0.7 * n,
    )


def _make(transport: Transport, account: Account) -> GhlClient:
    return GhlClient(transport, location_id=_location_of(account) or "")


def _location_of(account: Account) -> str | None:
    return account.connection.external_account_id if account.connection else None


def _base_url(account: Account) -> str:
    if not _location_of(account):
        raise NotConfigured(gettext("GoHighLevel has no location id"))
    return env.base_url("GHL_API_BASE", DEFAULT_URL)


def _credential(account: Account) -> Credential:
    key = required_secret(account, "private_key", Provider.GHL)
    return Credential(headers={"Authorization": f"Bearer {key}", "Accept": "application/json"})


def _throttle(account: Account) -> Throttle:
    return Throttle(
        provider=Provider.GHL,
        account=_location_of(account) or "",
        limit=env.ghl_requests_per_10s(),
        seconds=THROTTLE_SECONDS,
    )


SPEC: ClientSpec[GhlClient] = ClientSpec(
    provider=Provider.GHL,
    make=_make,
    base_url=_base_url,
    credential=_credential,
    timeout=env.ghl_timeout_seconds,
    retries=_retries,
    explain=lambda base_url: answers.explain,
    throttle=_throttle,
)
