"""The model steps of a draft: plan, write, write in one step, write anew, verify, gate (05 R16, R20).

No step runs without its share of the time, and each call ends with it (05.every-call-has-a-timeout).
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.utils import timezone

from inbox.enums import Channel
from inbox.metrics import observe_draft_step
from inbox.prompts.drafts import (
    FAST_EMAIL,
    FAST_LINKEDIN,
    FAST_SMS,
    GENERATION,
    SINGLE_EMAIL,
    SINGLE_LINKEDIN,
    SINGLE_SMS,
    STRATEGY,
    VERIFY,
)
from inbox.rules.archetypes import ARCHETYPE_IDS
from inbox.rules.overseer import gate_applies
from inbox.rules.strategy import Plan, read_plan
from inbox.rules.time_budget import MIN_SIGNATURE, MIN_STEP_SECONDS, Budget
from inbox.rules.verification import discard_reason
from inbox.services.drafting.knobs import fast_model, rewrite_limits, verifier_model
from inbox.services.drafting.knowing import DraftContext, with_signature
from inbox.services.overseer.gating import GateInput, GateResult, gate_draft
from inbox.services.signatures import signature_summary
from inbox.services.skipping import SETTING_OFF, record_skip
from zrg.ai.context import build_bundle
from zrg.ai.contracts import CallScope, Result
from zrg.ai.prompts import as_data
from zrg.ai.runner import Override, run_json_prompt, run_text_prompt
from zrg.lib import log_events

logger = structlog.get_logger(__name__)

SINGLE_PROMPTS = {Channel.EMAIL: SINGLE_EMAIL, Channel.SMS: SINGLE_SMS, Channel.LINKEDIN: SINGLE_LINKEDIN}
FAST_PROMPTS = {Channel.EMAIL: FAST_EMAIL, Channel.SMS: FAST_SMS, Channel.LINKEDIN: FAST_LINKEDIN}
FAST_LIMITS = {Channel.EMAIL: 5_000, Channel.SMS: 320, Channel.LINKEDIN: 800}
UNAVAILABLE = {"disabled": "ai_unavailable", "budget_exhausted": "budget_exhausted"}
"""Codes of the runner after which no draft is written at all, with the reason a person reads."""
OUT_OF_TIME = "out_of_time"


@dataclass(slots=True, kw_only=True)
class Work:
    """One draft being written; `meta` fills as the steps run and holds codes, names and figures only."""

    context: DraftContext
    scope: CallScope
    started: float
    budget: Budget
    meta: dict[str, Any] = field(default_factory=dict)

    def ends(self, seconds: float) -> float:
        """The `time.monotonic()` instant of an end of the budget."""
        return self.started + seconds

    def left(self, seconds: float) -> float:
        """Seconds until an end of the budget."""
        return self.ends(seconds) - time.monotonic()

    def note(self, part: str, name: str, value: object) -> None:
        self.meta.setdefault(part, {})[name] = value

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """The step's milliseconds go into `meta`, its seconds into the metric."""
        began = time.monotonic()
        try:
            yield
        finally:
            seconds = time.monotonic() - began
            earlier = self.meta.get("ms", {}).get(step, 0)
            self.note("ms", step, earlier + round(seconds * 1000))
            observe_draft_step(step, seconds)

    def failed(self, step: str, code: str) -> None:
        self.note("failed", step, code)
        logger.warning(log_events.DRAFT_FALLBACK, step=step, code=code, lead=str(self.context.lead_id))


def read_signature(work: Work) -> None:
    """The lead's signature as facts for the writer; without an answer the draft is written without them."""
    if work.left(work.budget.signature_ends) < MIN_SIGNATURE:
        work.meta.setdefault("missing", []).append("signature")
        return
    context = work.context
    with work.timed("signature"):
        summary = signature_summary(
            context.workspace_id,
            context.message_id,
            scope=work.scope,
            deadline=work.ends(work.budget.signature_ends),
        )
    work.context = with_signature(context, summary.as_text() if summary else "")


def plan(work: Work) -> Plan | str:
    """The plan of an e-mail, or the code that says why there is none."""
    context = work.context
    if not context.switches.strategy:
        record_skip(STRATEGY, SETTING_OFF, scope=work.scope)
        return SETTING_OFF
    result = _ask_json(work, "strategy", STRATEGY, {"archetypes": ", ".join(ARCHETYPE_IDS)}, work.budget.strategy_ends)
    return read_plan(result.value, labels=context.facts.labels) if result.ok else result.error_code


def write(work: Work, planned: Plan, archetype: str, *, feedback: str = "") -> Result:
    """The e-mail of a plan."""
    variables = {"strategy": as_data(planned.as_text(), "PLAN"), **_shape(work.context, archetype, feedback)}
    return _ask_text(work, "generation", GENERATION, variables, work.budget.generation_ends, attempts=None)


