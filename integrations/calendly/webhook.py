"""POST /api/webhooks/calendly/<workspace>: check the signature, keep the event, answer."""

import hashlib
import time
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from integrations import ingest
from integrations.calendly import payload as wire
from integrations.calendly.signature import verify_signature
from integrations.doors import Door, Target, Visit
from integrations.enums import Provider
from integrations.env import calendly_signing_key
from integrations.ingest import Body, Rejected
from integrations.rules.keys import PRIORITY_PERSON, dedupe_key
from zrg.jobs.contracts import NewEvent
from zrg.lib import log_events

PROVIDER = Provider.CALENDLY.value
MAX_BODY_BYTES = 256 * 1024
SIGNATURE_HEADER = "HTTP_CALENDLY_WEBHOOK_SIGNATURE"

DOOR = Door(provider=PROVIDER, endpoint="calendly", is_known=wire.is_known)

logger = structlog.get_logger(__name__)


@csrf_exempt
def receive_calendly_event(request: HttpRequest, workspace: str) -> HttpResponse:
    """The Calendly webhook of one workspace. After a 2xx the event is a committed row."""
    if request.method == "GET":
        return ingest.answer(200, {"ok": True, "status": "ok", "endpoint": DOOR.endpoint})
    return DOOR.serve(request, lambda visit: _accept(visit, ingest.parse_uuid(workspace)))


def _accept(visit: Visit, workspace_id: UUID | None) -> HttpResponse:
    raw = ingest.read_body(visit.request, limit=MAX_BODY_BYTES)
    target = DOOR.read_target(workspace_id) if workspace_id else None
    if target is None:
        raise Rejected(404, "Unknown workspace")
    verified = _check_signature(visit.request, target, raw)
    body = ingest.parse_object(raw, error="Invalid JSON")
    call = wire.read_call(body.payload)
    if target.connection_id is not None and not target.is_active:
        return DOOR.ignore("connection_inactive", call.event, visit=visit, target=target)
    event = _event(raw, body, call, target, verified=verified)
    stored = DOOR.keep(event, target=target, visit=visit, signed=verified)
    if stored.deduped:
        return ingest.answer(200, {"ok": True, "duplicate": True})
    return ingest.answer(202, {"ok": True})


def _check_signature(request: HttpRequest, target: Target, raw: bytes) -> bool:
    """Whether the call proved who it is from. `Rejected` 401 when it should have and did not; False, with
    a warning, when nobody has a key: the call is then a hint to ask Calendly, nothing more.
    """
    key = DOOR.secrets_of(target).get("webhook_signing_key") or calendly_signing_key()
    if not key:
        logger.warning(log_events.WEBHOOK_UNVERIFIED, provider=PROVIDER, workspace=str(target.workspace_id))
        return False
    ok, reason = verify_signature(key, request.META.get(SIGNATURE_HEADER), raw, time.time())
    if not ok:
        raise Rejected(401, "Unauthorized", reason=reason)
    return True


def _event(raw: bytes, body: Body, call: wire.Call, target: Target, *, verified: bool) -> NewEvent:
    return NewEvent(
        provider=PROVIDER,
        event_type=call.event or wire.UNKNOWN_EVENT,
        dedupe_key=_key(raw, call, target.workspace_id),
        workspace_id=target.workspace_id,
        connection_id=target.connection_id,
        raw_text=body.text,
        priority=PRIORITY_PERSON,
        verified=verified,
        lead_email=call.email,
    )


def _key(raw: bytes, call: wire.Call, workspace_id: UUID) -> str:
    if call.event and call.reference:
        return dedupe_key(PROVIDER, workspace_id, call.event, call.reference)
    return dedupe_key(PROVIDER, workspace_id, "sha256", hashlib.sha256(raw).hexdigest())
