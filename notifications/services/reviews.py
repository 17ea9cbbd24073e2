"""Review posts in Slack: asking people about a draft, and never leaving buttons under a decided one.

A post is a row of the outbox, found again by the draft its key names. What it shows is read from the
draft each time, so a refresh may come late, twice or out of order; the jobs of one lead take turns, so
two refreshes never write over each other.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.utils import timezone
from django.utils.translation import gettext

from inbox.contracts import DraftDecided, ReviewClickAnswered, ReviewOutdated, ReviewRequested
from inbox.enums import DraftStatus
from inbox.models import Draft
from inbox.services.review_posts import AUTOMATIC, Review, note_review_posted, read_review
from integrations.rules.approvers import Approver, read_approvers
from integrations.services.slack_reviews import (
    Bot,
    is_worth_repeating,
    reviewing_bot,
    tell_privately,
    update_review,
)
from notifications.constants import NOBODY
from notifications.enums import Destination, EventCause, SendKind, SendStatus
from notifications.models import NotificationEvent, NotificationSendLog
from notifications.querysets import NotificationSendLogQuerySet
from notifications.rules.review_post import Block, Buttons, Card, Links, closed_post, open_post, title, wall_time
from notifications.rules.texts import one_line, slack_escape
from notifications.services.events import record_event
from notifications.services.links import draft_link
from notifications.services.outbox import NewRow, enqueue
from zrg.jobs.contracts import JobContext
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib import log_events
from zrg.lib.errors import ZrgError
from zrg.workspaces.context import tenant
from zrg.workspaces.hours import resolve_zone
from zrg.workspaces.models import Workspace

KIND = SendKind.DRAFT_APPROVAL.value
REVIEW_POSTS = "REVIEW_POSTS"
UPDATE_TRIES = 3
TRY_AGAIN_AFTER = timedelta(seconds=30)
GONE = "This draft was already processed."
OVERTAKEN = "Something newer came or went after this draft was written. Write it anew, or open the conversation."

logger = structlog.get_logger(__name__)


class PostsNotUpdated(ZrgError):
    """Slack was away while posts were written anew; the job comes back."""

    code = "posts_not_updated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One post that shows something else than it should."""

    row_id: UUID
    channel_id: str
    ts: str
    text: str
    blocks: list[Block]


def request_review(event: ReviewRequested) -> None:
    """Ask the approvers of a workspace about a draft, once for each of them and version; repeating it asks
    those who were added meanwhile.
    """
    assert event.workspace_id is not None
    ask_reviewers(event.workspace_id, event.draft_id)


def ask_reviewers(workspace_id: UUID, draft_id: UUID) -> list[str]:
    """`request_review` for a draft; returns whom it concerns, or the reason why nobody is asked."""
    bot = reviewing_bot(workspace_id)
    with tenant(workspace_id):
        workspace = Workspace.objects.select_related("settings").filter(pk=workspace_id).first()
        review = read_review(workspace_id, draft_id)
        if workspace is None or review is None or review.verdict.state != "open":
            return ["draft_decided"]
        if not workspace.settings.flag_uncertain_replies:
            return ["reviews_off"]
        occurrence = _event(review)
        recorded = record_event(occurrence) or NotificationEvent.objects.get(dedupe_key=occurrence.dedupe_key)
        rows = _rows(review, workspace, bot)
        enqueue(rows, event=recorded, workspace_id=workspace.pk)
    return [row.reason or row.target for row in rows]


def receive_decision(event: DraftDecided | ReviewOutdated) -> None:
    """Show in every post of a draft what became of it."""
    assert event.workspace_id is not None
    if not refresh_review_posts(event.workspace_id, event.draft_id):
        return
    with tenant(event.workspace_id):
        _queue_refresh(event.workspace_id, event.lead_id, event.draft_id, event.key, later=True)


def answer_click(event: ReviewClickAnswered) -> None:
    """Tell the person who pressed a button what the post does not say; tried once."""
    assert event.workspace_id is not None
    if event.result == "draft_not_found":
        refresh_review_posts(event.workspace_id, event.draft_id)
    if event.detail and event.channel_id:
        tell_privately(event.workspace_id, event.channel_id, event.slack_user, slack_escape(event.detail))


def run_refresh(context: JobContext) -> None:
    """The REVIEW_POSTS job. After the last try the posts stay as they are: the checks of a click protect."""
    assert context.draft_id is not None
    left = refresh_review_posts(context.workspace_id, context.draft_id)
    if left and context.attempts < context.max_attempts:
        raise PostsNotUpdated(gettext("{left} posts of {draft_id}").format(left=left, draft_id=context.draft_id))


