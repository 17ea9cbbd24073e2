"""Every webhook endpoint with calls as they were recorded, and what proves them genuine."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock
from urllib.parse import urlencode
from uuid import UUID

from integrations.calendly.signature import sign as sign_calendly
from integrations.services.routes import remember_clay_lead
from integrations.slack.signature import sign as sign_slack
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.factories.integrations import API_KEY
from tests.integrations.calendly.conftest import SIGNING_KEY
from tests.integrations.clay import payloads as clay
from tests.integrations.emailbison import payloads as emailbison
from tests.integrations.ghl import payloads as ghl
from tests.integrations.instantly import payloads as instantly
from tests.integrations.slack import clicks
from tests.integrations.smartlead import payloads as smartlead
from tests.integrations.unipile import payloads as unipile
from tests.support.simulator import CLAY_SECRET
from zrg.workspaces.context import platform

EMAILBISON_SECRET = "ebhook-2a6c8e1f4b7d9035e2c6a8f1"
CALENDLY = "https://api.calendly.com"
PUSH_SECRET = "pushhook-7f3a9c1e5b8d2046"

Payload = dict[str, Any]


def _json(payload: Any) -> bytes:
    return json.dumps(payload).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDoor:
    """`calls` make the n-th genuine call of each event (no two n are the same event); `encode` writes a body,
    `proof` its headers.
    """

    name: str
    path: str
    calls: tuple[Callable[[int], Payload], ...]
    proof: Callable[[bytes], dict[str, str]]
    encode: Callable[[Any], bytes] = _json
    content_type: str = "application/json"


def make_doors() -> list[RecordedDoor]:
    """A workspace for each provider, connected, and its door."""
    return [make_door(name) for name in MAKERS]


def make_door(name: str) -> RecordedDoor:
    """The door of this name (one of `MAKERS`), with its workspace."""
    with platform(timeout_ms=30_000):
        return MAKERS[name]()


@contextmanager
def platform_secrets() -> Iterator[None]:
    """The credentials that are not of one workspace."""
    values = {
        "UNIPILE_WEBHOOK_SECRET": unipile.SECRET,
        "CLAY_CALLBACK_SECRET": CLAY_SECRET,
        "SLACK_SIGNING_SECRET": clicks.SECRET,
    }
    with mock.patch.dict("os.environ", values):
        yield


def _connect(provider: str, *, account: str | None = None, **secrets: str) -> UUID:
    workspace = WorkspaceFactory(name=f"Fuzz {provider.lower()}")
    ConnectionFactory(workspace=workspace, provider=provider, external_account_id=account, secrets=secrets)
    return UUID(str(workspace.pk))


def _bearer(secret: str) -> Callable[[bytes], dict[str, str]]:
    return lambda body: {"authorization": f"Bearer {secret}"}


def _emailbison() -> RecordedDoor:
    workspace = _connect("EMAILBISON", account="14", api_key=API_KEY, webhook_secret=EMAILBISON_SECRET)

    def event(kind: str) -> Callable[[int], Payload]:
        def make(n: int) -> Payload:
            happened = {"id": 88_123 + n, "type": kind.lower(), "created_at": "2026-03-05T16:41:09.000000Z"}
            return emailbison.call(
                kind,
                campaign_event=happened,
                reply={**emailbison.REPLY, "id": 771_204 + n},
                scheduled_email={**emailbison.SCHEDULED, "id": 910_007 + n},
            )

        return make

    kinds = (
        "LEAD_REPLIED",
        "LEAD_INTERESTED",
        "UNTRACKED_REPLY_RECEIVED",
        "EMAIL_SENT",
        "EMAIL_OPENED",
        "EMAIL_BOUNCED",
        "LEAD_UNSUBSCRIBED",
        "MANUAL_EMAIL_SENT",
        "EMAIL_ACCOUNT_DISCONNECTED",
    )
    return RecordedDoor(
        name="webhook_email",
        path=f"{emailbison.URL}?clientId={workspace}",
        calls=tuple(event(kind) for kind in kinds),
        proof=_bearer(EMAILBISON_SECRET),
    )


def _smartlead() -> RecordedDoor:
    workspace = _connect("SMARTLEAD", api_key=API_KEY, webhook_secret=smartlead.SECRET)
    return RecordedDoor(
        name="webhook_smartlead",
        path=f"{smartlead.PATH}?clientId={workspace}",
        calls=(
            lambda n: smartlead.call(reply_message={**smartlead.REPLY["reply_message"], "message_id": f"<r{n}@m>"}),
            lambda n: smartlead.call(smartlead.SENT, sequence_number=n),
            lambda n: smartlead.call(smartlead.UNSUBSCRIBED, sl_lead_email=f"dana+{n}@northfork.example"),
            lambda n: smartlead.call(
                smartlead.without(smartlead.REPLY, "reply_message"), stats_id=str(n), secret_key=smartlead.SECRET
            ),
        ),
        proof=_bearer(smartlead.SECRET),
    )


def _instantly() -> RecordedDoor:
    workspace = _connect("INSTANTLY", api_key=API_KEY, webhook_secret=instantly.SECRET)
    bases = (instantly.REPLY, instantly.OLDER_REPLY, instantly.SENT, instantly.BOUNCED)
    return RecordedDoor(
        name="webhook_instantly",
        path=f"{instantly.PATH}?clientId={workspace}",
        calls=(
            *((lambda n, base=base: instantly.call(base, email_id=f"{base['timestamp']}-{n}")) for base in bases),
            lambda n: instantly.call(instantly.UNSUBSCRIBED, lead_email=f"dana+{n}@northfork.example"),
        ),
        proof=lambda body: {"x-instantly-secret": instantly.SECRET},
    )


def _lead_push() -> RecordedDoor:
    workspace = _connect("LEAD_PUSH", webhook_secret=PUSH_SECRET)

    def flat(n: int) -> Payload:
        return {"id": f"p-{n}", "email": f"dana+{n}@northfork.example", "firstName": "Dana", "tags": ["hot", "dental"]}

    def nested(n: int) -> Payload:
        company = {"name": "Northfork Dental", "state": "Texas", "size": 12}
        return {"externalId": n, "person": {"email": f"lee+{n}@northfork.example", "optIn": True}, "company": company}

    return RecordedDoor(
        name="webhook_lead_push",
        path=f"/api/webhooks/lead-push/api?clientId={workspace}",
        calls=(flat, nested),
        proof=_bearer(PUSH_SECRET),
    )


def _ghl() -> RecordedDoor:
    _connect("GHL", account=ghl.LOCATION, private_key=API_KEY, webhook_secret="ghlhook-5d8b2f7a1c94e360")
    return RecordedDoor(
        name="webhook_ghl_sms",
        path=ghl.URL,
        calls=(lambda n: ghl.sms(f"Yes, number {n}"), lambda n: ghl.undated(f"Yes, undated number {n}")),
        proof=lambda body: {"x-webhook-secret": "ghlhook-5d8b2f7a1c94e360"},
    )


def _unipile() -> RecordedDoor:
    _connect("UNIPILE", account=unipile.ACCOUNT)
    member = unipile.DANA
    return RecordedDoor(
        name="webhook_linkedin",
        path=unipile.URL,
        calls=(
            lambda n: unipile.received(message_id=f"urn_{n}"),
            lambda n: unipile.echoed(message_id=f"urn_own_{n}"),
            lambda n: unipile.relayed(id=f"urn_relayed_{n}"),
            lambda n: unipile.relation(user_provider_id=f"{member}{n}"),
            lambda n: unipile.relayed_relation(linkedin_member_id=f"{member}r{n}"),
        ),
        proof=lambda body: {"x-unipile-secret": unipile.SECRET},
    )


def _clay() -> RecordedDoor:
    workspace = WorkspaceFactory(name="Fuzz clay")
    remember_clay_lead(workspace.pk, UUID(clay.LEAD_ID))
    return RecordedDoor(
        name="webhook_clay",
        path=clay.URL,
        calls=(lambda n: {**clay.PHONE, "row": n}, lambda n: {**clay.LINKEDIN, "row": n}),
        proof=lambda body: {"x-clay-signature": CLAY_SECRET},
    )


def _calendly() -> RecordedDoor:
    workspace = _connect("CALENDLY", access_token=API_KEY, webhook_signing_key=SIGNING_KEY)

    def booked(kind: str) -> Callable[[int], Payload]:
        return lambda n: {
            "event": kind,
            "created_at": "2026-03-05T17:02:00.000000Z",
            "created_by": f"{CALENDLY}/users/AAAA",
            "payload": {
                "uri": f"{CALENDLY}/scheduled_events/EV1/invitees/{n}",
                "email": "dana@northfork.example",
                "name": "Dana Reyes",
                "status": "active",
                "timezone": "America/New_York",
                "event": f"{CALENDLY}/scheduled_events/EV1",
                "questions_and_answers": [{"question": "Annual revenue?", "answer": "$2M", "position": 0}],
                "rescheduled": False,
                "scheduled_event": {
                    "uri": f"{CALENDLY}/scheduled_events/EV1",
                    "name": "Intro call",
                    "start_time": "2026-03-10T15:00:00.000000Z",
                    "end_time": "2026-03-10T15:30:00.000000Z",
                    "event_type": f"{CALENDLY}/event_types/ET1",
                },
            },
        }

    def proof(body: bytes) -> dict[str, str]:
        stamp = str(int(time.time()))
        return {"calendly-webhook-signature": f"t={stamp},v1={sign_calendly(SIGNING_KEY, stamp, body)}"}

    return RecordedDoor(
        name="webhook_calendly",
        path=f"/api/webhooks/calendly/{workspace}",
        calls=(booked("invitee.created"), booked("invitee.canceled")),
        proof=proof,
    )


def _slack() -> RecordedDoor:
    workspace = _connect("SLACK", account="T0ZRG", bot_token="xoxb-simulator", signing_secret=clicks.SECRET)

    def proof(body: bytes) -> dict[str, str]:
        stamp = str(int(time.time()))
        return {
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": sign_slack(clicks.SECRET, stamp, body),
        }

    def clicked(kind: str) -> Callable[[int], Payload]:
        """The button's value as an object, so that it is damaged within as well."""

        def make(n: int) -> Payload:
            action = clicks.action(workspace, kind, ts=f"1772728901.{n:06d}")
            return clicks.payload({**action, "value": json.loads(action["value"])})

        return make

    return RecordedDoor(
        name="webhook_slack",
        path=clicks.URL,
        calls=tuple(clicked(kind) for kind in ("approve_send", "regenerate_draft_fast", "reject_draft")),
        proof=proof,
        encode=_slack_form,
        content_type="application/x-www-form-urlencoded",
    )


def _slack_form(payload: Any) -> bytes:
    """A button's value is JSON within the JSON of the form's field."""
    actions = payload.get("actions") if isinstance(payload, dict) else None
    for action in actions if isinstance(actions, list) else []:
        if isinstance(action, dict) and isinstance(action.get("value"), dict):
            action["value"] = json.dumps(action["value"])
    return urlencode({"payload": json.dumps(payload)}).encode()


MAKERS = {
    "webhook_email": _emailbison,
    "webhook_smartlead": _smartlead,
    "webhook_instantly": _instantly,
    "webhook_ghl_sms": _ghl,
    "webhook_linkedin": _unipile,
    "webhook_clay": _clay,
    "webhook_calendly": _calendly,
    "webhook_slack": _slack,
    "webhook_lead_push": _lead_push,
}
"""By the names of `integrations.urls`."""
