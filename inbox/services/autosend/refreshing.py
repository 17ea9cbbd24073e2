"""Replacing stale times of a scheduled draft once, and judging the new text, before the last look (06 R10)."""

from uuid import UUID

import structlog
from django.utils import timezone

from booking.registry import calendar
from inbox.enums import AutoSendMode, DraftEventKind, DraftEventSource, DraftStatus
from inbox.models import Draft
from inbox.rules.autosend.verdicts import Evaluation
from inbox.services.autosend.cases import Case, open_case
from inbox.services.autosend.evaluating import Judge
from inbox.services.autosend.flow import judged
from inbox.services.autosend.offers import Offered, find_fresh_times, store_fresh_times
from inbox.services.closing import is_scheduled
from inbox.services.draft_events import record_draft_event
from leads.models import Lead
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)


def refresh_before_sending(workspace_id: UUID, draft_id: UUID, *, deadline: float) -> None:
    """Call outside of transactions. The new text takes the old one's place only when it passes with the same
    threshold; otherwise the last look finds the stale times and gives the draft to a person.
    """
    with tenant(workspace_id):
        case = _stale_case(draft_id)
    if case is None:
        return
    offered = find_fresh_times(workspace_id, case.lead_id, case.offer_set, case.content, deadline=deadline)
    if not (offered.ok and offered.replaced):
        return
    judge = Judge(case)
    evaluation = judge.evaluate(offered.content, offered.labels, deadline=deadline)
    if judged(case, judge, offered, evaluation).action != "send_immediate":
        return
    with tenant(workspace_id):
        _accept(draft_id, case.version, offered, evaluation)


def _stale_case(draft_id: UUID) -> Case | None:
    draft = Draft.objects.select_related("trigger_message").filter(pk=draft_id, status=DraftStatus.PENDING).first()
    if draft is None or draft.offer_set is None or draft.trigger_message is None or not is_scheduled(draft):
        return None
    if draft.version != draft.evaluated_version or draft.auto_send_mode != AutoSendMode.AI_AUTO_SEND:
        return None
    check = calendar().check_offer(
        draft.workspace_id, draft.lead_id, draft.offer_set, draft.content, now=timezone.now()
    )
    if check.state != "stale":
        return None
    lead = Lead.objects.select_related("email_campaign", "sms_campaign").get(pk=draft.lead_id)
    case = open_case(lead, draft, draft.trigger_message)
    return case if case.policy.mode.mode == AutoSendMode.AI_AUTO_SEND else None


def _accept(draft_id: UUID, version: int, offered: Offered, evaluation: Evaluation) -> None:
    if not store_fresh_times(draft_id, version, offered):
        return
    draft = Draft.objects.get(pk=draft_id)
    Draft.objects.filter(pk=draft.pk).update(
        evaluated_version=draft.version,
        auto_send_evaluated_at=timezone.now(),
        auto_send_confidence=evaluation.confidence,
        auto_send_reason=evaluation.reason or None,
    )
    record_draft_event(
        draft,
        DraftEventKind.EVALUATED,
        source=DraftEventSource.JOB,
        reason="times_refreshed",
        version=draft.version,
        confidence=evaluation.confidence,
    )
