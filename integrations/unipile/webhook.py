"""POST /api/webhooks/linkedin: check the platform's secret, find the account, keep the event, answer.

One secret serves all workspaces, so it is checked before anything of the body is read; the account id
then names the workspace.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from integrations import ingest
from integrations.doors import Door, Target, Visit
from integrations.enums import Provider
from integrations.env import unipile_webhook_secret
from integrations.ingest import Body, Rejected
from integrations.rules.keys import dedupe_key
from integrations.unipile import payload as wire
from zrg.jobs.contracts import NewEvent
from zrg.lib.secrets_hygiene import matches_any

PROVIDER = Provider.UNIPILE.value
SECRET_HEADERS = ("HTTP_X_UNIPILE_SECRET", "HTTP_UNIPILE_AUTH")

DOOR = Door(provider=PROVIDER, endpoint="linkedin", is_known=wire.is_known)


@csrf_exempt
def receive_linkedin_event(request: HttpRequest) -> HttpResponse:
    """The Unipile webhook. After a 2xx with an event id the event is a committed row."""
    return DOOR.serve(request, _answer)


def _answer(visit: Visit) -> HttpResponse:
    raw = ingest.read_body(visit.request)
    signed = _check_secret(visit.request)
    body = ingest.parse_object(raw)
    call = wire.read_call(body.payload)
    if call.account_id is None:
        raise Rejected(400, "Missing account_id")
    workspace_id = DOOR.find_workspace(call.account_id)
    target = DOOR.read_target(workspace_id) if workspace_id else None
    if target is None or target.connection_id is None:
        # A refusal would be delivered five more times for every message of an account nobody has.
        return DOOR.ignore("unknown_account", call.event_type, visit=visit)
    if not target.is_active:
        return DOOR.ignore("connection_inactive", call.event_type, visit=visit, target=target)
    return _accept(visit, body, call, target, signed=signed)


def _check_secret(request: HttpRequest) -> bool:
    """Whether the call proved who it is from. `Rejected` 401 otherwise, except in development without a secret."""
    expected = unipile_webhook_secret()
    if not expected:
        if settings.DEBUG:
            return False
        raise Rejected(401, "Unauthorized")
    if not any(matches_any(request.META.get(header, "").strip(), [expected]) for header in SECRET_HEADERS):
        raise Rejected(401, "Unauthorized")
    return True


def _accept(visit: Visit, body: Body, call: wire.Call, target: Target, *, signed: bool) -> HttpResponse:
    if call.event_type is None:
        raise Rejected(400, "Missing event type")
    if not wire.is_known(call.event_type):
        return DOOR.ignore("unknown_event_type", call.event_type, visit=visit, target=target)
    problem = wire.problem_of(call)
    if problem is not None:
        raise Rejected(400, problem)
    event = NewEvent(
        provider=PROVIDER,
        event_type=call.event_type,
        dedupe_key=dedupe_key(PROVIDER, target.workspace_id, call.event_type, wire.reference(call, now=timezone.now())),
        workspace_id=target.workspace_id,
        connection_id=target.connection_id,
        raw_text=body.text,
        priority=wire.priority_of(call),
        **wire.summary(call),  # type: ignore[arg-type]
    )
    return DOOR.accept(event, target=target, visit=visit, signed=signed)
