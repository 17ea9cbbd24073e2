"""Asking for drafts: one lead now, many leads in bulk, and how far each is (05 R14, R27)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext

from inbox.enums import Channel, DraftOrigin, DraftRequestKind, DraftRequestState, MessageSource
from inbox.errors import DraftNotPending, SendInProgress, StaleDraft
from inbox.models import Draft, DraftRequest, Message
from inbox.models.draft import ENGINE_ORIGINS
from inbox.rules.eligibility import DRAFTED_TAGS
from inbox.rules.sentences import generation_sentence
from inbox.services.drafting.knobs import asked_seconds
from inbox.services.drafting.refreshing import refresh_availability
from inbox.services.drafting.regenerating import (
    ORIGIN_OF_MODE,
    Mode,
    Regenerated,
    pending_reply,
    refuse_generation,
    regenerate_draft,
)
from leads.models import Lead
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib.errors import BadInput, NotVisible, ZrgError
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User

DRAFT_REGENERATE = "DRAFT_REGENERATE"
STORE_SECONDS = 5.0
"""Kept of the job's time for storing and telling."""
MAX_BULK = 200
BULK_CONCURRENCY = 3
STARTED = "started"
"""Marks a queued row of a batch that has its job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationState:
    """What the station shows: `state` is idle, queued, running, done, failed or skipped."""

    state: str = "idle"
    code: str = ""
    sentence: str = ""
    draft_id: UUID | None = None
    request_id: UUID | None = None

    @property
    def is_open(self) -> bool:
        return self.state in ("queued", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedLead:
    """A lead of a bulk run without a new draft, and why."""

    lead_id: UUID
    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkProgress:
    """Counts of a bulk run; `skipped` lists leads that got none, failures included."""

    batch: UUID
    total: int
    waiting: int
    done: int
    skipped: tuple[SkippedLead, ...]


def request_regeneration(
    lead: Lead,
    channel: str,
    *,
    mode: Mode,
    by: User | None,
    slack_user: str | None = None,
    cycle_key: str | None = None,
) -> DraftRequest:
    """Queue a new draft, in the caller's transaction; a refusal raises and changes nothing.

    Asking again while one is under way answers that one.
    """
    if channel not in Channel.values:
        raise BadInput(gettext("Unknown channel."), code="bad_input", field="channel")
    locked = Lead.objects.select_for_update().filter(pk=lead.pk).first()
    if locked is None:
        raise NotVisible
    refusal = refuse_generation(locked, channel, origin=ORIGIN_OF_MODE[mode])
    if refusal is not None:
        raise ZrgError(refusal.detail, code=refusal.code, http_status=refusal.http_status, detail=refusal.detail)
    if (open_one := DraftRequest.objects.of_lead(lead.pk).open().filter(channel=channel).first()) is not None:
        return open_one
    return _ask(
        locked,
        channel,
        DraftRequestKind(mode),
        by_id=by.pk if by else None,
        slack_user=slack_user,
        cycle_key=(cycle_key or "")[:64],
    )


def request_fresh_times(lead: Lead, draft: Draft, *, by: User) -> DraftRequest | None:
    """Queue other times for a waiting draft, in the caller's transaction; None when it offers none."""
    locked = Lead.objects.select_for_update().filter(pk=lead.pk).first()
    if locked is None:
        raise NotVisible
    if draft.offer_set is None:
        return None
    if (open_one := DraftRequest.objects.of_lead(lead.pk).open().filter(channel=draft.channel).first()) is not None:
        return open_one
    return _ask(locked, draft.channel, DraftRequestKind.TIMES, by_id=by.pk)


def regeneration_state(lead: Lead, channel: str) -> GenerationState:
    """The newest request of the lead and channel, in words."""
    request = DraftRequest.objects.of_lead(lead.pk).filter(channel=channel).order_by("-created_at").first()
    if request is None:
        return GenerationState()
    return GenerationState(
        state=request.state,
        code=request.code,
        sentence=generation_sentence(request.state, request.code),
        draft_id=request.draft_id,
        request_id=request.pk,
    )


