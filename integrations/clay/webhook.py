"""POST /api/webhooks/clay: check the signature, find who asked, keep the event, answer."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from integrations import ingest
from integrations.clay import payload as wire
from integrations.clay.signature import verify_signature
from integrations.doors import Door, Visit
from integrations.enums import RouteProvider
from integrations.env import clay_callback_secret, clay_callback_uses_hmac
from integrations.ingest import Rejected
from integrations.rules.keys import PRIORITY_SENT, dedupe_key
from zrg.jobs.contracts import NewEvent

PROVIDER = RouteProvider.CLAY.value

DOOR = Door(provider=PROVIDER, endpoint="clay", is_known=wire.is_known)


@csrf_exempt
def receive_clay_answer(request: HttpRequest) -> HttpResponse:
    """The answer of a Clay table. After a 2xx with an event id the event is a committed row."""
    return DOOR.serve(request, _accept)


def _accept(visit: Visit) -> HttpResponse:
    raw = ingest.read_body(visit.request)
    _check_signature(visit.request, raw)
    body = _parse(raw)
    call = wire.read_call(body.payload)
    if problem := wire.problem_of(call):
        raise Rejected(400, problem)
    # Clay may only answer about leads we asked about; the route is what asking leaves.
    workspace_id = DOOR.find_workspace(str(call.lead)) if call.lead else None
    target = DOOR.read_target(workspace_id) if workspace_id else None
    if target is None:
        raise Rejected(404, "Lead not found")
    event = NewEvent(
        provider=PROVIDER,
        event_type=wire.EVENT,
        dedupe_key=dedupe_key(PROVIDER, target.workspace_id, wire.EVENT, wire.reference(call, body.payload)),
        workspace_id=target.workspace_id,
        raw_text=body.text,
        priority=PRIORITY_SENT,
        provider_lead_id=str(call.lead),
    )
    return DOOR.accept(event, target=None, visit=visit, signed=True)


def _check_signature(request: HttpRequest, raw: bytes) -> None:
    secret = clay_callback_secret()
    header = request.META.get("HTTP_X_CLAY_SIGNATURE") or request.META.get("HTTP_X_WEBHOOK_SIGNATURE")
    genuine, reason = verify_signature(secret, header, raw, use_hmac=clay_callback_uses_hmac())
    if not genuine and not (reason == "secret_unset" and settings.DEBUG):
        raise Rejected(401, "Invalid signature")


def _parse(raw: bytes) -> ingest.Body:
    try:
        return ingest.parse_object(raw)
    except Rejected as problem:
        raise Rejected(problem.status, "Invalid JSON body") from problem
