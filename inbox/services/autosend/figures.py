"""Figures of auto-send for one workspace or campaign (06 R20), read in the caller's context."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Avg, Count, F, FloatField, Q, Sum, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from inbox.enums import (
    AutoSendAction,
    AutoSendOutcome,
    DraftEventKind,
    DraftStatus,
    ResponseDisposition,
)
from inbox.models import Draft, DraftEvent
from inbox.prompts.autosend import EVALUATE
from inbox.prompts.revision import REVISE, SELECT
from inbox.querysets import DraftQuerySet
from inbox.rules.autosend.figures import Bar, Judged, ThresholdRow, histogram, threshold_table
from inbox.services.autosend.evaluating import REEVALUATE_SOURCE
from inbox.services.autosend.percentiles import Percentile
from leads.services.campaign_list import CampaignCounts, count_campaigns
from zrg.ai.models import AIInteraction

MAX_DAYS = 365
DEFAULT_DAYS = 30
NEWEST = 5_000
"""Rows the histogram and the table of thresholds are made of."""
OPT_OUT_WITHIN = timedelta(days=7)
RECENT = timedelta(hours=72)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A code with how often it occurred."""

    code: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Drafts that went to a person, what the person did, and after how many minutes (median)."""

    asked: int
    in_slack: int
    waiting: int
    approved: int
    edited: int
    rejected: int
    median_minutes: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionFigures:
    """The one revision: `lifted` over the threshold, `gain` and confidences as means, `p95_ms` of whole attempts,
    `cost_usd` of their calls (None when no call has a price).
    """

    attempted: int
    applied: int
    lifted: int
    gain: float | None
    before: float | None
    after: float | None
    p95_ms: int | None
    cost_usd: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionShare:
    """Attempts of one channel or campaign."""

    name: str
    attempted: int
    applied: int
    lifted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What auto-send did in `days` days. `unevaluated` must be 0."""

    days: int
    campaigns: CampaignCounts
    created: int
    evaluated: int
    unevaluated: int
    sent: int
    decisions: tuple[Counted, ...]
    cancels: tuple[Counted, ...]
    review: Review
    histogram: tuple[Bar, ...]
    thresholds: tuple[ThresholdRow, ...]
    revision_recent: RevisionFigures
    revision: RevisionFigures
    by_channel: tuple[RevisionShare, ...]
    by_campaign: tuple[RevisionShare, ...]


def auto_send_figures(
    workspace_id: UUID, *, now: datetime, days: int = DEFAULT_DAYS, campaign_id: UUID | None = None
) -> Figures:
    """Every number of the page; `days` 1 to 365. A fixed number of queries, each on an index."""
    since = now - timedelta(days=min(max(days, 1), MAX_DAYS))
    drafts = _drafts(workspace_id, campaign_id)
    evaluated = drafts.filter(auto_send_evaluated_at__gte=since)
    canceled = evaluated.filter(auto_send_outcome=AutoSendOutcome.CANCELED)
    judged = judged_drafts(evaluated)
    revised = drafts.filter(auto_send_revision_attempted_at__gte=since)
    return Figures(
        days=days,
        campaigns=count_campaigns(workspace_id),
        created=drafts.filter(status__in=DraftStatus.values, created_at__gte=since).count(),
        evaluated=evaluated.count(),
        unevaluated=drafts.undecided(now).count(),
        sent=evaluated.filter(auto_send_outcome=AutoSendOutcome.SENT).count(),
        decisions=_counted(evaluated.exclude(auto_send_action=None), "auto_send_action", "auto_send_reason_code"),
        cancels=_counted(canceled, "auto_send_outcome", "auto_send_outcome_reason"),
        review=_review(evaluated),
        histogram=histogram(one.confidence for one in judged),
        thresholds=threshold_table(judged),
        revision_recent=_revision(workspace_id, drafts, now - RECENT, campaign_id),
        revision=_revision(workspace_id, drafts, since, campaign_id),
        by_channel=_shares(revised, F("channel")),
        by_campaign=_shares(revised, Coalesce("lead__email_campaign__name", "lead__sms_campaign__name")),
    )


def judged_drafts(evaluated: DraftQuerySet) -> list[Judged]:
    """The newest of these drafts that have a confidence, and what became of each."""
    rows = (
        evaluated.exclude(auto_send_confidence=None)
        .order_by("-auto_send_evaluated_at")
        .values_list(
            "auto_send_confidence",
            "response_disposition",
            "rejected_at",
            "status",
            "auto_send_evaluated_at",
            "lead__opted_out_at",
        )[:NEWEST]
    )
    return [
        Judged(
            confidence=confidence,
            edited=disposition == ResponseDisposition.EDITED,
            rejected=rejected_at is not None,
            opted_out=opted_out_at is not None and judged_at <= opted_out_at <= judged_at + OPT_OUT_WITHIN,
            is_known=status in (DraftStatus.APPROVED, DraftStatus.REJECTED),
        )
        for confidence, disposition, rejected_at, status, judged_at, opted_out_at in rows
    ]