def refresh_review_posts(workspace_id: UUID, draft_id: UUID) -> int:
    """Write every post of a draft anew that shows something else than it should; returns how many could not
    be reached and may be tried again. Calls Slack: outside transactions.
    """
    with tenant(workspace_id):
        changes = _changes(workspace_id, draft_id)
    return sum(not _change(workspace_id, draft_id, change) for change in changes)


def refuse_row(row: NotificationSendLog) -> str:
    """Why a post that waited is not posted any more."""
    assert row.workspace_id is not None
    with tenant(row.workspace_id):
        review = read_review(row.workspace_id, UUID(row.payload["draft"]))
    if review is None:
        return "draft_gone"
    return "" if review.verdict.state == "open" else "draft_decided"


def note_arrival(row: NotificationSendLog) -> None:
    """A post stands in Slack: the draft is told, and the post shown anew if the draft moved on meanwhile."""
    assert row.workspace_id is not None
    draft_id = UUID(row.payload["draft"])
    channel_id, _, ts = row.provider_ref.partition(":")
    with tenant(row.workspace_id):
        draft = note_review_posted(draft_id, channel_id, ts)
        if draft is not None and (draft.status, draft.version) != (DraftStatus.PENDING, row.payload["version"]):
            _queue_refresh(row.workspace_id, draft.lead_id, draft_id, f"arrived:{row.pk}")
    logger.info(log_events.SLACK_REVIEW_POSTED, draft=str(draft_id), outbox=str(row.pk))


def _rows(review: Review, workspace: Workspace, bot: Bot) -> list[NewRow]:
    approvers = read_approvers(workspace.settings.slack_auto_send_approval_recipients).entries
    reason = bot.reason if not bot.kind else ("" if approvers else "no_recipients")
    if not workspace.is_active:
        reason = "suspended"
    if reason:
        key = _key(review.draft_id, review.version, NOBODY)
        return [NewRow(kind=KIND, destination=Destination.SLACK_DM, target=NOBODY, key=key, reason=reason)]
    about = {
        "draft": str(review.draft_id),
        "version": review.version,
        "cycle": review.draft_id.hex[:12],
        "regenerations": 0,
    }
    zone = resolve_zone(workspace.settings.timezone)
    return [_row(review, approver, zone, about) for approver in approvers]


def _row(review: Review, approver: Approver, zone: ZoneInfo, about: dict[str, Any]) -> NewRow:
    text, blocks = _shown(review, about, zone)
    return NewRow(
        kind=KIND,
        destination=Destination.SLACK if approver.is_channel else Destination.SLACK_DM,
        target=approver.target,
        key=_key(review.draft_id, review.version, approver.target),
        text=text,
        blocks=blocks,
        about=about,
    )


def _changes(workspace_id: UUID, draft_id: UUID) -> list[Change]:
    """The posts of a draft that are not up to date; posts of one that was written anew follow to the new one."""
    rows = list(_posts_of(workspace_id, draft_id))
    if not rows:
        return []
    review = read_review(workspace_id, draft_id)
    if review is not None and review.verdict.replaced_by is not None:
        rows = [row for row in rows if not _follow(row, review.verdict.replaced_by)]
        return _of_draft(workspace_id, rows, review) + _changes(workspace_id, review.verdict.replaced_by)
    return _of_draft(workspace_id, rows, review)


def _of_draft(workspace_id: UUID, rows: list[NotificationSendLog], review: Review | None) -> list[Change]:
    if not rows:
        return []
    workspace = Workspace.objects.select_related("settings").get(pk=workspace_id)
    zone = resolve_zone(workspace.settings.timezone)
    found = []
    for row in rows:
        text, blocks = _shown(review, row.payload, zone)
        if blocks != row.payload.get("blocks"):
            channel_id, _, ts = row.provider_ref.partition(":")
            found.append(Change(row_id=row.pk, channel_id=channel_id, ts=ts, text=text, blocks=blocks))
    return found


def _follow(row: NotificationSendLog, successor: UUID) -> bool:
    """Let a post stand for the draft written in place of its own, unless that one was posted there by itself."""
    review = read_review(row.workspace_id, successor) if row.workspace_id else None
    if review is None:
        return False
    key = _key(successor, review.version, row.target)
    if NotificationSendLog.objects.filter(dedupe_key=key).exists():
        return False
    payload = {**row.payload, "draft": str(successor), "regenerations": row.payload.get("regenerations", 0) + 1}
    NotificationSendLog.objects.filter(pk=row.pk).update(dedupe_key=key, payload=payload)
    channel_id, _, ts = row.provider_ref.partition(":")
    note_review_posted(successor, channel_id, ts)
    return True


