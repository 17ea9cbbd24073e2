"""POST /api/webhooks/smartlead?clientId=: the workspace is named, the body may hold the secret."""

import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from integrations import fields, ingest
from integrations.doors import Door, Target, Visit
from integrations.enums import Provider
from integrations.ingest import Body, Rejected
from integrations.rules.keys import dedupe_key
from integrations.smartlead import payload as wire
from zrg.jobs.contracts import NewEvent

PROVIDER = Provider.SMARTLEAD.value

DOOR = Door(provider=PROVIDER, endpoint="smartlead", is_known=wire.is_known)


@csrf_exempt
def receive_smartlead_event(request: HttpRequest) -> HttpResponse:
    """The SmartLead webhook. After a 2xx with an event id the event is a committed row."""
    return DOOR.serve(request, _receive)


def _receive(visit: Visit) -> HttpResponse:
    content = ingest.read_body(visit.request)
    target = DOOR.read_named_target(visit.request)
    if not target.is_connected:
        return DOOR.ignore("provider_mismatch", visit=visit, target=target)
    body = ingest.parse_object(content)
    in_body = fields.text(body.payload.get(wire.SECRET_FIELD))
    DOOR.demand_secret(
        target, (ingest.bearer(visit.request), visit.request.META.get("HTTP_X_SMARTLEAD_SECRET"), in_body)
    )
    return _accept(visit, body, target)


def _accept(visit: Visit, body: Body, target: Target) -> HttpResponse:
    call = wire.read_call(body.payload)
    if call.event_type is None or not wire.is_known(call.event_type):
        return DOOR.ignore("unknown_event_type", call.event_type, visit=visit, target=target)
    problem = wire.problem_of(call.event_type, call)
    if problem is not None:
        raise Rejected(400, problem)
    return DOOR.accept(_event(body, call, call.event_type, target), target=target, visit=visit, signed=True)


def _event(body: Body, call: wire.Call, event_type: str, target: Target) -> NewEvent:
    ref = wire.reference(event_type, call)
    return NewEvent(
        provider=PROVIDER,
        event_type=event_type,
        dedupe_key=dedupe_key(PROVIDER, target.workspace_id, event_type, ref),
        workspace_id=target.workspace_id,
        connection_id=target.connection_id,
        raw_text=_storable(body),
        priority=wire.priority_of(event_type),
        **wire.summary(call),  # type: ignore[arg-type]
    )


def _storable(body: Body) -> str:
    """The body as JSON text, without the secret it may hold."""
    if wire.SECRET_FIELD not in body.payload:
        return body.text
    return json.dumps(wire.without_secret(body.payload), ensure_ascii=False)