def write_at_once(work: Work, archetype: str | None, *, feedback: str = "", attempts: int | None = None) -> Result:
    """The text in one step: SMS, LinkedIn, and e-mail when there is no plan."""
    prompt = SINGLE_PROMPTS[Channel(work.context.channel)]
    variables = _shape(work.context, archetype, feedback)
    return _ask_text(work, "single", prompt, variables, work.budget.generation_ends, attempts=attempts)


def write_anew(work: Work, archetype: str | None, draft: str, *, feedback: str = "") -> Result:
    """The present text in another shape, by a small model."""
    channel = Channel(work.context.channel)
    override = Override(model=fast_model())
    variables = {**_shape(work.context, archetype, feedback), "draft": as_data(draft, "DRAFT")}
    with work.timed("fast"):
        result = run_text_prompt(
            FAST_PROMPTS[channel],
            {**work.context.variables, **variables},
            scope=work.scope,
            deadline=work.ends(work.budget.generation_ends),
            override=override,
        )
    _note_result(work, "fast", result)
    return result


def verify(work: Work, text: str) -> tuple[str, bool | None]:
    """The text with the verifier's corrections, and whether it was verified; None when there is no such step."""
    context = work.context
    if not context.is_email:
        return text, None
    if not context.switches.verification:
        record_skip(VERIFY, SETTING_OFF, scope=work.scope)
        return text, None
    result = _ask_json(
        work,
        "verification",
        VERIFY,
        {"draft": as_data(text, "DRAFT")},
        work.budget.verification_ends,
        override=Override(model=verifier_model() or context.switches.verifier),
    )
    if not result.ok:
        return text, False
    final = result.value["finalDraft"]
    why = discard_reason(text, final, result.value["changed"], rewrite_limits())
    if why:
        work.note("failed", "verification", why)
        logger.warning(log_events.DRAFT_VERIFIER_DISCARDED, why=why, lead=str(context.lead_id))
        return text, False
    work.note("verification", "violations", min(len(result.value["violationsDetected"]), 30))
    return final, True


def gate(work: Work, text: str) -> GateResult:
    """What the meeting overseer says of the text; `failed` when it should have been asked and gave no answer."""
    context = work.context
    if context.switches.gate and work.left(work.budget.gate_ends) < MIN_STEP_SECONDS:
        failed = gate_applies(context.decision, text)
        if failed:
            work.failed("gate", OUT_OF_TIME)
        return GateResult(failed=failed)
    memory = build_bundle(
        context.workspace_id, "meeting_overseer_gate", memory=context.memory, now=timezone.now()
    ).memory
    with work.timed("gate"):
        result = gate_draft(
            GateInput(
                workspace_id=context.workspace_id,
                channel=context.channel,
                draft=text,
                reply=context.facts.reply,
                message_id=None if context.is_replay else context.message_id,
                decision=context.decision,
                labels=context.facts.labels,
                booking_link=context.facts.booking_link,
                appointment=context.facts.appointment,
                memory=memory,
            ),
            scope=work.scope,
            deadline=work.ends(work.budget.gate_ends),
        )
    work.note("gate", "decision", result.skipped or ("failed" if result.failed else result.decision))
    return result


def _shape(context: DraftContext, archetype: str | None, feedback: str) -> dict[str, str]:
    return {"archetype": context.shapes.get(archetype or "", "As it fits."), "feedback": feedback}


def _ask_text(
    work: Work, step: str, prompt: str, variables: Mapping[str, str], ends: float, *, attempts: int | None
) -> Result:
    context = work.context
    if work.left(ends) < MIN_STEP_SECONDS:
        work.failed(step, OUT_OF_TIME)
        return Result(error_code="timeout")
    effort = context.switches.effort if prompt == GENERATION else None
    with work.timed(step):
        result = run_text_prompt(
            prompt,
            {**context.variables, **variables},
            scope=work.scope,
            deadline=work.ends(ends),
            override=Override(
                model=context.switches.model if context.is_email else None, effort=effort, max_attempts=attempts
            ),
        )
    _note_result(work, step, result)
    return result


def _ask_json(
    work: Work,
    step: str,
    prompt: str,
    variables: Mapping[str, str],
    ends: float,
    *,
    override: Override | None = None,
) -> Result:
    context = work.context
    if work.left(ends) < MIN_STEP_SECONDS:
        work.failed(step, OUT_OF_TIME)
        return Result(error_code="timeout")
    with work.timed(step):
        result = run_json_prompt(
            prompt,
            {**context.variables, **variables},
            scope=work.scope,
            deadline=work.ends(ends),
            override=override or Override(model=context.switches.model, effort=context.switches.effort),
        )
    _note_result(work, step, result)
    return result


def _note_result(work: Work, step: str, result: Result) -> None:
    if result.model:
        work.note("models", step, result.model)
    if not result.ok:
        work.failed(step, result.error_code)
