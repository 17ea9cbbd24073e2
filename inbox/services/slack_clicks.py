"""Acting on a button somebody pressed under a review post (06 R16).

A stored click becomes a job, because Slack may have to be asked who the person is and a new draft is
written by a model. All checks are made at the moment of acting, under the locks of lead and draft; the
first that fails ends the click. Posts are shown anew by notifications when what they say changed.
"""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog

from inbox.contracts import Decision, ReviewClickAnswered
from inbox.enums import ApprovalSource, DraftEventKind, DraftEventSource, DraftStatus
from inbox.errors import SendInProgress
from inbox.metrics import count_slack_interaction
from inbox.models import Draft
from inbox.models.draft import ENGINE_ORIGINS
from inbox.rules.sentences import generation_sentence, refusal_sentence
from inbox.services.approving import approve_draft, close_if_stopped, reject_draft
from inbox.services.checking import Seen
from inbox.services.draft_events import record_draft_event
from inbox.services.drafting.regenerating import regenerate_draft
from inbox.services.locking import lock_lead_and_draft
from inbox.services.review_posts import outdate_review_posts
from integrations import fields as f
from integrations.contracts import SlackClick
from integrations.rules.approvers import Approver, read_approvers
from integrations.services.slack_reviews import email_of, team_of
from integrations.slack.payload import read_value
from leads.models import Lead
from zrg.jobs.contracts import JobContext
from zrg.jobs.services.announce import announce
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib import log_events
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant
from zrg.workspaces.models import Membership, User, Workspace, WorkspaceSettings

SLACK_CLICK = "SLACK_CLICK"
SLACK_REGENERATE = "SLACK_REGENERATE"
MAX_REGENERATIONS = 5
"""New texts asked for under one post; then a person should write."""
REGENERATE_SECONDS = 60.0

APPROVE = "approve_send"
REJECT = "reject_draft"
REGENERATE = "regenerate_draft_fast"
# What a button of ours carries.
_TEXTS = ("draftId", "leadId", "clientId", "cycleKey")
_NUMBERS = ("v", "regenCount")
MAX_NUMBER = 2**31 - 1

# Codes of approving in the words of 06 R16.
_RESULTS = {"stale": "stale_preview", "newer_message": "newer_message"}
_WHISPERS = {
    "not_an_approver": "You are not on the list of people who decide here. Nothing was done.",
    "stale_preview": "This draft was changed meanwhile. The post shows the new text; nothing was sent.",
    "newer_message": "A newer message came or went meanwhile. The post shows it; nothing was sent.",
    "send_in_progress": "This draft is being sent right now.",
    "regenerations_used_up": f"{MAX_REGENERATIONS} new texts were written here. Edit this one, or write your own.",
    "not_regenerable": "This text belongs to a sequence. Open the conversation to change it.",
}

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A stored click, read. `draft_id` and its companions are what the button said, believed by nobody yet."""

    workspace_id: UUID
    click_id: str
    action: str
    team: str
    slack_user: str
    channel_id: str
    draft_id: str
    lead_id: str
    client_id: str
    version: int | None = None
    cycle_key: str = ""
    regenerations: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickResult:
    """What became of a click: a code of 06 R16, and a sentence for the person where the post does not tell it.
    `rewrite`: the checks passed, and a new text has to be written outside of the transaction.
    """

    result: str
    detail: str = ""
    rewrite: "Rewrite | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """The draft to be written anew, for whom."""

    lead_id: UUID
    channel: str
    by: User | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presser:
    """Who pressed, as far as Slack was asked before the transaction: the team that counts, the person's address."""

    team: str | None
    email: str | None = field(repr=False)


def receive_click(click: SlackClick) -> str:
    """Queue a stored click, in its event's transaction. A decision is among the sends, for a person waits; a
    text that a model has to write must not hold these up.
    """
    value = _value_of(click.value)
    payload = {
        "action": click.action_id,
        "team": click.team_id,
        "slack_user": click.user_id,
        "channel_id": click.channel_id or "",
        "value": value,
        "click_id": str(click.event_id),
    }
    job = SLACK_REGENERATE if click.action_id == REGENERATE else SLACK_CLICK
    enqueue_job(job, click.workspace_id, dedupe_key=f"{click.workspace_id}:{click.event_id}:{job}", payload=payload)
    return "processed"


