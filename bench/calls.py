"""Webhook calls of realistic size, as each provider posts them; a number makes each its own event."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from integrations.calendly.signature import sign as sign_calendly
from integrations.enums import Provider, RouteProvider
from integrations.models import Connection
from integrations.services.routes import refresh_routes, remember_clay_lead
from integrations.services.secrets import seal
from integrations.slack.signature import sign as sign_slack
from zrg.workspaces.context import platform
from zrg.workspaces.models import Workspace

SECRET = "bench-hook-9f2c7d41b8e06a35"
TEXT = "Could you send more details about pricing? " * 12
GHL_LOCATION, UNIPILE_ACCOUNT, SLACK_TEAM = "benchLocation0000001", "benchAccount", "TBENCH"
AT = "2026-03-05T16:41:03.000Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: its body and what proves it."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorLoad:
    """A webhook endpoint of a connected workspace, and its calls by number. `bare` is the same work for
    the rival: what it has to look up and to compute.
    """

    name: str
    path: str
    call: Callable[[int], Call]
    bare: str


def reply_call(number: int, lead: int | None = None) -> Call:
    """A LEAD_REPLIED call; `number` makes the reply, `lead` the person."""
    who = number if lead is None else lead
    address = f"person{who}@company{who % 997}.example"
    return _json(
        {
            "event": {"type": "LEAD_REPLIED", "name": "Lead Replied", "workspace_name": "Bench"},
            "data": {
                "campaign": {"id": 402, "name": "Owners Q2"},
                "campaign_event": {"id": number, "type": "replied", "created_at": "2026-03-05T16:41:09.000000Z"},
                "lead": {
                    "id": 1_000_000 + who,
                    "email": address,
                    "first_name": "Dana",
                    "last_name": f"Reyes {who}",
                    "company": "Northfork Dental",
                    "title": "Owner",
                },
                "sender_email": {"id": 67, "email": "priya@outbound.example", "name": "Priya Nair"},
                "reply": {
                    "id": 5_000_000 + number,
                    "email_subject": "Re: quick idea",
                    "from_email_address": address,
                    "from_name": "Dana Reyes",
                    "to": [{"address": "priya@outbound.example", "name": "Priya Nair"}],
                    "cc": [],
                    "bcc": [],
                    "html_body": f"<div>{TEXT}</div>",
                    "text_body": TEXT,
                    "date_received": "2026-03-05T16:41:03.000000Z",
                    "automated_reply": False,
                    "interested": None,
                },
            },
        }
    )


def emailbison_door(workspace: Workspace) -> DoorLoad:
    """EmailBison names its workspace and shows no secret."""
    _connect(workspace, Provider.EMAILBISON, account="14", api_key=SECRET)
    return DoorLoad(
        name="EmailBison",
        path=f"/api/webhooks/email?clientId={workspace.pk}",
        call=reply_call,
        bare=_bare(workspace, Provider.EMAILBISON),
    )


def smartlead_door(workspace: Workspace) -> DoorLoad:
    """SmartLead puts the secret into the body, which is written anew without it."""
    _connect(workspace, Provider.SMARTLEAD, api_key=SECRET, webhook_secret=SECRET)

    def call(number: int) -> Call:
        address = f"person{number}@company{number % 997}.example"
        return _json(
            {
                "event_type": "EMAIL_REPLY",
                "secret_key": SECRET,
                "campaign_id": 88410,
                "campaign_name": "Dental owners",
                "stats_id": "b1a0d2f8-1d5c-4a0e-8a53-0c2f6d1f3c77",
                "sequence_number": 2,
                "sl_lead_email": address,
                "sl_lead_name": "Dana Reyes",
                "from_email": address,
                "to_email": "priya@outbound.example",
                "cc_emails": [],
                "subject": "Re: quick idea",
                "preview_text": TEXT[:60],
                "reply_message": {
                    "message_id": f"<r{number}@mail.example>",
                    "html": f"<div>{TEXT}</div>",
                    "text": TEXT,
                    "time": AT,
                },
                "event_timestamp": AT,
            }
        )

    return DoorLoad(
        name="SmartLead",
        path=f"/api/webhooks/smartlead?clientId={workspace.pk}",
        call=call,
        bare=_bare(workspace, Provider.SMARTLEAD),
    )


def instantly_door(workspace: Workspace) -> DoorLoad:
    """Instantly names its workspace and shows the secret in a header."""
    _connect(workspace, Provider.INSTANTLY, api_key=SECRET, webhook_secret=SECRET)

    def call(number: int) -> Call:
        payload = {
            "timestamp": AT,
            "event_type": "reply_received",
            "campaign_id": "6f0d1d7a-9a57-4ae2-8c3e-0b9a4f7d2c11",
            "campaign_name": "Dental owners",
            "lead_email": f"person{number}@company{number % 997}.example",
            "email_account": "priya@outbound.example",
            "email_id": f"01953f0a-6a2d-7c11-9b1e-{number:012d}",
            "reply_subject": "Re: quick idea",
            "reply_text": TEXT,
            "reply_html": f"<div>{TEXT}</div>",
            "reply_text_snippet": TEXT[:60],
        }
        return _json(payload, {"Authorization": f"Bearer {SECRET}"})

    return DoorLoad(
        name="Instantly",
        path=f"/api/webhooks/instantly?clientId={workspace.pk}",
        call=call,
        bare=_bare(workspace, Provider.INSTANTLY),
    )


def ghl_door(workspace: Workspace) -> DoorLoad:
    """A location's workflow; the location is looked up."""
    _connect(workspace, Provider.GHL, account=GHL_LOCATION, private_key=SECRET)

    def call(number: int) -> Call:
        body = f"Yes, call me tomorrow, number {number}"
        return _json(
            {
                "contact_id": f"benchContact{number:08d}",
                "first_name": "Dana",
                "last_name": "Reyes",
                "phone": f"+1415{number % 10_000_000:07d}",
                "date_created": "2026-01-11T09:00:00.000Z",
                "location": {"id": GHL_LOCATION, "name": "Northfork Dental"},
                "message": {"type": 2, "body": body},
                "workflow": {"id": "5f0c2d1e-0000-4a57-9a6e-2f0d7a1c9b11", "name": "Inbound SMS"},
                "customData": {"Message": body, "Date": "03/05/2026", "Time": "11:41 AM", "Client": "Northfork North"},
            }
        )

    return DoorLoad(
        name="GoHighLevel",
        path="/api/webhooks/ghl/sms",
        call=call,
        bare=_bare(workspace, Provider.GHL, route=GHL_LOCATION),
    )


