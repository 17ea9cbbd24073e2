"""POST /api/webhooks/lead-push/<source>?clientId=: the workspace and the program are named, the secret is demanded."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from integrations import ingest
from integrations.doors import Door, Visit
from integrations.enums import Provider
from integrations.ingest import Rejected
from integrations.lead_push import payload as wire
from integrations.rules.keys import PRIORITY_SENT, dedupe_key
from zrg.jobs.contracts import NewEvent

PROVIDER = Provider.LEAD_PUSH.value

DOOR = Door(provider=PROVIDER, endpoint="lead-push", is_known=wire.is_known)


@csrf_exempt
def receive_pushed_lead(request: HttpRequest, source: str) -> HttpResponse:
    """One pushed lead. After a 2xx with an event id the event is a committed row."""
    return DOOR.serve(request, lambda visit: _receive(visit, source))


def _receive(visit: Visit, source: str) -> HttpResponse:
    content = ingest.read_body(visit.request)
    if source not in wire.SOURCES:
        raise Rejected(404, "Unknown source")
    target = DOOR.read_named_target(visit.request)
    if not target.is_connected:
        raise Rejected(401, "Unauthorized")
    DOOR.demand_secret(
        target,
        (ingest.bearer(visit.request), *(visit.request.META.get(f"HTTP_{name}") for name in _HEADERS)),
    )
    body = ingest.parse_object(content)
    push = wire.read_push(body.payload)
    if problem := wire.problem_of(push):
        raise Rejected(400, problem)
    kind = wire.event_type(source)
    event = NewEvent(
        provider=PROVIDER,
        event_type=kind,
        dedupe_key=dedupe_key(PROVIDER, target.workspace_id, "lead", wire.reference(source, push, body.payload)),
        workspace_id=target.workspace_id,
        connection_id=target.connection_id,
        raw_text=body.text,
        priority=PRIORITY_SENT,
        provider_lead_id=push.external_id[:191] if push.external_id else None,
    )
    return DOOR.accept(event, target=target, visit=visit, signed=True)


_HEADERS = ("X_LEAD_PUSH_SECRET", "X_WEBHOOK_SECRET")