def draft_after_tag(lead: Lead, *, by_id: UUID | None) -> int:
    """A person set a tag that gets drafts: one for every channel the lead wrote on and none waits for (R14).

    In the caller's transaction; returns how many were asked for.
    """
    if lead.sentiment_tag not in DRAFTED_TAGS:
        return 0
    channels = (
        Message.objects.of_lead(lead.pk)
        .inbound()
        .exclude(source=MessageSource.BOUNCE)
        .values_list("channel", flat=True)
    )
    waiting = set(_waiting_channels(lead))
    asked = 0
    for channel in sorted(set(channels.order_by().distinct()) - waiting):
        if refuse_generation(lead, channel, origin=DraftOrigin.MANUAL_SENTIMENT) is not None:
            continue
        _ask(lead, channel, DraftRequestKind.MANUAL_SENTIMENT, by_id=by_id)
        asked += 1
    return asked


def request_bulk(
    leads: Sequence[Lead], *, mode: Mode, by: User, channel: str | None = None, replace_edited: bool = False
) -> UUID:
    """Queue new drafts for up to 200 leads of one workspace, three at a time; returns the batch for `bulk_progress`.

    `channel` None takes that of the lead's newest reply. Leads that get none are in the progress with the reason;
    a draft a person has edited stays unless `replace_edited`.
    """
    chosen = {lead.pk: lead for lead in leads}
    if not chosen or len(chosen) > MAX_BULK:
        raise BadInput(
            gettext("Choose 1 to {max_bulk} leads.").format(max_bulk=MAX_BULK), code="too_many", field="leadIds"
        )
    batch = uuid4()
    channels = {} if channel else _channels_of(list(chosen))
    open_ones = set(DraftRequest.objects.filter(lead__in=list(chosen)).open().values_list("lead_id", "channel"))
    rows = []
    for lead in chosen.values():
        on_channel = channel or channels.get(lead.pk, Channel.EMAIL.value)
        asked = (lead.pk, on_channel) in open_ones
        rows.append(
            DraftRequest(
                workspace_id=lead.workspace_id,
                lead=lead,
                channel=on_channel,
                kind=DraftRequestKind(mode),
                state=DraftRequestState.SKIPPED if asked else DraftRequestState.QUEUED,
                code="already_asked" if asked else "",
                batch=batch,
                replaces_edited=replace_edited,
                requested_by=by,
                finished_at=timezone.now() if asked else None,
            )
        )
    DraftRequest.objects.bulk_create(rows)
    for _ in range(BULK_CONCURRENCY):
        _enqueue_next(batch)
    return batch


def bulk_progress(batch: UUID) -> BulkProgress:
    """How far a bulk run is; in the caller's context."""
    rows = list(DraftRequest.objects.filter(batch=batch).order_by("created_at", "id"))
    without = (DraftRequestState.SKIPPED, DraftRequestState.FAILED)
    return BulkProgress(
        batch=batch,
        total=len(rows),
        waiting=sum(row.state in (DraftRequestState.QUEUED, DraftRequestState.RUNNING) for row in rows),
        done=sum(row.state == DraftRequestState.DONE for row in rows),
        skipped=tuple(
            SkippedLead(lead_id=row.lead_id, code=row.code, sentence=generation_sentence(row.state, row.code))
            for row in rows
            if row.state in without
        ),
    )


def carry_out_request(workspace_id: UUID, request_id: UUID, *, seconds: float) -> None:
    """Write the draft of one request and note what came of it; for outside of transactions.

    Idempotent: a request that ended is not carried out again.
    """
    deadline = time.monotonic() + min(asked_seconds(), seconds - STORE_SECONDS)
    with tenant(workspace_id):
        request = (
            DraftRequest.objects.in_workspace(workspace_id).open().select_related("requested_by").filter(pk=request_id)
        ).first()
        if request is None:
            return
        _move(request, DraftRequestState.RUNNING)
        kept = _edited_by_person(request)
    if kept:
        _finish(workspace_id, request, DraftRequestState.SKIPPED, "draft_edited")
        return
    outcome = _carry_out(workspace_id, request, deadline)
    without = DraftRequestState.SKIPPED if outcome.refused else DraftRequestState.FAILED
    state = DraftRequestState.DONE if outcome.draft_id else without
    _finish(workspace_id, request, state, outcome.code, draft_id=outcome.draft_id)


def _carry_out(workspace_id: UUID, request: DraftRequest, deadline: float) -> Regenerated:
    if request.kind == DraftRequestKind.TIMES:
        return _refresh_times(workspace_id, request)
    manual = request.kind == DraftRequestKind.MANUAL_SENTIMENT
    return regenerate_draft(
        workspace_id,
        request.lead_id,
        request.channel,
        mode="fast" if request.kind == DraftRequestKind.FAST else "full",
        by=request.requested_by,
        slack_user=request.requested_by_slack_user_id,
        cycle_key=request.cycle_key or None,
        origin=DraftOrigin.MANUAL_SENTIMENT if manual else None,
        deadline=deadline,
    )


