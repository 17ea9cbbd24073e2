"""POST /api/webhooks/slack/interactions: check the signature, keep each click, answer at once."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from integrations import ingest
from integrations.doors import Door, Target, Visit
from integrations.enums import Provider
from integrations.env import slack_signing_secret
from integrations.errors import SecretUnreadable
from integrations.ingest import Rejected
from integrations.rules.keys import PRIORITY_PERSON
from integrations.slack import payload as wire
from integrations.slack.refusals import WATCH
from integrations.slack.signature import verify_signature
from zrg.jobs.contracts import NewEvent
from zrg.lib import log_events

MAX_BODY_BYTES = 262_144
# One Slack team may serve this many workspaces.
MAX_WORKSPACES = 50

DOOR = Door(provider=Provider.SLACK.value, endpoint="slack_interactions", is_known=wire.CLICKS.__contains__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the signature proves: the call is for these workspaces of the team; `by_platform`: it comes from the
    platform's own Slack app, which workspaces without a secret of their own trust.
    """

    targets: dict[UUID, Target]
    by_platform: bool


@csrf_exempt
def receive_slack_interaction(request: HttpRequest) -> HttpResponse:
    """Slack's interactivity address. After a 200 every click we act upon is a committed row."""
    return DOOR.serve(request, _answer)


def _answer(visit: Visit) -> HttpResponse:
    body = ingest.read_body(visit.request, limit=MAX_BODY_BYTES)
    form = wire.read_form(body)
    proof = _check_signature(visit.request, body, wire.peek_team(form))
    challenge = wire.challenge_of(form)
    if challenge is not None:
        return ingest.answer(200, {"challenge": challenge})
    clicks = wire.clicks_of(wire.read_payload(form))
    for click in clicks:
        _keep(click, proof, visit)
    if not clicks:
        DOOR.log(log_events.WEBHOOK_IGNORED, visit, reason="no_click")
    return HttpResponse(status=200, content_type="text/plain")


def _keep(click: wire.Click, proof: Proof, visit: Visit) -> None:
    target = _target(click, proof)
    if target is None:
        DOOR.log(log_events.WEBHOOK_IGNORED, visit, event_type=click.action_id, reason="unknown_workspace")
        return
    event = NewEvent(
        provider=DOOR.provider,
        event_type=click.action_id,
        dedupe_key=click.dedupe_key,
        workspace_id=target.workspace_id,
        connection_id=target.connection_id,
        raw=click.raw,
        priority=PRIORITY_PERSON,
    )
    DOOR.keep(event, target=target, visit=visit, signed=True)


def _target(click: wire.Click, proof: Proof) -> Target | None:
    """The workspace the button names. A team with one workspace leaves no doubt either: what the button says is
    then judged with the draft.
    """
    named = ingest.parse_uuid(click.workspace_id)
    if named in proof.targets:
        return proof.targets[named]
    if named is not None and proof.by_platform:
        target = DOOR.read_target(named)
        if target is not None and not _own_secret(target):
            return target
    return next(iter(proof.targets.values())) if len(proof.targets) == 1 else None


def _own_secret(target: Target) -> str:
    return DOOR.secrets_of(target).get("signing_secret", "") if target.is_connected else ""


def _check_signature(request: HttpRequest, body: bytes, team: str | None) -> Proof:
    """Each workspace of the team answers for its own secret, so that one's secret opens no other. `Rejected`
    401 when none fits; raises `SecretUnreadable` when the one that might fit cannot be read.
    """
    platform = slack_signing_secret()
    targets = _targets(team)
    proved: dict[UUID, Target] = {}
    why = "" if targets else _problem(request, body, platform)
    by_platform = not targets and not why
    unreadable: SecretUnreadable | None = None
    for target in targets:
        try:
            own = _own_secret(target)
        except SecretUnreadable as problem:
            unreadable = problem
            continue
        problem_here = _problem(request, body, own or platform)
        why = why or problem_here
        if not problem_here:
            proved[target.workspace_id] = target
            by_platform = by_platform or not own
    if proved or by_platform:
        return Proof(targets=proved, by_platform=by_platform)
    if unreadable is not None:
        raise unreadable
    WATCH.note(why)
    raise Rejected(401, "Invalid signature")


def _targets(team: str | None) -> list[Target]:
    found = (DOOR.read_target(workspace_id) for workspace_id in DOOR.find_workspaces(team, limit=MAX_WORKSPACES))
    return [target for target in found if target is not None and target.is_connected]


def _problem(request: HttpRequest, body: bytes, secret: str) -> str:
    """Why the call was not signed with this secret; "" when it was."""
    timestamp = request.META.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", "")
    signature = request.META.get("HTTP_X_SLACK_SIGNATURE", "")
    return verify_signature(secret, timestamp, signature, body, timezone.now())[1]