def run_click(context: JobContext) -> None:
    """The SLACK_CLICK and SLACK_REGENERATE jobs. Repeating it is harmless: a decided draft answers what was decided."""
    process_slack_action(read_click(context.workspace_id, context.payload))


def process_slack_action(click: Click) -> ClickResult:
    """Check and carry out one click; call outside transactions."""
    presser = Presser(team=team_of(click.workspace_id), email=_email_of(click))
    with tenant(click.workspace_id):
        answered = _act(click, presser)
        if answered.rewrite is None:
            _announce(click, answered)
    if answered.rewrite is not None:
        answered = _write_anew(click, answered.rewrite)
        with tenant(click.workspace_id):
            _announce(click, answered)
    logger.info(log_events.SLACK_INTERACTION, action=click.action, result=answered.result, draft=click.draft_id)
    count_slack_interaction(answered.result)
    return answered


def read_click(workspace_id: UUID, payload: Any) -> Click:
    """A click as its job carries it."""
    value = f.obj(payload.get("value"))
    return Click(
        workspace_id=workspace_id,
        click_id=str(payload["click_id"]),
        action=str(payload["action"]),
        team=str(payload["team"]),
        slack_user=str(payload["slack_user"]),
        channel_id=str(payload["channel_id"]),
        draft_id=f.text(value.get("draftId")) or "",
        lead_id=f.text(value.get("leadId")) or "",
        client_id=f.text(value.get("clientId")) or "",
        version=_number(value.get("v")),
        cycle_key=(f.text(value.get("cycleKey")) or "")[:64],
        regenerations=_number(value.get("regenCount")) or 0,
    )


def _act(click: Click, presser: Presser) -> ClickResult:
    draft = _find(click)
    if draft is None:
        return ClickResult(result="draft_not_found")
    if not presser.team or click.team != presser.team:
        return ClickResult(result="team_mismatch")
    if (click.client_id, click.lead_id) != (str(draft.workspace_id), str(draft.lead_id)):
        return ClickResult(result="workspace_mismatch")
    approver = _approver(click, presser)
    person, is_active = _person(click.workspace_id, (approver and approver.email) or presser.email)
    if approver is None or not is_active:
        return ClickResult(result="not_an_approver", detail=_WHISPERS["not_an_approver"])
    answered = _decide(click, draft, person)
    if answered.result != "draft_not_found":
        _note(click, draft, person, answered)
    return answered


def _decide(click: Click, draft: Draft, person: User | None) -> ClickResult:
    """Carry out what an approver asked for."""
    try:
        lead, draft = lock_lead_and_draft(draft.pk)
    except NotVisible:
        return ClickResult(result="draft_not_found")
    if refused := _refuse(click, lead, draft):
        return refused
    if click.action == REGENERATE:
        return _allow_rewrite(click, draft, person)
    try:
        if click.action == REJECT:
            decision = reject_draft(draft.pk, by=person, source=ApprovalSource.SLACK, slack_user=click.slack_user)
        else:
            seen = Seen(version=click.version)
            decision = approve_draft(
                draft.pk, source=ApprovalSource.SLACK, by=person, slack_user=click.slack_user, seen=seen
            )
    except SendInProgress:
        return ClickResult(result="send_in_progress", detail=_WHISPERS["send_in_progress"])
    return _told(decision)


def _refuse(click: Click, lead: Lead, draft: Draft) -> ClickResult | None:
    """The checks every action shares, from the draft's status on."""
    if draft.status != DraftStatus.PENDING:
        return ClickResult(result="already_decided")
    if click.action != REJECT and close_if_stopped(lead, draft, ApprovalSource.SLACK):
        return ClickResult(result="blocked")
    if click.version is not None and click.version != draft.version:
        return ClickResult(result="stale_preview", detail=_WHISPERS["stale_preview"])
    return None


def _allow_rewrite(click: Click, draft: Draft, person: User | None) -> ClickResult:
    if draft.origin in ENGINE_ORIGINS:
        return ClickResult(result="not_regenerable", detail=_WHISPERS["not_regenerable"])
    if click.regenerations >= MAX_REGENERATIONS or click.regenerations < 0:
        return ClickResult(result="regenerations_used_up", detail=_WHISPERS["regenerations_used_up"])
    rewrite = Rewrite(lead_id=draft.lead_id, channel=draft.channel, by=person)
    return ClickResult(result="regenerated", rewrite=rewrite)