def _refresh_times(workspace_id: UUID, request: DraftRequest) -> Regenerated:
    with tenant(workspace_id):
        draft = pending_reply(request.lead_id, request.channel)
    if draft is None:
        return Regenerated(code="draft_decided", refused=True)
    try:
        refreshed = refresh_availability(workspace_id, draft.pk, by=request.requested_by)
    except (DraftNotPending, StaleDraft, SendInProgress) as newer:
        return Regenerated(code=newer.code, refused=True)
    return Regenerated(draft_id=draft.pk if refreshed.changed else None, code=refreshed.code)


def give_up_request(workspace_id: UUID, request_id: UUID) -> None:
    """The job failed for good: the request says so, and the next of its batch starts."""
    with tenant(workspace_id):
        request = DraftRequest.objects.in_workspace(workspace_id).open().filter(pk=request_id).first()
    if request is not None:
        _finish(workspace_id, request, DraftRequestState.FAILED, "generation_failed")


def _finish(
    workspace_id: UUID, request: DraftRequest, state: DraftRequestState, code: str, *, draft_id: UUID | None = None
) -> None:
    with tenant(workspace_id):
        _move(request, state, code=code, draft_id=draft_id)
        if request.batch is not None:
            _enqueue_next(request.batch)


def _move(request: DraftRequest, state: DraftRequestState, *, code: str = "", draft_id: UUID | None = None) -> None:
    now = timezone.now()
    DraftRequest.objects.filter(pk=request.pk).open().update(
        state=state,
        code=code,
        draft_id=draft_id,
        finished_at=None if state == DraftRequestState.RUNNING else now,
        updated_at=now,
    )


def _ask(
    lead: Lead,
    channel: str,
    kind: DraftRequestKind,
    *,
    by_id: UUID | None,
    slack_user: str | None = None,
    cycle_key: str = "",
) -> DraftRequest:
    request = DraftRequest.objects.create(
        workspace_id=lead.workspace_id,
        lead=lead,
        channel=channel,
        kind=kind,
        cycle_key=cycle_key,
        requested_by_id=by_id,
        requested_by_slack_user_id=slack_user,
    )
    _enqueue(request)
    return request


def _enqueue(request: DraftRequest) -> None:
    enqueue_job(
        DRAFT_REGENERATE,
        request.workspace_id,
        lead_id=request.lead_id,
        dedupe_key=_job_key(request.pk),
        payload={"request_id": str(request.pk)},
    )


def _enqueue_next(batch: UUID) -> None:
    """Start the oldest waiting row of a batch that has no job yet; the jobs that end keep three running."""
    waiting = (
        DraftRequest.objects.filter(batch=batch, state=DraftRequestState.QUEUED, code="")
        .select_for_update(skip_locked=True)
        .order_by("created_at", "id")
        .first()
    )
    if waiting is None:
        return
    DraftRequest.objects.filter(pk=waiting.pk).update(code=STARTED, updated_at=timezone.now())
    _enqueue(waiting)


def _edited_by_person(request: DraftRequest) -> bool:
    if request.replaces_edited:
        return False
    draft = pending_reply(request.lead_id, request.channel)
    return draft is not None and draft.edited_by_person


def _channels_of(lead_ids: list[UUID]) -> dict[UUID, str]:
    """The channel of each lead's newest reply."""
    newest = (
        Message.objects.filter(lead__in=lead_ids)
        .inbound()
        .exclude(source=MessageSource.BOUNCE)
        .order_by("lead_id", "-sent_at", "-created_at")
        .distinct("lead_id")
    )
    return dict(newest.values_list("lead_id", "channel"))


def _waiting_channels(lead: Lead) -> list[str]:
    pending = Draft.objects.of_lead(lead.pk).pending().exclude(origin__in=ENGINE_ORIGINS)
    asked = DraftRequest.objects.of_lead(lead.pk).open()
    return [*pending.values_list("channel", flat=True), *asked.values_list("channel", flat=True)]


def _job_key(request_id: UUID) -> str:
    return f"draft_regenerate:{request_id}"
