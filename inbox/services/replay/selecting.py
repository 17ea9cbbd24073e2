"""Which replies are answered again: those named by hand, else the riskiest of thirty days (05 R29)."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Left
from django.utils.translation import gettext

from inbox.enums import MessageSource, SafetyKind
from inbox.models import Message
from inbox.rules.eligibility import DRAFTED_TAGS, UNDRAFTED_KINDS
from inbox.rules.replay import SPAN, selection_score
from inbox.services.replay.contracts import Chosen, Selection, Wanted
from zrg.lib.errors import BadInput
from zrg.workspaces.context import tenant

MAX_CANDIDATES = 2_000
"""Newest replies that are looked at; more than a workspace gets in a busy month."""
HEAD_CHARS = 4_000
LIMIT = 20
MAX_MANIFEST_BYTES = 1_000_000


def read_manifest(path: Path) -> list[Wanted]:
    """One id per line (`#` begins a remark), or a JSON list of ids and of `{"thread", "labels", "booking_link"}`.

    Raises BadInput and OSError.
    """
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise BadInput(gettext("The list of threads is larger than 1 MB."), code="manifest_too_large")
    text = path.read_text(encoding="utf-8")
    try:
        if text.lstrip().startswith("["):
            return [_wanted(one) for one in json.loads(text)]
        lines = (line.partition("#")[0].strip() for line in text.splitlines())
        return [Wanted(thread=UUID(line)) for line in lines if line]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(
            gettext("The list of threads cannot be read: {error}").format(error=error), code="manifest_unreadable"
        ) from error


def choose_cases(
    workspace_id: UUID, *, channel: str | None, limit: int | None, wanted: Sequence[Wanted] | None, now: datetime
) -> Selection:
    """At most `limit` replies, the riskiest first, one per lead and channel; named ones all, in the order given.

    Without a limit: 20 of those not named.
    """
    with tenant(workspace_id):
        if wanted is not None:
            return _named(workspace_id, channel, wanted[:limit], now)
        return Selection(cases=tuple(_riskiest(workspace_id, channel, now)[: limit or LIMIT]))


def _wanted(one: Any) -> Wanted:
    if isinstance(one, str):
        return Wanted(thread=UUID(one))
    labels = one.get("labels")
    return Wanted(
        thread=UUID(one["thread"]),
        labels=None if labels is None else tuple(str(label) for label in labels),
        booking_link=str(one["booking_link"]) if one.get("booking_link") else None,
    )


def _replies(workspace_id: UUID, channel: str | None) -> Any:
    rows = Message.objects.in_workspace(workspace_id).inbound().exclude(source=MessageSource.BOUNCE)
    return rows.on_channel(channel) if channel else rows


def _named(workspace_id: UUID, channel: str | None, wanted: Sequence[Wanted], now: datetime) -> Selection:
    ids = [one.thread for one in wanted]
    # Newest last, so that a lead's id stands for its newest reply.
    rows = list(_replies(workspace_id, channel).filter(Q(pk__in=ids) | Q(lead_id__in=ids)).order_by("sent_at"))
    found = {row.lead_id: row for row in rows} | {row.pk: row for row in rows}
    cases, unknown = [], []
    for one in wanted:
        if (row := found.get(one.thread)) is None:
            unknown.append(one.thread)
        else:
            cases.append(_chosen(row, row.body, now, one))
    return Selection(cases=tuple({case.message_id: case for case in cases}.values()), unknown=tuple(unknown))


def _riskiest(workspace_id: UUID, channel: str | None, now: datetime) -> list[Chosen]:
    rows = (
        _replies(workspace_id, channel)
        .filter(sent_at__gt=now - SPAN, sent_at__lte=now, sentiment_tag__in=DRAFTED_TAGS, is_automated=False)
        .exclude(safety_kind__in=[*UNDRAFTED_KINDS, SafetyKind.ACK_ONLY])
        .exclude(body="")
        .annotate(head=Left("body", HEAD_CHARS))
        .only("lead_id", "channel", "sent_at", "sentiment_tag")
        .order_by("-sent_at")[:MAX_CANDIDATES]
    )
    scored = sorted((_chosen(row, row.head, now) for row in rows), key=lambda case: (-case.risk, str(case.message_id)))
    threads: dict[tuple[UUID, str], Chosen] = {}
    for case in scored:
        threads.setdefault((case.lead_id, case.channel), case)
    return list(threads.values())


def _chosen(row: Message, text: str, now: datetime, wanted: Wanted | None = None) -> Chosen:
    return Chosen(
        message_id=row.pk,
        lead_id=row.lead_id,
        channel=row.channel,
        sent_at=row.sent_at,
        tag=row.sentiment_tag or "",
        risk=selection_score(text, tag=row.sentiment_tag, age=now - row.sent_at),
        labels=wanted.labels if wanted else None,
        booking_link=wanted.booking_link if wanted else None,
    )
