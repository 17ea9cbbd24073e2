"""Judging a text again because a person changed it: for the reader of the queue, never to send it (06 R19)."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext

from inbox.enums import AutoSendOutcome, DraftEventKind, DraftEventSource, DraftStatus
from inbox.errors import DraftNotPending
from inbox.models import Draft
from inbox.rules.autosend.verdicts import Evaluation
from inbox.services.autosend.cases import open_case
from inbox.services.autosend.evaluating import Judge
from inbox.services.autosend.policies import mode_of
from inbox.services.autosend.recording import record_outcome
from inbox.services.closing import AI_AUTO_SEND_DELAYED, is_scheduled
from inbox.services.draft_events import record_draft_event
from inbox.services.flags import refresh_lead_flags
from inbox.services.locking import lock_lead_and_draft
from leads.models import Lead
from zrg.jobs.errors import Cancelled
from zrg.jobs.services.enqueue import cancel_waiting_jobs, enqueue_job, requeue_job
from zrg.lib.errors import Conflict, NotVisible
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User

AI_RE_EVALUATE = "AI_RE_EVALUATE"
STOPPED = ("globally_disabled_via_env", "switch_unreadable", "workspace_inactive")
"""Where these hold, no evaluator is asked at all."""


def request_re_evaluation(draft_id: UUID, *, by: User) -> None:
    """Queue one judgement of the text as it is, in the caller's transaction.

    Refused for a decided draft, for a text that was judged already, and while auto-send is stopped. A planned
    send of the text as it was ends here: what a person changed leaves with a person.
    """
    lead, draft = lock_lead_and_draft(draft_id)
    if draft.status != DraftStatus.PENDING:
        raise DraftNotPending(gettext("This draft was decided."))
    if draft.trigger_message_id is None:
        raise Conflict(gettext("The message this draft answers is gone."), code="trigger_message_not_found")
    if draft.evaluated_version == draft.version:
        raise Conflict(gettext("This text was judged already."), code="not_changed", version=draft.version)
    mode = mode_of(lead, draft.channel)
    if mode.reason in STOPPED:
        raise Conflict(gettext("Automatic sending is stopped; nothing is judged."), code=mode.reason)
    if is_scheduled(draft):
        record_outcome(draft, AutoSendOutcome.NEEDS_REVIEW, "draft_content_changed")
        cancel_waiting_jobs(AI_AUTO_SEND_DELAYED, draft.pk, "draft_content_changed")
        refresh_lead_flags(lead.pk)
    key = f"{draft.workspace_id}:{draft.pk}:{draft.version}:{AI_RE_EVALUATE}"
    asked_by = {"by": str(by.pk)}
    if not enqueue_job(AI_RE_EVALUATE, draft.workspace_id, draft_id=draft.pk, dedupe_key=key, payload=asked_by):
        requeue_job(key)


def re_evaluate(workspace_id: UUID, draft_id: UUID, *, deadline: float, trace_id: str = "") -> None:
    """The AI_RE_EVALUATE job: write down what the evaluator says of the text; decisions stay as they are."""
    with tenant(workspace_id):
        draft = Draft.objects.select_related("trigger_message").filter(pk=draft_id, status=DraftStatus.PENDING).first()
        if draft is None or draft.trigger_message is None or is_scheduled(draft):
            raise Cancelled("nothing to judge")
        lead = Lead.objects.select_related("email_campaign", "sms_campaign").get(pk=draft.lead_id)
        case = open_case(lead, draft, draft.trigger_message)
    if case.policy.mode.reason in STOPPED:
        raise Cancelled(case.policy.mode.reason)
    evaluation = Judge(case, trace_id=trace_id).evaluate(case.content, case.offered, deadline=deadline)
    if evaluation.error_code:
        raise RuntimeError(f"no answer: {evaluation.error_code}")
    with tenant(workspace_id):
        _record(draft_id, case.version, case.policy.threshold, evaluation)


def _record(draft_id: UUID, version: int, threshold: float, evaluation: Evaluation) -> None:
    try:
        _lead, draft = lock_lead_and_draft(draft_id)
    except NotVisible:
        return
    if draft.status != DraftStatus.PENDING or draft.version != version or is_scheduled(draft):
        return
    Draft.objects.filter(pk=draft.pk).update(
        auto_send_evaluated_at=timezone.now(),
        evaluated_version=version,
        auto_send_confidence=evaluation.confidence,
        auto_send_threshold=threshold,
        auto_send_reason=evaluation.reason or None,
        updated_at=timezone.now(),
    )
    record_draft_event(
        draft,
        DraftEventKind.EVALUATED,
        source=DraftEventSource.JOB,
        reason="re_evaluated",
        version=version,
        confidence=evaluation.confidence,
        threshold=threshold,
        safe=evaluation.safe_to_send,
    )