def unipile_door(workspace: Workspace) -> DoorLoad:
    """A LinkedIn message; the account is looked up."""
    _connect(workspace, Provider.UNIPILE, account=UNIPILE_ACCOUNT)

    def call(number: int) -> Call:
        member = {
            "attendee_id": "a1",
            "attendee_name": "Dana Reyes",
            "attendee_provider_id": f"ACoAAbench{number:010d}",
        }
        payload = {
            "event": "message_received",
            "account_id": UNIPILE_ACCOUNT,
            "account_type": "LINKEDIN",
            "account_info": {"type": "LINKEDIN", "feature": "classic", "user_id": "ACoAAOwnUser000000"},
            "chat_id": "mZ4c",
            "message_id": f"urn_{number}",
            "message": TEXT,
            "timestamp": AT,
            "sender": member,
            "attendees": [member],
            "attachments": {},
        }
        return _json(payload, {"x-unipile-secret": os.environ["UNIPILE_WEBHOOK_SECRET"]})

    return DoorLoad(
        name="Unipile",
        path="/api/webhooks/linkedin",
        call=call,
        bare=_bare(workspace, Provider.UNIPILE, route=UNIPILE_ACCOUNT),
    )


def clay_door(workspace: Workspace) -> DoorLoad:
    """An answer about a lead we asked about; the lead is looked up."""
    lead_id = uuid4()
    with platform():
        remember_clay_lead(workspace.pk, lead_id)

    def call(number: int) -> Call:
        payload = {
            "leadId": str(lead_id),
            "enrichmentType": "phone",
            "status": "success",
            "phone": f"+1415{number:07d}",
        }
        return _json(payload, {"x-clay-signature": os.environ["CLAY_CALLBACK_SECRET"]})

    return DoorLoad(
        name="Clay", path="/api/webhooks/clay", call=call, bare=_bare(workspace, RouteProvider.CLAY, route=str(lead_id))
    )


