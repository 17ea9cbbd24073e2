"""The gate a draft passes after verification when it talks about a meeting (05 R20).

A failure never blocks drafting, only auto-send: the caller flags the draft `overseer_failed`.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import structlog

from inbox.enums import OverseerStage
from inbox.models import MeetingOverseerDecision, Message
from inbox.prompts.overseer import GATE
from inbox.rules.invariants.bookings import implies_booking
from inbox.rules.overseer import MeetingDecision, clean_issues, gate_applies
from inbox.services.skipping import SETTING_OFF, record_skip
from zrg.ai.contracts import CallScope
from zrg.ai.prompts import as_data
from zrg.ai.runner import run_json_prompt
from zrg.lib import log_events
from zrg.lib.hashing import sha
from zrg.workspaces.context import tenant
from zrg.workspaces.models import WorkspaceSettings

NOT_SCHEDULING = "not_scheduling"
MAX_DRAFT_CHARS = 6_000

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateInput:
    """What the gate judges. `message_id`: the inbound the draft answers, None when there is none. `labels`: times the
    draft may name, word for word. `appointment`: the active one in words, "" without. `memory`: approved facts of
    the lead as the bundle `meeting_overseer_gate` gives them. `decision`: `stored_decision(message_id)`.
    """

    workspace_id: UUID
    channel: str
    draft: str
    reply: str
    message_id: UUID | None = None
    decision: MeetingDecision | None = None
    labels: tuple[str, ...] = ()
    booking_link: str | None = None
    appointment: str = ""
    memory: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """`final_draft` is the text to go on with after `revise`, else None. `failed`: no usable answer, the draft stays
    and is not sent unattended. `skipped`: why the gate was not asked ("setting_off", "not_scheduling"), else "".
    """

    decision: Literal["approve", "revise"] = "approve"
    final_draft: str | None = None
    issues: tuple[str, ...] = ()
    confidence: float = 0.0
    failed: bool = False
    skipped: str = ""


def gate_draft(context: GateInput, *, scope: CallScope, deadline: float) -> GateResult:
    """Approve or revise a draft; outside of transactions, `deadline` is a `time.monotonic()` instant.

    The answer about a text is kept with the message, so a retry with the same text asks nobody. A revised text
    has to pass the invariants again: the caller keeps the old one when it comes out worse. Whatever the model says,
    a text that claims a booking without an appointment never passes.
    """
    text_hash = sha(json.dumps([context.draft, context.labels, context.appointment]))
    with tenant(context.workspace_id):
        enabled = WorkspaceSettings.objects.values_list("meeting_overseer_enabled", flat=True).get(
            workspace_id=context.workspace_id
        )
        known = _known(context.message_id, text_hash)
    if not enabled:
        record_skip(GATE, SETTING_OFF, scope=scope)
        return GateResult(skipped=SETTING_OFF)
    if not gate_applies(context.decision, context.draft):
        return GateResult(skipped=NOT_SCHEDULING)
    if known is not None:
        return known
    answer = run_json_prompt(GATE, _variables(context), scope=scope, deadline=deadline)
    if not answer.ok:
        logger.warning(log_events.OVERSEER_GATE, decision="failed", code=answer.error_code)
        return GateResult(failed=True)
    result = _read(context, answer.value)
    with tenant(context.workspace_id):
        _store(context, result, text_hash, answer.model)
    logger.info(log_events.OVERSEER_GATE, decision=result.decision, failed=result.failed, issues=len(result.issues))
    return result


def _read(context: GateInput, answer: dict[str, Any]) -> GateResult:
    issues = clean_issues(answer["issues"])
    confidence = min(max(float(answer["confidence"]), 0.0), 1.0)
    revised = (answer["final_draft"] or "").strip()
    kept = answer["decision"] == "approve" or revised == context.draft.strip()
    claims_booking = not context.appointment and implies_booking(context.draft if kept else revised)
    if claims_booking or (not kept and (not revised or len(revised) > MAX_DRAFT_CHARS)):
        # A booking that does not exist, or something wrong and no text to go on with.
        return GateResult(issues=issues, confidence=confidence, failed=True)
    if kept:
        return GateResult(issues=issues, confidence=confidence)
    return GateResult(decision="revise", final_draft=revised, issues=issues, confidence=confidence)


def _variables(context: GateInput) -> dict[str, str]:
    decision = context.decision
    contract = {
        "intent": decision.intent if decision else "unknown",
        "wants_to_book": decision.has_booking_intent if decision else False,
        "needs_clarification": decision.needs_clarification if decision else False,
        "asks_for_price": decision.needs_pricing_answer if decision else False,
    }
    return {
        "channel": context.channel,
        "response_mode": decision.response_mode if decision else "none",
        "contract": json.dumps(contract),
        "labels": "\n".join(f"- {label}" for label in context.labels) or "(none)",
        "booking_link": context.booking_link or "(none)",
        "appointment": context.appointment or "none",
        "memory": as_data(context.memory, "MEMORY") if context.memory else "(nothing)",
        "reply": as_data(context.reply),
        "draft": as_data(context.draft, "DRAFT"),
    }


def _known(message_id: UUID | None, text_hash: str) -> GateResult | None:
    if message_id is None:
        return None
    rows = MeetingOverseerDecision.objects.filter(message_id=message_id, stage=OverseerStage.GATE)
    payload = rows.values_list("payload", flat=True).first()
    if payload is None or payload.get("text_hash") != text_hash:
        return None
    return GateResult(
        decision=payload["decision"],
        final_draft=payload["final_draft"],
        issues=tuple(payload["issues"]),
        confidence=payload["confidence"],
        failed=payload["failed"],
    )


def _store(context: GateInput, result: GateResult, text_hash: str, model: str) -> None:
    if context.message_id is None:
        return
    message = Message.objects.in_workspace(context.workspace_id).filter(pk=context.message_id).first()
    if message is None:
        return
    MeetingOverseerDecision.objects.update_or_create(
        message=message,
        stage=OverseerStage.GATE,
        defaults={
            "workspace_id": context.workspace_id,
            "lead_id": message.lead_id,
            "prompt_key": GATE,
            "model": model,
            "confidence": result.confidence,
            "payload": {
                "decision": result.decision,
                "final_draft": result.final_draft,
                "issues": list(result.issues),
                "confidence": result.confidence,
                "failed": result.failed,
                "text_hash": text_hash,
            },
        },
    )