def _drafts(workspace_id: UUID, campaign_id: UUID | None) -> DraftQuerySet:
    found: DraftQuerySet = Draft.objects.in_workspace(workspace_id)
    if campaign_id is None:
        return found
    return found.filter(Q(lead__email_campaign_id=campaign_id) | Q(lead__sms_campaign_id=campaign_id))


def _counted(drafts: DraftQuerySet, code: str, reason: str) -> tuple[Counted, ...]:
    """Counts by code and reason; what an invariant found stands behind a colon and is left out."""
    totals: dict[tuple[str, str], int] = {}
    for found, why, count in drafts.values_list(code, reason).annotate(count=Count("pk")).order_by():
        key = (found, (why or "").partition(":")[0])
        totals[key] = totals.get(key, 0) + count
    rows = (Counted(code=key[0], reason=key[1], count=count) for key, count in totals.items())
    return tuple(sorted(rows, key=lambda row: (-row.count, row.code, row.reason)))


def _review(evaluated: DraftQuerySet) -> Review:
    asked = evaluated.filter(auto_send_action=AutoSendAction.NEEDS_REVIEW)
    seconds = "EXTRACT(EPOCH FROM %(expressions)s)"
    took = Percentile(Coalesce("approved_at", "rejected_at") - F("auto_send_evaluated_at"), fraction=0.5, inner=seconds)
    decided = Q(status__in=[DraftStatus.APPROVED, DraftStatus.REJECTED])
    figures = asked.aggregate(
        asked=Count("pk"),
        in_slack=Count("pk", filter=Q(auto_send_slack_notified=True)),
        waiting=Count("pk", filter=Q(status=DraftStatus.PENDING)),
        approved=Count("pk", filter=Q(response_disposition=ResponseDisposition.APPROVED)),
        edited=Count("pk", filter=Q(response_disposition=ResponseDisposition.EDITED)),
        rejected=Count("pk", filter=Q(rejected_at__isnull=False)),
    )
    median = asked.filter(decided).aggregate(median=took)["median"]
    return Review(**figures, median_minutes=round(median / 60, 1) if median is not None else None)


def _revision(workspace_id: UUID, drafts: DraftQuerySet, since: datetime, campaign_id: UUID | None) -> RevisionFigures:
    tried = drafts.filter(auto_send_revision_attempted_at__gte=since)
    measured = Q(auto_send_revision_confidence__isnull=False)
    gain = F("auto_send_revision_confidence") - F("auto_send_original_confidence")
    figures = tried.aggregate(
        attempted=Count("pk"),
        applied=Count("pk", filter=Q(auto_send_revision_applied=True)),
        lifted=Count("pk", filter=_LIFTED),
        gain=Avg(gain, filter=measured, output_field=FloatField()),
        before=Avg("auto_send_original_confidence", filter=measured),
        after=Avg("auto_send_revision_confidence", filter=measured),
    )
    took = (
        DraftEvent.objects.in_workspace(workspace_id)
        .filter(draft__in=tried.values("pk"), kind=DraftEventKind.REVISED)
        .aggregate(p95=Percentile(Cast(KeyTextTransform("ms", "detail"), FloatField()), fraction=0.95))["p95"]
    )
    return RevisionFigures(
        **figures,
        p95_ms=round(took) if took is not None else None,
        cost_usd=_cost(workspace_id, since, tried if campaign_id else None),
    )


_LIFTED = Q(
    auto_send_revision_applied=True,
    auto_send_revision_confidence__gte=F("auto_send_threshold"),
    auto_send_original_confidence__lt=F("auto_send_threshold"),
)


def _cost(workspace_id: UUID, since: datetime, of_drafts: DraftQuerySet | None) -> Decimal | None:
    calls = AIInteraction.objects.in_workspace(workspace_id).filter(
        Q(prompt_key__in=[SELECT, REVISE]) | Q(prompt_key=EVALUATE, source=REEVALUATE_SOURCE), created_at__gte=since
    )
    if of_drafts is not None:
        calls = calls.filter(draft_id__in=of_drafts.values("pk"))
    total: Decimal | None = calls.aggregate(total=Sum("cost_usd"))["total"]
    return total


def _shares(tried: DraftQuerySet, name: F | Coalesce) -> tuple[RevisionShare, ...]:
    rows = (
        tried.annotate(share_name=Cast(name, TextField()))
        .values("share_name")
        .annotate(
            attempted=Count("pk"),
            applied=Count("pk", filter=Q(auto_send_revision_applied=True)),
            lifted=Count("pk", filter=_LIFTED),
        )
        .order_by("-attempted", "share_name")[:50]
    )
    return tuple(
        RevisionShare(
            name=row["share_name"] or "", attempted=row["attempted"], applied=row["applied"], lifted=row["lifted"]
        )
        for row in rows
    )
