"""POST /api/webhooks/email: find the workspace, check the secret, keep the event, answer.

Three statements: the look-up of the route (none when `clientId` names the workspace), the workspace
with its connection, the insert. Each is a transaction of its own, inside which it enters the workspace.
Everything else happens in the worker.
"""

import time
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DataError
from django.db import Error as DatabaseError
from django.db import connection as database
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from integrations import ingest
from integrations.emailbison import payload as wire
from integrations.enums import Provider
from integrations.env import emailbison_base_url
from integrations.errors import SecretUnreadable
from integrations.ingest import Body, Rejected
from integrations.metrics import count_webhook
from integrations.rules.hosts import host_of
from integrations.rules.routes import name_candidates
from integrations.rules.routing import Routed, pick_workspace, route_keys
from integrations.services.secrets import unseal
from integrations.services.webhook_health import note_unreadable_secret, note_webhook
from zrg.jobs.contracts import NewEvent, StoredEvent
from zrg.jobs.services.intake import store_event
from zrg.lib import log_events
from zrg.lib.hashing import sha
from zrg.lib.secrets_hygiene import matches_any
from zrg.workspaces.context import INGEST_TIMEOUT_MS, dispatch

ENDPOINT = "email"
PROVIDER = Provider.EMAILBISON.value
UNROUTED_MAX_BYTES = 64 * 1024
UNROUTED_PER_DAY = 1_000

