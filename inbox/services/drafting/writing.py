"""Writing a draft: the ladder of ways, the checks behind it, and what came of both (05 R16–R20)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from inbox.enums import Channel, GenerationPath
from inbox.metrics import count_invariant
from inbox.rules.archetypes import first_archetype
from inbox.rules.feedback import feedback
from inbox.rules.finishing import finish_text
from inbox.rules.invariants import draft_invariants
from inbox.rules.strategy import Plan
from inbox.rules.time_budget import REWRITE_SECONDS, share_time
from inbox.services.drafting.knowing import DraftContext
from inbox.services.drafting.steps import (
    FAST_LIMITS,
    UNAVAILABLE,
    Work,
    gate,
    plan,
    read_signature,
    verify,
    write,
    write_anew,
    write_at_once,
)
from zrg.ai.contracts import CallScope, Result, Trial
from zrg.lib import log_events

logger = structlog.get_logger(__name__)

THANKS = "Thank you for your reply. I have read it and will come back to you with the details shortly."
FALLBACK_DRAFT = "fallback_draft"
VERIFICATION_FAILED = "verification_failed"
OVERSEER_FAILED = "overseer_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A finished text with how it came about; `reason` says why there is none."""

    content: str = ""
    path: GenerationPath = GenerationPath.SINGLE_STEP
    archetype_id: str | None = None
    verified: bool | None = None
    flags: tuple[str, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the asker wants of a text: its shape, a present text to rewrite, a template when all fails."""

    archetype: str | None = None
    rewrite: str | None = None
    template: bool = True


NO_WISH = Wish()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """A text, the way it was written, and how to write it once more."""

    result: Result
    path: GenerationPath
    archetype: str | None
    again: Callable[[str], Result]


def write_text(
    context: DraftContext,
    *,
    started: float,
    seconds: float,
    source: str,
    trace_id: str,
    wish: Wish = NO_WISH,
    trial: Trial | None = None,
) -> Written:
    """The text for one reply; for outside of transactions. Without a key or a budget there is no draft at all.

    `started` is the `time.monotonic()` instant since which the `seconds` of the whole draft run, gathering included.
    """
    fast = wish.rewrite is not None
    checks = not fast
    work = Work(
        context=context,
        scope=CallScope(
            workspace_id=context.workspace_id,
            source=source,
            lead_id=context.lead_id,
            message_id=context.message_id,
            trace_id=trace_id,
            metadata={"leadContextBundle": context.meta.get("bundle", {})},
            trial=trial,
        ),
        started=started,
        budget=share_time(
            seconds,
            strategy=context.switches.strategy and not fast,
            signature=context.is_email and not fast,
            verification=checks and context.switches.verification,
            gate=checks and context.switches.gate,
        ),
        meta={"missing": list(context.missing), **context.meta},
    )
    if context.is_email and not fast:
        read_signature(work)
    attempt = _first(work, wish)
    if reason := UNAVAILABLE.get(attempt.result.error_code):
        return Written(reason=reason, meta=work.meta)
    if not attempt.result.ok:
        return _without_model(work, attempt.result.error_code, wish)
    content, path = _best(work, attempt), attempt.path
    if not content:
        return _without_model(work, "empty_draft", wish)
    written = Written(content=content, path=path, archetype_id=attempt.archetype, meta=work.meta)
    return _flagged(work, _checked(work, written) if checks else written)


# --- the ladder


def _first(work: Work, wish: Wish) -> _Attempt:
    context = work.context
    shape = wish.archetype or (first_archetype(f"{context.lead_id}{context.message_id}") if context.is_email else None)
    if (present := wish.rewrite) is not None:
        return _attempt(GenerationPath.FAST, shape, lambda faults: write_anew(work, shape, present, feedback=faults))
    if not context.is_email:
        return _single(work, shape)
    planned = plan(work)
    if isinstance(planned, str):
        if planned in UNAVAILABLE:
            return _failed(planned)
        return _single(work, shape)
    chosen = wish.archetype or planned.archetype or shape or ""
    attempt = _planned(work, planned, chosen)
    # A generation that failed or was cut: once more in a single step.
    if attempt.result.ok or attempt.result.error_code in UNAVAILABLE:
        return attempt
    return _single(work, chosen, attempts=1)


def _planned(work: Work, planned: Plan, shape: str) -> _Attempt:
    return _attempt(GenerationPath.TWO_STEP, shape, lambda faults: write(work, planned, shape, feedback=faults))


def _single(work: Work, shape: str | None, *, attempts: int | None = None) -> _Attempt:
    return _attempt(
        GenerationPath.SINGLE_STEP,
        shape,
        lambda faults: write_at_once(work, shape, feedback=faults, attempts=attempts),
    )


def _attempt(path: GenerationPath, shape: str | None, write_it: Callable[[str], Result]) -> _Attempt:
    return _Attempt(result=write_it(""), path=path, archetype=shape, again=write_it)


def _failed(code: str) -> _Attempt:
    result = Result(error_code=code)
    return _Attempt(result=result, path=GenerationPath.SINGLE_STEP, archetype=None, again=lambda _: result)


def _without_model(work: Work, code: str, wish: Wish) -> Written:
    """The last rung: greeting, a sentence of thanks, times or link, signature; never sent without a person
    (05.fallback-never-unattended). Nothing for somebody who has a text already.
    """
    if not wish.template:
        return Written(reason=code, meta=work.meta)
    context = work.context
    facts = context.facts
    offer = ""
    if facts.labels:
        offer = f"\n\nWould {' or '.join(facts.labels[:2])} suit you?"
    elif facts.booking_link:
        offer = f"\n\nIf you like, pick a time: {facts.booking_link}"
    logger.warning(log_events.DRAFT_FALLBACK, step="template", code=code, lead=str(context.lead_id))
    written = Written(
        content=_finish(context, f"{context.voice.greeting}\n\n{THANKS}{offer}"),
        path=GenerationPath.TEMPLATE_FALLBACK,
        flags=(FALLBACK_DRAFT,),
        meta=work.meta,
    )
    return _flagged(work, written)


# --- the checks


def _best(work: Work, attempt: _Attempt) -> str:
    """The finished text; with faults it is written once more, told which, and the better one is taken."""
    text = _finish(work.context, _within(work, attempt))
    codes = invariants_of(work.context, text)
    if not codes:
        return text
    for code in codes:
        logger.info(log_events.DRAFT_INVARIANT, code=code, lead=str(work.context.lead_id))
    work.note("invariants", "first", codes)
    if work.left(work.budget.generation_ends) < REWRITE_SECONDS:
        return text
    again = attempt.again(feedback(codes))
    if not again.ok:
        return text
    better = _finish(work.context, _within(work, replace(attempt, result=again)))
    better_codes = invariants_of(work.context, better)
    work.note("invariants", "second", better_codes)
    return better if better.strip() and len(better_codes) <= len(codes) else text


def _within(work: Work, attempt: _Attempt) -> str:
    text = str(attempt.result.value)
    return text[: FAST_LIMITS[Channel(work.context.channel)]] if attempt.path == GenerationPath.FAST else text


def _checked(work: Work, written: Written) -> Written:
    """Verification, then the gate; neither may bring faults the text did not have."""
    flags: list[str] = []
    verified_text, verified = verify(work, written.content)
    text = _no_worse(work, written.content, verified_text)
    if verified is False:
        flags.append(VERIFICATION_FAILED)
    verdict = gate(work, text)
    if verdict.failed:
        flags.append(OVERSEER_FAILED)
    elif verdict.final_draft is not None:
        revised = _no_worse(work, text, verdict.final_draft)
        if revised == text:
            # The gate wants another text, and its own cannot be taken.
            flags.append(OVERSEER_FAILED)
        text = revised
    path = written.path
    if verified and path == GenerationPath.TWO_STEP:
        path = GenerationPath.THREE_STEP
    return replace(written, content=text, verified=verified, path=path, flags=(*written.flags, *flags))


def _no_worse(work: Work, text: str, proposed: str) -> str:
    if proposed.strip() == text.strip():
        return text
    finished = _finish(work.context, proposed)
    if not finished or len(invariants_of(work.context, finished)) > len(invariants_of(work.context, text)):
        work.note("invariants", "kept_old", True)
        return text
    return finished


def _flagged(work: Work, written: Written) -> Written:
    """The codes of the final text are its flags: a person is warned, the machine is blocked."""
    codes = invariants_of(work.context, written.content)
    for code in codes:
        count_invariant(code)
    return replace(written, flags=tuple(sorted({*written.flags, *codes})))


def invariants_of(context: DraftContext, text: str) -> Sequence[str]:
    """The codes of a text under what this draft may name."""
    facts = context.facts
    return draft_invariants(
        text,
        inbound=facts.reply,
        offered=facts.nameable_times,
        booking_link=facts.booking_link,
        lead_scheduler_link=facts.lead_scheduler,
        service_description=facts.service,
        knowledge=facts.knowledge,
        allowed_urls=[facts.website] if facts.website else [],
        signature=context.voice.signature,
        has_active_appointment=bool(facts.appointment),
    )


def _finish(context: DraftContext, text: str) -> str:
    return finish_text(
        text,
        channel=context.channel,
        signature=context.voice.signature,
        booking_link=context.facts.booking_link,
        limit=context.max_chars,
    )
