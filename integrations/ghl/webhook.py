"""POST /api/webhooks/ghl/sms: find the location's workspace, check the secret, keep the event, answer."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from integrations import ingest
from integrations.doors import Door, Target, Visit
from integrations.enums import Provider
from integrations.ghl import payload as wire
from integrations.ingest import Body, Rejected
from integrations.rules.keys import PRIORITY_PERSON, dedupe_key
from zrg.jobs.contracts import NewEvent
from zrg.jobs.models import WebhookEvent
from zrg.lib.secrets_hygiene import matches_any
from zrg.workspaces.context import INGEST_TIMEOUT_MS, tenant

PROVIDER = Provider.GHL.value

DOOR = Door(provider=PROVIDER, endpoint="ghl_sms", is_known=wire.is_known)


@csrf_exempt
def receive_sms_event(request: HttpRequest) -> HttpResponse:
    """The webhook of a location's workflow. After a 2xx with an event id the event is a committed row."""
    return DOOR.serve(request, _route)


def _route(visit: Visit) -> HttpResponse:
    body = ingest.parse_object(ingest.read_body(visit.request))
    call = wire.read_call(body.payload, location_id=visit.request.GET.get("locationId"))
    if call.location_id is None:
        raise Rejected(400, "Missing location.id")
    if call.contact_id is None:
        raise Rejected(400, "Missing contact_id")
    workspace_id = DOOR.find_workspace(call.location_id)
    target = DOOR.read_target(workspace_id) if workspace_id else None
    if target is None:
        raise Rejected(404, f"Client not registered for location: {call.location_id}")
    signed = _check_secret(visit.request, target)
    if not target.is_connected:
        return DOOR.ignore("connection_inactive", wire.EVENT_TYPE, visit=visit, target=target)
    if call.text is None:
        return DOOR.ignore("empty_message", wire.EVENT_TYPE, visit=visit, target=target)
    return DOOR.accept(_event(body, call, target, timezone.now()), target=target, visit=visit, signed=signed)


def _check_secret(request: HttpRequest, target: Target) -> bool:
    """Whether the call proved who it is from. `Rejected` 401 when the connection has a secret and it does not."""
    expected = DOOR.secrets_of(target).get("webhook_secret")
    if expected is None:
        return False
    given = (ingest.bearer(request), request.META.get("HTTP_X_WEBHOOK_SECRET", ""))
    if not any(matches_any(value.strip(), [expected]) for value in given):
        raise Rejected(401, "Unauthorized")
    return True


def _event(body: Body, call: wire.Call, target: Target, received_at: datetime) -> NewEvent:
    keys = [
        dedupe_key(PROVIDER, target.workspace_id, wire.EVENT_TYPE, ref) for ref in wire.references(call, received_at)
    ]
    return NewEvent(
        provider=PROVIDER,
        event_type=wire.EVENT_TYPE,
        dedupe_key=_stored_key(target, keys[1:]) or keys[0],
        workspace_id=target.workspace_id,
        connection_id=target.connection_id,
        raw_text=body.text,
        priority=PRIORITY_PERSON,
        provider_workspace_id=call.location_id,
        provider_workspace_name=call.location_name,
        campaign_name=call.label,
        provider_lead_id=call.contact_id,
        lead_email=call.email,
        lead_first_name=call.first_name,
        lead_last_name=call.last_name,
    )


def _stored_key(target: Target, keys: list[str]) -> str | None:
    """The first of these keys under which a call was kept: this one repeats it."""
    if not keys:
        return None
    with tenant(target.workspace_id, timeout_ms=INGEST_TIMEOUT_MS):
        return WebhookEvent.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True).first()