def _change(workspace_id: UUID, draft_id: UUID, change: Change) -> bool:
    """Write one post anew; False when that may be tried again."""
    result = update_review(workspace_id, change.channel_id, change.ts, change.text, change.blocks)
    if not result.ok:
        logger.warning(log_events.SLACK_REVIEW_FAILED, draft=str(draft_id), code=result.code, word=result.message)
        return not is_worth_repeating(result)
    with tenant(workspace_id):
        row = NotificationSendLog.objects.in_workspace(workspace_id).filter(pk=change.row_id)
        for standing in row.select_for_update():
            row.update(payload={**standing.payload, "text": change.text, "blocks": change.blocks})
    logger.info(log_events.SLACK_REVIEW_UPDATED, draft=str(draft_id), outbox=str(change.row_id))
    return True


def _shown(review: Review | None, about: dict[str, Any], zone: ZoneInfo) -> tuple[str, list[Block]]:
    """Text (for notices and screen readers) and blocks of a post as the draft stands."""
    if review is None:
        return GONE, closed_post(None, GONE, None)
    ids = (review.workspace_id, review.lead_id, review.draft_id)
    links = Links(view=draft_link(*ids), edit=draft_link(*ids, edit=1))
    card = _card(review)
    name = title(card)
    if review.verdict.state != "open":
        said = _said(review, zone)
        return f"{name}: {said}", closed_post(card, said, links)
    notes = [f"Could not be sent: {review.verdict.note}"] if review.verdict.note else []
    if review.verdict.is_overtaken:
        notes.append(OVERTAKEN)
    buttons = Buttons(
        draft_id=str(review.draft_id),
        lead_id=str(review.lead_id),
        workspace_id=str(review.workspace_id),
        version=review.version,
        cycle_key=str(about.get("cycle", "")),
        regenerations=int(about.get("regenerations", 0)),
        can_approve=not review.verdict.is_overtaken,
        can_regenerate=review.can_regenerate,
    )
    return f"Review needed: {name}", open_post(card, buttons, links, zone=zone, notes=notes)


def _said(review: Review, zone: ZoneInfo) -> str:
    """What became of a draft nobody can decide upon any more."""
    verdict = review.verdict
    who = slack_escape(one_line(verdict.who, 80))
    when = f", {wall_time(verdict.at, zone)}" if verdict.at else ""
    by = "automatically" if verdict.who == AUTOMATIC else f"by {who}"
    note = slack_escape(verdict.note)
    return {
        "sending": f"Approved {by}{when}. Sending…",
        "sent": f"Sent {by}{when}",
        "unconfirmed": f"Sent, not confirmed yet (approved {by}{when}). Nothing is sent again by itself.",
        "rejected": f"Rejected {by}{when}" if verdict.who else note,
        "blocked": f"Blocked: {note}",
        "superseded": note,
    }[verdict.state]


def _card(review: Review) -> Card:
    return Card(
        lead_name=review.lead_name,
        campaign=review.campaign,
        sentiment=review.sentiment,
        confidence=review.confidence,
        threshold=review.threshold,
        reason=review.reason,
        inbound=review.inbound,
        content=review.content,
        written_at=review.written_at,
        private=review.private,
    )


def rows_of_draft(workspace_id: UUID, draft_id: UUID) -> NotificationSendLogQuerySet:
    """The rows of a draft's posts. They are found through its lead: under row security no index serves the
    beginning of a key.
    """
    rows: NotificationSendLogQuerySet = NotificationSendLog.objects.in_workspace(workspace_id).filter(
        dedupe_key__startswith=f"{KIND}:{draft_id}:"
    )
    lead_id = Draft.objects.in_workspace(workspace_id).filter(pk=draft_id).values_list("lead_id", flat=True).first()
    return rows if lead_id is None else rows.filter(lead_id=lead_id)


def _posts_of(workspace_id: UUID, draft_id: UUID) -> NotificationSendLogQuerySet:
    """Posts that stand in Slack."""
    standing = rows_of_draft(workspace_id, draft_id).filter(status=SendStatus.SENT).exclude(provider_ref="")
    return standing.order_by("sent_at", "pk").select_for_update()


def _queue_refresh(workspace_id: UUID, lead_id: UUID, draft_id: UUID, why: str, *, later: bool = False) -> None:
    enqueue_job(
        REVIEW_POSTS,
        workspace_id,
        lead_id=lead_id,
        draft_id=draft_id,
        dedupe_key=f"{workspace_id}:{draft_id}:{REVIEW_POSTS}:{why}",
        run_at=timezone.now() + TRY_AGAIN_AFTER if later else None,
    )


def _key(draft_id: UUID, version: int, target: str) -> str:
    return f"{KIND}:{draft_id}:{version}:{target}"


def _event(review: Review) -> NotificationEvent:
    return NotificationEvent(
        workspace_id=review.workspace_id,
        lead_id=review.lead_id,
        kind=KIND,
        cause=EventCause.SWEEP,
        snippet="A draft waits for a decision",
        dedupe_key=f"{KIND}:{review.draft_id}:{review.version}",
    )
