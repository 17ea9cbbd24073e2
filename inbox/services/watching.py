"""What an operator has to hear about the reading of replies (05, Observability)."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import Count, Q

from inbox.enums import ClassificationState, Direction, SafetyKind
from inbox.models import Message
from zrg.jobs.contracts import Notice
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.workspaces.context import platform
from zrg.workspaces.models import Workspace

FAILED_LIMIT = 20
USUAL_DAYS = 14
TIMES_USUAL = 3.0
LEAST_OPT_OUTS = 5
"""Fewer in a day say nothing about the copy or the list."""

logger = structlog.get_logger(__name__)


def warn_of_opt_outs(workspace_id: UUID, *, now: datetime) -> bool:
    """Announce a day's opt-out rate of more than three times the mean of the two weeks before, once a day; in the
    caller's context.
    """
    day = now - timedelta(days=1)
    inbound = Message.objects.in_workspace(workspace_id).filter(direction=Direction.INBOUND, sent_at__lte=now)
    opt_outs = Count("pk", filter=Q(safety_kind=SafetyKind.OPT_OUT))
    latest = inbound.filter(sent_at__gt=day).aggregate(replies=Count("pk"), opt_outs=opt_outs)
    if latest["opt_outs"] < LEAST_OPT_OUTS:
        return False
    usual = inbound.filter(sent_at__lte=day, sent_at__gt=day - timedelta(days=USUAL_DAYS)).aggregate(
        replies=Count("pk"), opt_outs=opt_outs
    )
    if not usual["replies"] or not is_unusual(
        latest["opt_outs"] / latest["replies"], usual["opt_outs"] / usual["replies"]
    ):
        return False
    label = Workspace.objects.values_list("name", flat=True).get(pk=workspace_id)
    _warn(
        f"opt_out_rate:{workspace_id}:{now:%Y-%m-%d}",
        f"{label}: {latest['opt_outs']} of {latest['replies']} replies of a day are opt-outs, "
        f"usual are {usual['opt_outs']} of {usual['replies']}. Look at the copy and the list.",
    )
    return True


def is_unusual(rate: float, usual: float) -> bool:
    """Whether a day's rate is more than three times the mean."""
    return rate > TIMES_USUAL * usual


def warn_of_failures(*, now: datetime) -> int:
    """Announce more than 20 replies that no model could read, once an hour; returns how many there are."""
    with platform():
        failed = Message.objects.filter(
            direction=Direction.INBOUND, classification_state=ClassificationState.FAILED
        ).count()
        if failed > FAILED_LIMIT:
            _warn(f"classification_failed:{now:%Y-%m-%dT%H}", f"{failed} replies could not be classified.")
    return failed


def _warn(key: str, text: str) -> None:
    logger.error(log_events.QUEUE_ALERT, kind=key.partition(":")[0], text_of_alert=text)
    announce(Notice(workspace_id=None, kind="platform_alert", text=text, notice_key=key))