_ROUTES = """
SELECT key_hash, workspace_id FROM integrations_webhookroute WHERE provider = %s AND key_hash = ANY(%s)
UNION ALL
SELECT '', NULL::uuid FROM integrations_emailbisonbasehost WHERE host = %s
"""
# Enters the workspace for the length of the statement (integrations/0003_webhook_target).
_TARGET = "SELECT workspace_name, connection_id, is_active, secrets, is_stale FROM zrg_webhook_target(%s, %s)"
# Unrouted events are the only ones without a workspace, so the index on (workspace, created_at) serves this.
_UNROUTED_TODAY = """
SELECT count(*) FROM (
  SELECT 1 FROM jobs_webhookevent
  WHERE workspace_id IS NULL AND created_at > now() - interval '24 hours' AND provider = %s LIMIT %s
) recent
"""

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The workspace of a call and its connection, if it has one (`connection_id` None: it has not)."""

    workspace_id: UUID
    name: str
    connection_id: UUID | None
    is_active: bool
    secrets: str
    is_stale: bool


@csrf_exempt
def receive_email_event(request: HttpRequest) -> HttpResponse:
    """The EmailBison webhook. After a 2xx with an event id the event is a committed row."""
    if request.method != "POST":
        return ingest.describe_endpoint(request, ENDPOINT)
    started = time.monotonic()
    try:
        body = ingest.parse_object(ingest.read_body(request))
        return _route(request, body, started)
    except Rejected as problem:
        _log(log_events.WEBHOOK_REJECTED, started, status=problem.status, reason=problem.error)
        return ingest.rejected(problem)
    except DataError:
        # JSON that the database cannot hold (a number beyond all bounds) will not get better by repeating.
        _log(log_events.WEBHOOK_REJECTED, started, status=400, reason="not storable")
        return ingest.rejected(Rejected(400, "Invalid JSON payload"))
    except DatabaseError as error:
        count_webhook(PROVIDER, "other", "unavailable", time.monotonic() - started)
        logger.error(log_events.WEBHOOK_UNAVAILABLE, provider=PROVIDER, error=type(error).__name__)
        return ingest.unavailable("DB unavailable")


def _route(request: HttpRequest, body: Body, started: float) -> HttpResponse:
    call = wire.read_call(body.payload)
    named = ingest.parse_uuid(request.GET.get("clientId"))
    if named is not None:
        response = _enter(request, body, call, Routed(workspace_id=named), started)
        if response is not None:
            return response
    routed = _look_up(call)
    if routed.ambiguous:
        logger.warning(log_events.WEBHOOK_WORKSPACE_AMBIGUOUS, provider=PROVIDER, provider_workspace=call.workspace_id)
    if routed.workspace_id is not None:
        response = _enter(request, body, call, routed, started)
        if response is not None:
            return response
    _keep_unrouted(body, call, started)
    return ingest.rejected(Rejected(404, "Client not found for webhook"))


def _enter(request: HttpRequest, body: Body, call: wire.Call, routed: Routed, started: float) -> HttpResponse | None:
    """Process the call in its workspace; None when the workspace is not there."""
    assert routed.workspace_id is not None
    target = _read_target(routed.workspace_id)
    if target is None or (routed.by_name and not _bears(target, call)):
        return None
    try:
        signed = _check_secret(request, target)
    except SecretUnreadable as problem:
        assert target.connection_id is not None
        note_unreadable_secret(target.workspace_id, target.connection_id)
        _log(log_events.WEBHOOK_REJECTED, started, workspace=str(target.workspace_id), reason=problem.code)
        return ingest.unavailable("Credential unavailable")
    return _accept(body, call, target, started, signed=signed)


def _look_up(call: wire.Call) -> Routed:
    keys = route_keys(call.workspace_id, call.host, call.workspace_name)
    if not keys.all():
        return Routed()
    with database.cursor() as cursor:
        cursor.execute(_ROUTES, [PROVIDER, keys.all(), call.host])
        rows = cursor.fetchall()
    host_known = any(workspace_id is None for _, workspace_id in rows) or (
        call.host is not None and call.host == host_of(emailbison_base_url())
    )
    return pick_workspace(keys, [row for row in rows if row[1] is not None], host_known=host_known)


def _read_target(workspace_id: UUID) -> Target | None:
    with database.cursor() as cursor:
        cursor.execute(_TARGET, [PROVIDER, workspace_id])
        row = cursor.fetchone()
    if row is None:
        return None
    name, connection_id, is_active, secrets, is_stale = row
    return Target(
        workspace_id=workspace_id,
        name=name,
        connection_id=connection_id,
        is_active=bool(is_active),
        secrets=secrets or "",
        is_stale=bool(is_stale),
    )


def _bears(target: Target, call: wire.Call) -> bool:
    """Whether the workspace still has the name it was found by (it may have been renamed since)."""
    return any(target.name.strip().lower() == name.lower() for name in name_candidates(call.workspace_name or ""))


def _check_secret(request: HttpRequest, target: Target) -> bool:
    """Whether the call proved who it is from. `Rejected` 401 when a secret is demanded and missing."""
    secrets = unseal(target.secrets, target.workspace_id, PROVIDER) if target.secrets else {}
    expected = secrets.get("webhook_secret")
    if expected is None:
        if settings.EMAILBISON_REQUIRE_SECRET:
            raise Rejected(401, "Unauthorized")
        return False
    given = (ingest.bearer(request), request.META.get("HTTP_X_EMAILBISON_SECRET", ""), request.GET.get("secret", ""))
    if not any(matches_any(value.strip(), [expected]) for value in given):
        raise Rejected(401, "Unauthorized")
    return True


def _accept(body: Body, call: wire.Call, target: Target, started: float, *, signed: bool) -> HttpResponse:
    if target.connection_id is None or not target.is_active:
        return _ignore("provider_mismatch", call, target, started)
    if call.event_type is None:
        raise Rejected(400, "Missing event type")
    if not wire.is_known(call.event_type):
        return _ignore("unknown_event_type", call, target, started)
    if call.data is None:
        raise Rejected(400, "Missing data")
    problem = wire.problem_of(call.event_type, call.data)
    if problem is not None:
        raise Rejected(400, problem)
    stored = _store(body, call, call.event_type, call.data, target)
    if target.is_stale:
        # Committed already: what follows cannot take the event away.
        note_webhook(target.workspace_id, target.connection_id, signed=signed)
    event = log_events.WEBHOOK_DEDUPED if stored.deduped else log_events.WEBHOOK_ACCEPTED
    _log(event, started, workspace=str(target.workspace_id), event_type=call.event_type, event_id=str(stored.event_id))
    return ingest.accepted(stored.event_id, call.event_type, deduped=stored.deduped)


def _store(body: Body, call: wire.Call, event_type: str, data: wire.Data, target: Target) -> StoredEvent:
    ref = wire.reference(event_type, data, call.payload)
    return store_event(
        NewEvent(
            provider=PROVIDER,
            event_type=event_type,
            dedupe_key=wire.dedupe_key(PROVIDER, target.workspace_id, event_type, ref),
            workspace_id=target.workspace_id,
            connection_id=target.connection_id,
            raw_text=body.text,
            priority=wire.priority_of(event_type),
            **wire.summary(call),  # type: ignore[arg-type]
        )
    )


def _ignore(reason: str, call: wire.Call, target: Target, started: float) -> HttpResponse:
    _log(log_events.WEBHOOK_IGNORED, started, workspace=str(target.workspace_id), reason=reason)
    return ingest.ignored(reason, call.event_type)


def _keep_unrouted(body: Body, call: wire.Call, started: float) -> None:
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
                    priority=wire.PRIORITY_REPLY,
                    unrouted=True,
                    **wire.summary(call),  # type: ignore[arg-type]
                )
            )
            kept = True
    _log(log_events.WEBHOOK_UNROUTED, started, event_type=call.event_type, kept=kept)


def _unrouted_today() -> int:
    with database.cursor() as cursor:
        cursor.execute(_UNROUTED_TODAY, [PROVIDER, UNROUTED_PER_DAY])
        return int(cursor.fetchone()[0])


def _log(event: str, started: float, **values: object) -> None:
    seconds = time.monotonic() - started
    kind = str(values.get("event_type") or "")
    # Callers choose the type; what nobody knows must not become a label.
    count_webhook(PROVIDER, kind if wire.is_known(kind) else "other", event.partition(".")[2], seconds)
    logger.info(event, provider=PROVIDER, ms=round(seconds * 1000, 1), **values)
