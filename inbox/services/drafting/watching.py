"""Drafting as an operator has to hear about it: too many templates, too slow (05 Observability)."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from inbox.enums import DraftOrigin, DraftStatus, GenerationPath
from inbox.models import Draft
from zrg.jobs.contracts import Notice, RunContext
from zrg.jobs.services.alerts import Alert
from zrg.jobs.services.announce import announce
from zrg.jobs.services.routines import walk_workspaces
from zrg.workspaces.context import tenant

WINDOW = timedelta(hours=1)
FEWEST = 20
"""Fewer drafts in the window say nothing about a share."""
FALLBACK_SHARE = 0.05
SLOW_SECONDS = 100.0
SAMPLE = 2_000


@dataclass(slots=True)
class _Hour:
    drafts: int = 0
    templates: int = 0
    seconds: list[float] = field(default_factory=list)


def raise_draft_alerts(context: RunContext) -> None:
    """Routine of `maintenance`: templates above 5 % of an hour's drafts, a 95th percentile above 100 seconds."""
    hour = _Hour()
    for workspace_id in walk_workspaces(context):
        _add(hour, workspace_id)
    alerts = draft_alerts(hour.drafts, hour.templates, hour.seconds)
    stamp = timezone.now().strftime("%Y-%m-%dT%H")
    for alert in alerts:
        if not context.dry_run:
            announce(
                Notice(workspace_id=None, kind="platform_alert", text=alert.text, notice_key=f"{alert.kind}:{stamp}")
            )
    context.count("draft_alerts", len(alerts))


def draft_alerts(drafts: int, templates: int, seconds: list[float]) -> list[Alert]:
    """The conditions that hold for an hour's figures."""
    if drafts < FEWEST:
        return []
    alerts = []
    if templates / drafts > FALLBACK_SHARE:
        text = f"{templates} of {drafts} drafts of the last hour are templates: the model did not answer"
        alerts.append(Alert(kind="draft_fallback", text=text))
    slow = percentile(seconds, 0.95)
    if slow > SLOW_SECONDS:
        alerts.append(Alert(kind="draft_slow", text=f"Drafts take {round(slow)} seconds (95th percentile)"))
    return alerts


def percentile(values: list[float], share: float) -> float:
    """The smallest value that `share` of the values do not exceed; 0 without values."""
    ordered = sorted(values)
    return ordered[max(-(-int(share * 100) * len(ordered) // 100) - 1, 0)] if ordered else 0.0


def _add(hour: _Hour, workspace_id: UUID) -> None:
    with tenant(workspace_id):
        rows = Draft.objects.in_workspace(workspace_id).filter(
            status__in=DraftStatus.values, created_at__gte=timezone.now() - WINDOW, origin=DraftOrigin.INBOUND
        )
        for path, meta in rows.values_list("generation_path", "generation_meta")[:SAMPLE]:
            hour.drafts += 1
            hour.templates += path == GenerationPath.TEMPLATE_FALLBACK
            hour.seconds.append(sum((meta.get("ms") or {}).values()) / 1000)
