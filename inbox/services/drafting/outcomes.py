"""What became of drafts: how they were written, what was doubtful, how they were sent (05 R30)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Func

from inbox.enums import DraftStatus
from inbox.models import Draft, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOutcomes:
    """Counts of one workspace and span. `dispositions`: AUTO_SENT, APPROVED, EDITED of drafts that were sent;
    `paths` and `flags`: of all drafts written; `skips`: reasons of replies without a draft.
    """

    written: int
    dispositions: dict[str, int]
    paths: dict[str, int]
    flags: dict[str, int]
    skips: dict[str, int]

    @property
    def fallback_share(self) -> float:
        """Templates among the drafts written, 0 to 1."""
        return self.paths.get("template_fallback", 0) / self.written if self.written else 0.0


def draft_outcomes(workspace_id: UUID, *, since: datetime, until: datetime) -> DraftOutcomes:
    """Counts of the drafts created and the replies received in the span; in the caller's context."""
    # All states by name: the index of a workspace goes by state and time.
    drafts = Draft.objects.in_workspace(workspace_id).filter(
        status__in=DraftStatus.values, created_at__gte=since, created_at__lt=until
    )
    paths = _counts(drafts.values_list("generation_path").annotate(n=Count("pk")).order_by())
    sent = drafts.filter(status=DraftStatus.APPROVED, response_disposition__isnull=False)
    flags = (
        drafts.exclude(quality_flags=[])
        .annotate(flag=Func(F("quality_flags"), function="unnest"))
        .values_list("flag")
        .annotate(n=Count("pk"))
        .order_by()
    )
    skipped = (
        Message.objects.in_workspace(workspace_id)
        .inbound()
        .filter(sent_at__gte=since, sent_at__lt=until, draft_skip_reason__isnull=False)
        .values_list("draft_skip_reason")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return DraftOutcomes(
        written=sum(paths.values()),
        dispositions=_counts(sent.values_list("response_disposition").annotate(n=Count("pk")).order_by()),
        paths=paths,
        flags=_counts(flags),
        skips=_counts(skipped),
    )


def _counts(rows: object) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for name, number in rows:  # type: ignore[attr-defined]
        counted[name] += number
    return dict(counted)
