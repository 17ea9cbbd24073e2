"""What the pipeline did with the replies of the last 72 hours, for operators: codes, times and cost, never text."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from inbox.enums import Direction, SentimentTag, StageState
from inbox.models import InboundStageRun, Message
from leads.enums import BlacklistReason
from leads.models import Lead
from zrg.ai.models import AIInteraction
from zrg.lib.cursor import decode_cursor, encode_cursor, filter_hash

SPAN = timedelta(hours=72)
PAGE = 30
MAX_CALLS = 600
"""Calls read for one page; beyond it the oldest are left out."""
BLACKLISTED_FOR = timedelta(days=7)
MAX_BLACKLISTED = 200
_STAGE_OF_SOURCE = {"classify": "classify", "signals": "signals", "enrich": "enrich", "overseer": "overseer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFilters:
    """Empty values do not filter."""

    stage: str = ""
    state: str = ""
    prompt: str = ""
    lead_id: UUID | None = None

    def as_json(self) -> dict[str, str]:
        """What a cursor is tied to."""
        return {
            "stage": self.stage,
            "state": self.state,
            "prompt": self.prompt,
            "lead": str(self.lead_id or ""),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One attempt of one call; `cost_usd` is None when the price is unknown or not for this person."""

    prompt: str
    model: str
    ms: int
    status: str
    code: str
    tokens: int
    cost_usd: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEntry:
    """One stage of one message; `ms` is None while it runs."""

    stage: str
    state: str
    code: str
    attempts: int
    ms: int | None
    result: Mapping[str, Any]
    calls: tuple[ModelCall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One reply and what was done with it. `other_calls` belong to no stage of the ledger."""

    message_id: UUID
    lead_id: UUID
    lead_name: str
    channel: str
    sent_at: datetime
    tag: str
    classification: str
    safety_kind: str
    no_draft: str
    stages: tuple[StageEntry, ...]
    other_calls: tuple[ModelCall, ...]
    cost_usd: Decimal | None = None
    ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """One page, the newest first; `next_cursor` is "" on the last."""

    items: tuple[FeedItem, ...] = field(default=())
    next_cursor: str = ""


def pipeline_feed(
    workspace_id: UUID, filters: FeedFilters, *, now: datetime, cursor: str = "", with_cost: bool = False
) -> FeedPage:
    """One page of replies in the caller's context; raises `CursorMismatch` for a cursor of other filters.

    Four reads, whatever the page holds.
    """
    digest = filter_hash(filters.as_json())
    rows = _messages(workspace_id, filters, now)
    if cursor:
        last = decode_cursor(cursor, digest)
        rows = rows.filter(Q(sent_at__lt=last.key) | Q(sent_at=last.key, pk__lt=last.id))
    found = list(rows.order_by("-sent_at", "-pk").defer("body", "search_vector")[: PAGE + 1])
    page = found[:PAGE]
    more = encode_cursor(page[-1].sent_at, page[-1].pk, digest) if len(found) > PAGE else ""
    return FeedPage(items=tuple(_items(workspace_id, page, with_cost=with_cost)), next_cursor=more)


def blacklisted_by_model(workspace_id: UUID, *, now: datetime) -> list[Lead]:
    """Leads a model stopped in the last seven days and nobody has looked at: a person may undo it (05 R9)."""
    by_model = InboundStageRun.objects.filter(
        message_id=OuterRef("sentiment_message_id"), stage="classify", result__by_model=True
    )
    return list(
        Lead.objects.in_workspace(workspace_id)
        .filter(
            sentiment_tag=SentimentTag.BLACKLIST,
            blacklist_reason=BlacklistReason.COMPLAINT,
            blacklisted_at__gt=now - BLACKLISTED_FOR,
        )
        .filter(Exists(by_model))
        .order_by("-blacklisted_at")
        .defer("search_vector")[:MAX_BLACKLISTED]
    )


def _messages(workspace_id: UUID, filters: FeedFilters, now: datetime) -> Any:
    since = now - SPAN
    rows = Message.objects.in_workspace(workspace_id).filter(direction=Direction.INBOUND, sent_at__gt=since)
    if filters.lead_id:
        rows = rows.filter(lead_id=filters.lead_id)
    if filters.stage or filters.state:
        wanted = {name: value for name, value in (("stage", filters.stage), ("state", filters.state)) if value}
        rows = rows.filter(Exists(InboundStageRun.objects.filter(message_id=OuterRef("pk"), **wanted)))
    if filters.prompt:
        called = AIInteraction.objects.filter(
            workspace_id=workspace_id, prompt_key=filters.prompt, created_at__gt=since, message_id__isnull=False
        )
        rows = rows.filter(pk__in=called.values("message_id"))
    return rows


def _items(workspace_id: UUID, messages: list[Message], *, with_cost: bool) -> Iterable[FeedItem]:
    ids, lead_ids = [one.pk for one in messages], {one.lead_id for one in messages}
    names = {
        lead.pk: lead.shown_name
        for lead in Lead.objects.in_workspace(workspace_id).filter(pk__in=lead_ids).defer("search_vector")
    }
    runs: dict[UUID, list[InboundStageRun]] = defaultdict(list)
    for run in InboundStageRun.objects.in_workspace(workspace_id).filter(message_id__in=ids).order_by("started_at"):
        runs[run.message_id].append(run)
    calls: dict[UUID, dict[str, list[ModelCall]]] = defaultdict(lambda: defaultdict(list))
    made = AIInteraction.objects.filter(workspace_id=workspace_id, lead_id__in=lead_ids, message_id__in=ids)
    for row in made.order_by("-created_at")[:MAX_CALLS]:
        assert row.message_id is not None
        calls[row.message_id][_stage_of(row.source)].insert(0, _call(row, with_cost=with_cost))
    for message in messages:
        yield _item(message, names.get(message.lead_id, ""), runs[message.pk], calls[message.pk])


def _item(message: Message, name: str, runs: list[InboundStageRun], calls: Mapping[str, list[ModelCall]]) -> FeedItem:
    stages = tuple(
        StageEntry(
            stage=run.stage,
            state=run.state,
            code=run.error_code,
            attempts=run.attempts,
            ms=_ms(run),
            result={key: value for key, value in run.result.items() if key != "ends"},
            calls=tuple(calls.get(run.stage, ())),
        )
        for run in runs
    )
    known = {run.stage for run in runs}
    costs = [call.cost_usd for made in calls.values() for call in made if call.cost_usd is not None]
    return FeedItem(
        message_id=message.pk,
        lead_id=message.lead_id,
        lead_name=name,
        channel=message.channel,
        sent_at=message.sent_at,
        tag=message.sentiment_tag or "",
        classification=message.classification_state,
        safety_kind=message.safety_kind or "",
        no_draft=message.draft_skip_reason or "",
        stages=stages,
        other_calls=tuple(call for stage, made in calls.items() if stage not in known for call in made),
        cost_usd=sum(costs, Decimal()) if costs else None,
        ms=sum(stage.ms or 0 for stage in stages if stage.state != StageState.RUNNING),
    )


def _call(row: AIInteraction, *, with_cost: bool) -> ModelCall:
    return ModelCall(
        prompt=row.prompt_key,
        model=row.model,
        ms=row.latency_ms,
        status=row.status,
        code=row.error_code,
        tokens=row.output_tokens,
        cost_usd=row.cost_usd if with_cost else None,
    )


def _stage_of(source: str) -> str:
    """`inbox.pipeline.signals.route` is of the stage signals; everything else belongs to the draft."""
    parts = source.split(".")
    return _STAGE_OF_SOURCE.get(parts[2], "draft") if parts[:2] == ["inbox", "pipeline"] and len(parts) > 2 else "draft"


def _ms(run: InboundStageRun) -> int | None:
    if run.started_at is None or run.finished_at is None:
        return None
    return max(0, round((run.finished_at - run.started_at).total_seconds() * 1000))