def calendly_door(workspace: Workspace) -> DoorLoad:
    """A booking; its signature is computed over the body."""
    _connect(workspace, Provider.CALENDLY, access_token=SECRET, webhook_signing_key=SECRET)
    api = "https://api.calendly.com"

    def call(number: int) -> Call:
        body = _json(
            {
                "event": "invitee.created",
                "created_at": "2026-03-05T17:02:00.000000Z",
                "payload": {
                    "uri": f"{api}/scheduled_events/EV1/invitees/{number}",
                    "email": f"person{number}@company{number % 997}.example",
                    "name": "Dana Reyes",
                    "event": f"{api}/scheduled_events/EV1",
                    "scheduled_event": {"uri": f"{api}/scheduled_events/EV1", "start_time": AT, "end_time": AT},
                    "questions_and_answers": [{"question": "Anything else?", "answer": TEXT, "position": 0}],
                },
            }
        ).body
        stamp = str(int(time.time()))
        return Call(
            body=body, headers={"calendly-webhook-signature": f"t={stamp},v1={sign_calendly(SECRET, stamp, body)}"}
        )

    return DoorLoad(
        name="Calendly",
        path=f"/api/webhooks/calendly/{workspace.pk}",
        call=call,
        bare=_bare(workspace, Provider.CALENDLY, signed="1"),
    )


def slack_door(workspace: Workspace) -> DoorLoad:
    """A click; its signature is computed over the form, and the team is looked up."""
    _connect(workspace, Provider.SLACK, account=SLACK_TEAM, bot_token=SECRET, signing_secret=SECRET)
    button = {"draftId": str(UUID(int=1)), "leadId": str(UUID(int=2)), "clientId": str(workspace.pk), "v": 3}

    def call(number: int) -> Call:
        click = {"action_id": "approve_send", "action_ts": f"1772728901.{number:09d}", "value": json.dumps(button)}
        payload = {
            "type": "block_actions",
            "team": {"id": SLACK_TEAM},
            "user": {"id": "U0SETTER"},
            "channel": {"id": "D09"},
            "message": {"ts": "1772728863.000200"},
            "actions": [click],
        }
        body = urlencode({"payload": json.dumps(payload)}).encode()
        stamp = str(int(time.time()))
        signed = {"x-slack-request-timestamp": stamp, "x-slack-signature": sign_slack(SECRET, stamp, body)}
        return Call(body=body, headers={"Content-Type": "application/x-www-form-urlencoded", **signed})

    return DoorLoad(
        name="Slack",
        path="/api/webhooks/slack/interactions",
        call=call,
        bare=_bare(workspace, Provider.SLACK, route=SLACK_TEAM, signed="1"),
    )


OTHER_DOORS: tuple[Callable[[Workspace], DoorLoad], ...] = (
    smartlead_door,
    instantly_door,
    ghl_door,
    unipile_door,
    clay_door,
    calendly_door,
    slack_door,
)
"""All but EmailBison's, which the other measurements use."""


def _connect(workspace: Workspace, provider: Provider, *, account: str | None = None, **secrets: str) -> None:
    with platform():
        connection = Connection.objects.create(
            workspace=workspace,
            provider=provider,
            external_account_id=account,
            secrets=seal(workspace.pk, provider.value, secrets),
        )
        refresh_routes(connection)


def _bare(workspace: Workspace, provider: str, **work: str) -> str:
    return "/?" + urlencode({"clientId": workspace.pk, "provider": str(provider), **work})


def _json(payload: Any, headers: dict[str, str] | None = None) -> Call:
    return Call(body=json.dumps(payload).encode(), headers=headers or {})
