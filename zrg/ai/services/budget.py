"""The daily cost cap of a workspace: how much is spent, what stops, who hears of it (05 R23)."""

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from uuid import UUID

import structlog
from django.db.models import Sum
from django.utils import timezone

from zrg.ai.models import AIInteraction
from zrg.ai.rules.thrift import CapState, state_of
from zrg.ai.throttle import first_this_hour
from zrg.jobs.contracts import Notice
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.workspaces.context import tenant
from zrg.workspaces.hours import local_date, resolve_zone, wall_instant
from zrg.workspaces.models import WorkspaceSettings

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A workspace's day: what it may cost and what it cost so far, in USD (calls of unknown price count 0)."""

    cap_usd: Decimal
    spent_usd: Decimal
    day: str

    @property
    def share(self) -> Decimal:
        """Spent of the cap; a cap of nothing is always reached."""
        return self.spent_usd / self.cap_usd if self.cap_usd else Decimal(1)

    @property
    def state(self) -> CapState:
        """ok, near (80 %) or capped."""
        return state_of(self.share)

    @property
    def percent(self) -> int:
        """For people."""
        return int(self.share * 100)


def budget_of(workspace_id: UUID, *, now: datetime | None = None) -> Budget | None:
    """Today's budget (the workspace's day); None without a cap. Two reads on indexes, in the caller's context."""
    row = WorkspaceSettings.objects.in_workspace(workspace_id).values_list("ai_daily_cost_cap_usd", "timezone").first()
    if row is None or row[0] is None:
        return None
    zone = resolve_zone(row[1])
    day = local_date(now or timezone.now(), zone)
    rows = AIInteraction.objects.in_workspace(workspace_id).filter(created_at__gte=wall_instant(day, time(), zone))
    spent = rows.aggregate(sum=Sum("cost_usd"))["sum"]
    return Budget(cap_usd=row[0], spent_usd=spent or Decimal(0), day=day.isoformat())


def check_budget(workspace_id: UUID) -> Budget | None:
    """The same for a worker, in a context of its own; tells people once a day when it nears or reaches the cap."""
    with tenant(workspace_id):
        budget = budget_of(workspace_id)
        if budget is not None and budget.state != "ok":
            _tell(workspace_id, budget)
    return budget


def cap_state(workspace_id: UUID) -> CapState:
    """ok, near (80 % of the cap spent today) or capped."""
    budget = check_budget(workspace_id)
    return budget.state if budget else "ok"


def is_capped(workspace_id: UUID) -> bool:
    """Whether the cap is reached today: auto-send is off then, drafts are written by people."""
    return cap_state(workspace_id) == "capped"


def _tell(workspace_id: UUID, budget: Budget) -> None:
    if not first_this_hour("ai.budget", workspace_id, budget.day, budget.state):
        return
    logger.warning(log_events.AI_BUDGET, workspace=str(workspace_id), pct=budget.percent)
    if budget.state == "capped":
        text = (
            f"Model calls reached today's cap of {budget.cap_usd:.2f} USD. Drafts, scoring and auto-send pause until"
            " tomorrow; replies are still read and sorted."
        )
    else:
        text = f"Model calls cost {budget.spent_usd:.2f} USD today, {budget.percent} % of the cap."
    announce(Notice(workspace_id=workspace_id, kind=f"ai_budget_{budget.state}", text=text, notice_key=budget.day))
