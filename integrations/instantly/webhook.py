"""POST /api/webhooks/instantly?clientId=: the workspace is named, the secret is checked before the body is read."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from integrations import ingest
from integrations.doors import Door, Target, Visit
from integrations.enums import Provider
from integrations.ingest import Body, Rejected
from integrations.instantly import payload as wire
from integrations.rules.keys import dedupe_key
from zrg.jobs.contracts import NewEvent

PROVIDER = Provider.INSTANTLY.value

DOOR = Door(provider=PROVIDER, endpoint="instantly", is_known=wire.is_known)


@csrf_exempt
def receive_instantly_event(request: HttpRequest) -> HttpResponse:
    """The Instantly webhook. After a 2xx with an event id the event is a committed row."""
    return DOOR.serve(request, _receive)


def _receive(visit: Visit) -> HttpResponse:
    content = ingest.read_body(visit.request)
    target = DOOR.read_named_target(visit.request)
    if not target.is_connected:
        return DOOR.ignore("provider_mismatch", visit=visit, target=target)
    DOOR.demand_secret(target, (ingest.bearer(visit.request), visit.request.META.get("HTTP_X_INSTANTLY_SECRET")))
    return _accept(visit, ingest.parse_object(content), target)


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
        raw_text=body.text,
        priority=wire.priority_of(event_type),
        **wire.summary(call),  # type: ignore[arg-type]
    )
