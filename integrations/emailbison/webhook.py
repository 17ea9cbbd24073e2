"""POST /api/webhooks/email: find the workspace, check the secret, keep the event, answer."""

from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection as database
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from integrations import ingest
from integrations.doors import Door, Target, Visit
from integrations.emailbison import payload as wire
from integrations.enums import Provider
from integrations.env import emailbison_base_url
from integrations.ingest import Body, Rejected
from integrations.rules.hosts import host_of
from integrations.rules.keys import PRIORITY_PERSON, dedupe_key
from integrations.rules.routes import name_candidates
from integrations.rules.routing import Routed, pick_workspace, route_keys
from zrg.jobs.contracts import NewEvent
from zrg.jobs.services.intake import store_event
from zrg.lib import log_events
from zrg.lib.hashing import sha
from zrg.lib.secrets_hygiene import matches_any
from zrg.workspaces.context import INGEST_TIMEOUT_MS, dispatch

PROVIDER = Provider.EMAILBISON.value
UNROUTED_MAX_BYTES = 64 * 1024
UNROUTED_PER_DAY = 1_000

DOOR = Door(provider=PROVIDER, endpoint="email", is_known=wire.is_known)

_ROUTES = """
SELECT key_hash, workspace_id FROM integrations_webhookroute WHERE provider = %s AND key_hash = ANY(%s)
UNION ALL
SELECT '', NULL::uuid FROM integrations_emailbisonbasehost WHERE host = %s
"""
# Unrouted events are the only ones without a workspace, so the index on (workspace, created_at) serves this.
_UNROUTED_TODAY = """
SELECT count(*) FROM (
  SELECT 1 FROM jobs_webhookevent
  WHERE workspace_id IS NULL AND created_at > now() - interval '24 hours' AND provider = %s LIMIT %s
) recent
"""

logger = structlog.get_logger(__name__)


@csrf_exempt
def receive_email_event(request: HttpRequest) -> HttpResponse:
    """The EmailBison webhook. After a 2xx with an event id the event is a committed row."""
    return DOOR.serve(request, _route)


def _route(visit: Visit) -> HttpResponse:
    body = ingest.parse_object(ingest.read_body(visit.request))
    call = wire.read_call(body.payload)
    named = ingest.parse_uuid(visit.request.GET.get("clientId"))
    if named is not None:
        response = _enter(visit, body, call, Routed(workspace_id=named))
        if response is not None:
            return response
    routed = _look_up(call)
    if routed.ambiguous:
        logger.warning(log_events.WEBHOOK_WORKSPACE_AMBIGUOUS, provider=PROVIDER, provider_workspace=call.workspace_id)
    if routed.workspace_id is not None:
        response = _enter(visit, body, call, routed)
        if response is not None:
            return response
    _keep_unrouted(visit, body, call)
    return ingest.rejected(Rejected(404, "Client not found for webhook"))


def _enter(visit: Visit, body: Body, call: wire.Call, routed: Routed) -> HttpResponse | None:
    """Process the call in its workspace; None when the workspace is not there."""
    assert routed.workspace_id is not None
    target = DOOR.read_target(routed.workspace_id)
    if target is None or (routed.by_name and not _bears(target, call)):
        return None
    return _accept(visit, body, call, target, signed=_check_secret(visit.request, target))


def _look_up(call: wire.Call) -> Routed:
    keys = route_keys(call.workspace_id, call.host, call.workspace_name)
    if not keys.all():
        return Routed()
    with database.cursor() as cursor:
        cursor.execute(_ROUTES, [PROVIDER, keys.all(), call.host])
        rows: list[tuple[str, UUID | None]] = cursor.fetchall()
    host_known = any(workspace_id is None for _, workspace_id in rows) or (
        call.host is not None and call.host == host_of(emailbison_base_url())
    )
    found = [(key, workspace_id) for key, workspace_id in rows if workspace_id is not None]
    return pick_workspace(keys, found, host_known=host_known)


def _bears(target: Target, call: wire.Call) -> bool:
    """Whether the workspace still has the name it was found by (it may have been renamed since)."""
    return any(target.name.strip().lower() == name.lower() for name in name_candidates(call.workspace_name or ""))


def _check_secret(request: HttpRequest, target: Target) -> bool:
    """Whether the call proved who it is from. `Rejected` 401 when a secret is demanded and missing."""
    expected = DOOR.secrets_of(target).get("webhook_secret")
    if expected is None:
        if settings.EMAILBISON_REQUIRE_SECRET:
            raise Rejected(401, "Unauthorized")
        return False
    given = (ingest.bearer(request), request.META.get("HTTP_X_EMAILBISON_SECRET", ""), request.GET.get("secret", ""))
    if not any(matches_any(value.strip(), [expected]) for value in given):
        raise Rejected(401, "Unauthorized")
    return True


def _accept(visit: Visit, body: Body, call: wire.Call, target: Target, *, signed: bool) -> HttpResponse:
    if not target.is_connected:
        return DOOR.ignore("provider_mismatch", call.event_type, visit=visit, target=target)
    if call.event_type is None:
        raise Rejected(400, "Missing event type")
    if not wire.is_known(call.event_type):
        return DOOR.ignore("unknown_event_type", call.event_type, visit=visit, target=target)
    if call.data is None:
        raise Rejected(400, "Missing data")
    problem = wire.problem_of(call.event_type, call.data)
    if problem is not None:
        raise Rejected(400, problem)
    event = _event(body, call, call.event_type, call.data, target)
    return DOOR.accept(event, target=target, visit=visit, signed=signed)


def _event(body: Body, call: wire.Call, event_type: str, data: wire.Data, target: Target) -> NewEvent:
    ref = wire.reference(event_type, data, call.payload)
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


def _keep_unrouted(visit: Visit, body: Body, call: wire.Call) -> None:
    """Keep a call nobody owns, within bounds, so that a person can route it."""
    raw = body.text
    kept = False
    with dispatch(timeout_ms=INGEST_TIMEOUT_MS):
        if len(raw.encode()) <= UNROUTED_MAX_BYTES and _unrouted_today() < UNROUTED_PER_DAY:
            store_event(
                NewEvent(
                    provider=PROVIDER,
                    event_type=call.event_type or "unknown",
                    dedupe_key=f"{PROVIDER.lower()}:unrouted:{sha(raw)}",
                    workspace_id=None,
                    raw_text=raw,
                    priority=PRIORITY_PERSON,
                    unrouted=True,
                    **wire.summary(call),  # type: ignore[arg-type]
                )
            )
            kept = True
    DOOR.log(log_events.WEBHOOK_UNROUTED, visit, event_type=call.event_type, kept=kept)


def _unrouted_today() -> int:
    with database.cursor() as cursor:
        cursor.execute(_UNROUTED_TODAY, [PROVIDER, UNROUTED_PER_DAY])
        return int(cursor.fetchone()[0])
