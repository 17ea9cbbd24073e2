"""Whether a draft may leave without a person: judged, decided, recorded, once per draft (06 R3)."""

from dataclasses import dataclass, replace
from uuid import UUID

import structlog
from django.utils import timezone

from inbox.enums import AutoSendMode, DraftOrigin, DraftStatus
from inbox.models import Draft, Message
from inbox.rules.autosend.checks import text_block
from inbox.rules.autosend.deciding import DEFAULT_THRESHOLD, block_verdict, decide
from inbox.rules.autosend.verdicts import Evaluation, Verdict
from inbox.services.autosend.asking import RevisionRequest
from inbox.services.autosend.calibration import protect_thresholds
from inbox.services.autosend.cases import Case, open_case
from inbox.services.autosend.evaluating import Judge
from inbox.services.autosend.gate import ask_gate
from inbox.services.autosend.offers import Offered, find_fresh_times, store_fresh_times
from inbox.services.autosend.policies import policy_of
from inbox.services.autosend.recording import Decided, record_decision
from inbox.services.autosend.revising import maybe_revise
from inbox.services.locking import lock_lead_and_draft
from leads.models import Lead
from zrg.ai.client import model_calls_possible
from zrg.ai.services.budget import is_capped
from zrg.lib import log_events
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

EVALUATED_ORIGINS = (DraftOrigin.INBOUND,)
"""What a person asked for is decided by a person (06.manual-drafts-not-evaluated)."""
BLOCKED = Evaluation(confidence=0.0, safe_to_send=False, requires_human_review=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What became of a draft: its action ("" when nothing was decided) and the code that says why."""

    action: str
    reason: str


def evaluate_draft(workspace_id: UUID, draft_id: UUID, *, deadline: float, trace_id: str = "") -> Decision:
    """Decide about one draft and record it with what follows from it. Call outside of transactions.

    Idempotent: a draft that was decided is left alone. Raises what the database raises: then nothing was
    recorded, and nothing will be sent (06.no-send-without-decision).
    """
    protect_thresholds(workspace_id)
    with tenant(workspace_id):
        case = _case_of(draft_id)
    if isinstance(case, Decision):
        return case
    decided = _decide(case, deadline, trace_id)
    if decided is None:
        return Decision(action="", reason="draft_changed_meanwhile")
    with tenant(workspace_id):
        try:
            lead, draft = lock_lead_and_draft(draft_id)
        except NotVisible:
            return Decision(action="", reason="draft_not_found")
        recorded = record_decision(lead, draft, decided)
        status = draft.status
    if recorded is None:
        reason = "decided_before" if status == DraftStatus.PENDING else f"draft_status_{status}"
        return Decision(action="", reason=reason)
    return Decision(action=recorded.verdict.action, reason=recorded.verdict.reason)


def record_failure(workspace_id: UUID, draft_id: UUID, reason: str) -> Decision:
    """The decision failed for good: a person looks at the draft (06 R13)."""
    with tenant(workspace_id):
        try:
            lead, draft = lock_lead_and_draft(draft_id)
        except NotVisible:
            return Decision(action="", reason="draft_not_found")
        mode = policy_of(lead, draft.channel).mode.mode
        verdict = Verdict(
            action="error", reason=reason, draft_status="pending", notify=mode == AutoSendMode.AI_AUTO_SEND
        )
        record_decision(lead, draft, Decided(verdict=verdict, mode=mode, version=draft.version))
        return Decision(action=verdict.action, reason=reason)


def _case_of(draft_id: UUID) -> Case | Decision:
    """The draft with what is known of it, or why nothing is decided."""
    draft = Draft.objects.select_related("trigger_message").filter(pk=draft_id).first()
    if draft is None:
        return Decision(action="", reason="draft_not_found")
    if draft.status != DraftStatus.PENDING:
        return Decision(action="", reason=f"draft_status_{draft.status}")
    if draft.auto_send_action is not None or draft.auto_send_mode is not None:
        # Also what was left to people: a switch turned later does not answer yesterday's replies.
        return Decision(action="", reason="decided_before")
    if draft.origin not in EVALUATED_ORIGINS or draft.edited_by_person:
        return Decision(action="", reason="origin_not_evaluated")
    message: Message | None = draft.trigger_message
    if message is None:
        _note_mode(draft, "trigger_message_not_found")
        return Decision(action="", reason="trigger_message_not_found")
    lead = Lead.objects.select_related("email_campaign", "sms_campaign").get(pk=draft.lead_id)
    policy = policy_of(lead, draft.channel)
    logger.info(log_events.AUTOSEND_MODE, draft=str(draft.pk), mode=policy.mode.mode, reason=policy.mode.reason)
    if policy.mode.mode == AutoSendMode.DISABLED and not policy.shadow:
        _note_mode(draft, policy.mode.reason)
        return Decision(action="", reason=policy.mode.reason)
    return open_case(lead, draft, message, policy)


def _note_mode(draft: Draft, reason: str) -> None:
    """The draft waits for a person, and says why it was not decided."""
    Draft.objects.filter(pk=draft.pk, auto_send_action=None, status=DraftStatus.PENDING).update(
        auto_send_mode=AutoSendMode.DISABLED, auto_send_reason_code=reason, updated_at=timezone.now()
    )


def _decide(case: Case, deadline: float, trace_id: str) -> Decided | None:
    """The verdict on a case; None when somebody changed the draft meanwhile."""
    policy = case.policy
    decided = Decided(
        verdict=Verdict(action="skip", reason=case.precheck.reason or "", draft_status="pending"),
        mode=AutoSendMode(policy.mode.mode),
        version=case.version,
        threshold=None if policy.mode.mode == AutoSendMode.LEGACY_AUTO_REPLY else policy.threshold,
    )
    if case.precheck.skip:
        return decided
    if case.consent_block:
        return replace(decided, verdict=_for_mode(case, block_verdict(case.consent_block)))
    offered = find_fresh_times(case.workspace_id, case.lead_id, case.offer_set, case.content, deadline=deadline)
    replaced = offered.replaced and not policy.shadow
    if replaced:
        with tenant(case.workspace_id):
            if not store_fresh_times(case.draft_id, case.version, offered):
                return None
    judge = Judge(case, trace_id=trace_id)
    decided = replace(decided, version=case.version + 1 if replaced else case.version)
    if policy.mode.mode == AutoSendMode.LEGACY_AUTO_REPLY:
        evaluation, verdict = _by_gate(case, judge, offered, deadline, trace_id)
        return replace(decided, verdict=_for_mode(case, verdict), evaluation=evaluation)
    return _by_evaluator(case, judge, offered, decided, deadline, trace_id)


def _by_evaluator(
    case: Case, judge: Judge, offered: Offered, decided: Decided, deadline: float, trace_id: str
) -> Decided | None:
    """Judged, improved once where that may help, judged again; None when the draft is not ours any more."""
    if block := _text_block(case, offered):
        verdict = _for_mode(case, block_verdict(block))
        return replace(decided, verdict=verdict, evaluation=replace(BLOCKED, hard_block=block))
    first = judge.evaluate(offered.content, offered.labels, deadline=deadline)
    revision = maybe_revise(
        RevisionRequest(
            case=case,
            judge=judge,
            offered=offered,
            version=decided.version,
            evaluation=first,
            deadline=deadline,
            trace_id=trace_id,
        )
    )
    if revision.canceled:
        return None
    version = decided.version
    if revision.content is not None:
        offered, version = replace(offered, content=revision.content), version + 1
    verdict = _for_mode(case, judged(case, judge, offered, revision.evaluation))
    return replace(decided, verdict=verdict, evaluation=revision.evaluation, version=version)


def judged(case: Case, judge: Judge, offered: Offered, evaluation: Evaluation) -> Verdict:
    """What follows from an evaluation; the invariants are read only of what would be sent otherwise."""
    policy = case.policy
    options = {
        "threshold": policy.threshold,
        "skip_workspace": policy.skip_workspace,
        "skip_campaign": policy.skip_campaign,
    }
    verdict = decide(evaluation, **options)  # type: ignore[arg-type]
    if verdict.action != "send_immediate":
        return verdict
    return decide(evaluation, invariants=judge.invariants(offered.content, offered.labels), **options)  # type: ignore[arg-type]


def _by_gate(
    case: Case, judge: Judge, offered: Offered, deadline: float, trace_id: str
) -> tuple[Evaluation | None, Verdict]:
    """The per-lead switch: a model says whether to answer at all; no threshold, nobody is told (06 R12)."""
    said = ask_gate(case, deadline=deadline, trace_id=trace_id)
    if not said.reply:
        return None, Verdict(action="skip", reason=said.reason, draft_status="pending")
    block = _text_block(case, offered)
    if block:
        return None, block_verdict(block)
    passed = Evaluation(confidence=1.0, safe_to_send=True, requires_human_review=False)
    codes = judge.invariants(offered.content, offered.labels)
    return None, decide(passed, threshold=DEFAULT_THRESHOLD, invariants=codes)


def _text_block(case: Case, offered: Offered) -> str:
    return text_block(
        draft=offered.content,
        is_fallback=case.is_fallback,
        is_unverified=case.is_unverified,
        offer_ok=offered.ok,
        has_key=model_calls_possible(),
        is_capped=is_capped(case.workspace_id),
    )


def _for_mode(case: Case, verdict: Verdict) -> Verdict:
    """The per-lead mode tells nobody; a campaign that only tries auto-send out changes and sends nothing."""
    if case.policy.shadow:
        return Verdict(action="skip", reason=f"shadow:{verdict.action},{verdict.reason}", draft_status="pending")
    if case.policy.mode.mode == AutoSendMode.LEGACY_AUTO_REPLY:
        return replace(verdict, notify=False)
    return verdict