def _write_anew(click: Click, rewrite: Rewrite) -> ClickResult:
    """A new text in the old one's place; the old one stays when there is none. The posts follow by themselves."""
    written = regenerate_draft(
        click.workspace_id,
        rewrite.lead_id,
        rewrite.channel,
        mode="fast",
        by=rewrite.by,
        slack_user=click.slack_user,
        cycle_key=click.cycle_key or None,
        deadline=time.monotonic() + REGENERATE_SECONDS,
    )
    if written.draft_id is not None:
        return ClickResult(result="regenerated")
    return ClickResult(result=written.code, detail=generation_sentence("failed", written.code))


def _told(decision: Decision) -> ClickResult:
    if decision.state != "blocked":
        return ClickResult(result=decision.state)
    result = _RESULTS.get(decision.code, "blocked")
    return ClickResult(result=result, detail=_WHISPERS.get(result) or refusal_sentence(decision.code, decision.detail))


def _find(click: Click) -> Draft | None:
    """The named draft, if it is one of the workspace the call was kept for."""
    try:
        draft_id = UUID(click.draft_id)
    except ValueError:
        return None
    return Draft.objects.in_workspace(click.workspace_id).filter(pk=draft_id).first()


def _approver(click: Click, presser: Presser) -> Approver | None:
    rows = WorkspaceSettings.objects.filter(workspace_id=click.workspace_id)
    stored = rows.values_list("slack_auto_send_approval_recipients", flat=True).first()
    return read_approvers(stored).may_decide(click.slack_user, presser.email)


def _person(workspace_id: UUID, email: str | None) -> tuple[User | None, bool]:
    """The member behind an address, and False when that account, or all their places here, were switched off.
    An address of nobody here is no obstacle: the list of approvers decides.
    """
    user = User.objects.filter(email=email.lower()).first() if email else None
    if user is None:
        return None, True
    if not user.is_active:
        return None, False
    if Workspace.objects.filter(pk=workspace_id, owner=user).exists():
        return user, True
    places = list(Membership.objects.in_workspace(workspace_id).filter(user=user).values_list("is_active", flat=True))
    return (user if any(places) else None), any(places) or not places


def _note(click: Click, draft: Draft, person: User | None, answered: ClickResult) -> None:
    if click.action != APPROVE:
        return
    record_draft_event(
        draft,
        DraftEventKind.APPROVE_CLICKED,
        source=DraftEventSource.SLACK,
        reason=answered.result[:64],
        actor=person,
        slack_user=click.slack_user,
    )


def _announce(click: Click, answered: ClickResult) -> None:
    """The posts are shown anew where they were wrong; the person is told what no post can say."""
    try:
        draft_id = UUID(click.draft_id)
    except ValueError:
        return
    if answered.result in ("stale_preview", "newer_message", "already_decided", "send_in_progress"):
        for draft in Draft.objects.in_workspace(click.workspace_id).filter(pk=draft_id):
            outdate_review_posts(draft)
    if answered.detail or answered.result == "draft_not_found":
        announce(
            ReviewClickAnswered(
                workspace_id=click.workspace_id,
                draft_id=draft_id,
                slack_user=click.slack_user,
                channel_id=click.channel_id,
                action=click.action,
                result=answered.result,
                detail=answered.detail,
                click_id=click.click_id,
            )
        )


def _email_of(click: Click) -> str | None:
    """The person's address in Slack, asked only when the list does not hold it."""
    with tenant(click.workspace_id):
        rows = WorkspaceSettings.objects.filter(workspace_id=click.workspace_id)
        stored = rows.values_list("slack_auto_send_approval_recipients", flat=True).first()
    approvers = read_approvers(stored)
    listed = approvers.may_decide(click.slack_user, None)
    if listed is not None and listed.email:
        return listed.email
    if listed is None and not any(not entry.id for entry in approvers.entries):
        return None
    return email_of(click.workspace_id, click.slack_user)


def _number(value: Any) -> int | None:
    """None when there is none; what is no number, or none a version can have, is no version of anything."""
    if value is None:
        return None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_NUMBER else -1


def _value_of(value: str | None) -> dict[str, Any]:
    """What we read of what the button carries: a number without bounds (`1e999`) does not fit a job's payload."""
    given = read_value(value)
    texts = {name: text for name in _TEXTS if (text := f.text(given.get(name)))}
    return {**texts, **{name: _number(given[name]) for name in _NUMBERS if given.get(name) is not None}}
