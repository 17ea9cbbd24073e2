"""Writing a draft: strategy, generation, and the ladder of fall-backs (05 R16, R17)."""

import time
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from inbox.enums import Channel, GenerationPath
from inbox.prompts.drafts import (
    ARCHETYPES,
    FAST_EMAIL,
    FAST_LINKEDIN,
    FAST_SMS,
    GENERATION,
    SINGLE_EMAIL,
    SINGLE_LINKEDIN,
    SINGLE_SMS,
    STRATEGY,
)
from inbox.rules.archetypes import first_archetype
from inbox.rules.finishing import EMAIL_LIMIT, EMAIL_MINIMUM, finish_text
from inbox.rules.outbound_text import find_placeholders, has_truncated_url
from inbox.rules.time_budget import share_time
from inbox.services.drafting.knowing import DraftContext
from zrg.ai.contracts import CallScope
from zrg.ai.prompts import as_data
from zrg.ai.runner import Override, run_json_prompt, run_text_prompt
from zrg.lib import log_events

logger = structlog.get_logger(__name__)

FAST_PROMPTS = {Channel.EMAIL: FAST_EMAIL, Channel.SMS: FAST_SMS, Channel.LINKEDIN: FAST_LINKEDIN}
FAST_LIMITS = {Channel.EMAIL: 5_000, Channel.SMS: 320, Channel.LINKEDIN: 800}
SINGLE_PROMPTS = {Channel.EMAIL: SINGLE_EMAIL, Channel.SMS: SINGLE_SMS, Channel.LINKEDIN: SINGLE_LINKEDIN}
THANKS = "Thank you for your reply. I have read it and will come back to you with the details shortly."
AI_UNAVAILABLE = "ai_unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A finished text with how it came about; `reason` says why there is none."""

    content: str = ""
    path: GenerationPath = GenerationPath.SINGLE_STEP
    archetype_id: str | None = None
    flags: tuple[str, ...] = ()
    meta: dict[str, object] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the asker wants of a text: its shape, a present text to rewrite, a template when all fails."""

    archetype: str | None = None
    rewrite: str | None = None
    template: bool = True


NO_WISH = Wish()


def write_text(
    context: DraftContext, *, message_id: UUID, seconds: float, trace_id: str, wish: Wish = NO_WISH
) -> Written:
    """The text for one reply; call outside of transactions. Without a key there is no draft at all."""
    started = time.monotonic()
    scope = CallScope(
        workspace_id=context.workspace_id,
        source="inbox.pipeline.draft",
        lead_id=context.lead_id,
        message_id=message_id,
        trace_id=trace_id,
    )
    if wish.rewrite is not None:
        written = _rewrite(context, scope, started + seconds, wish)
    elif context.channel != Channel.EMAIL:
        written = _single(context, scope, started + seconds, archetype=wish.archetype)
    else:
        written = _email(context, scope, message_id, started, seconds, wish)
    if written.reason == AI_UNAVAILABLE or (not written.content and not wish.template):
        return written
    if not written.content:
        logger.warning(log_events.DRAFT_FALLBACK, lead=str(context.lead_id), code=str(written.reason))
        written = _template(context, written)
    return _checked(written)


def _email(
    context: DraftContext, scope: CallScope, message_id: UUID, started: float, seconds: float, wish: Wish
) -> Written:
    budget = share_time(seconds, strategy=context.strategy_enabled)
    fallback = wish.archetype or first_archetype(f"{context.lead_id}{message_id}")
    if budget.strategy_ends is None:
        return _single(context, scope, started + seconds, archetype=fallback)
    plan = run_json_prompt(
        STRATEGY,
        {**context.variables, "offered_times": "(none)", "archetypes": ", ".join(ARCHETYPES)},
        scope=scope,
        deadline=started + budget.strategy_ends,
        override=Override(model=context.model, effort=context.effort),
    )
    if plan.error_code == "disabled":
        return Written(reason=AI_UNAVAILABLE)
    if not plan.ok:
        logger.warning(log_events.DRAFT_FALLBACK, step="strategy", code=plan.error_code, lead=str(context.lead_id))
        return _single(context, scope, started + seconds, archetype=fallback, failed={"strategy": plan.error_code})
    recommended = plan.value["recommended_archetype_id"]
    archetype = recommended if recommended in ARCHETYPES and wish.archetype is None else fallback
    text = run_text_prompt(
        GENERATION,
        {**_shaped(context, archetype), "strategy": _plan_text(plan.value)},
        scope=scope,
        deadline=started + budget.generation_ends,
        override=Override(model=context.model, effort=context.effort),
    )
    if not text.ok:
        logger.warning(log_events.DRAFT_FALLBACK, step="generation", code=text.error_code, lead=str(context.lead_id))
        return _single(
            context, scope, started + seconds, archetype=archetype, failed={"generation": text.error_code}, attempts=1
        )
    return Written(
        content=_finish(context, text.value),
        path=GenerationPath.TWO_STEP,
        archetype_id=archetype,
        meta={"model": text.model, "ms": _ms(started)},
    )


def _single(
    context: DraftContext,
    scope: CallScope,
    deadline: float,
    *,
    archetype: str | None = None,
    failed: dict[str, object] | None = None,
    attempts: int | None = None,
) -> Written:
    email = context.channel == Channel.EMAIL
    variables = _shaped(context, archetype)
    result = run_text_prompt(
        SINGLE_PROMPTS[Channel(context.channel)],
        variables,
        scope=scope,
        deadline=deadline,
        override=Override(model=context.model if email else None, max_attempts=attempts),
    )
    if result.error_code == "disabled":
        return Written(reason=AI_UNAVAILABLE)
    meta: dict[str, object] = {"model": result.model, **({"failed": failed} if failed else {})}
    if not result.ok:
        return Written(reason=result.error_code, meta={**meta, "single": result.error_code}, archetype_id=archetype)
    return Written(
        content=_finish(context, result.value), path=GenerationPath.SINGLE_STEP, archetype_id=archetype, meta=meta
    )


def _rewrite(context: DraftContext, scope: CallScope, deadline: float, wish: Wish) -> Written:
    """The present text in the next shape, by a small model; no ladder, the present text is still there."""
    channel = Channel(context.channel)
    result = run_text_prompt(
        FAST_PROMPTS[channel],
        {**_shaped(context, wish.archetype), "draft": as_data(wish.rewrite or "", "DRAFT")},
        scope=scope,
        deadline=deadline,
    )
    if not result.ok:
        reason = AI_UNAVAILABLE if result.error_code == "disabled" else result.error_code
        return Written(reason=reason, archetype_id=wish.archetype)
    return Written(
        content=_finish(context, result.value[: FAST_LIMITS[channel]]),
        path=GenerationPath.FAST,
        archetype_id=wish.archetype,
        meta={"model": result.model},
    )


def _template(context: DraftContext, failed: Written) -> Written:
    """Greeting, one neutral sentence, signature: never sent without a person (05.fallback-never-unattended)."""
    body = f"{context.voice.greeting}\n\n{THANKS}"
    return Written(
        content=finish_text(body, channel=context.channel, signature=context.voice.signature),
        path=GenerationPath.TEMPLATE_FALLBACK,
        flags=("fallback_draft",),
        meta=failed.meta,
        archetype_id=None,
    )


def _checked(written: Written) -> Written:
    """Broken text is flagged; approving it is refused for everybody (05.broken-text-refused)."""
    flags = list(written.flags)
    if find_placeholders(written.content):
        flags.append("placeholder")
    if has_truncated_url(written.content):
        flags.append("truncated_url")
    return Written(
        content=written.content,
        path=written.path,
        archetype_id=written.archetype_id,
        flags=tuple(flags),
        meta=written.meta,
    )


def _shaped(context: DraftContext, archetype: str | None) -> dict[str, str]:
    return {
        **context.variables,
        "archetype": ARCHETYPES.get(archetype or "", "As it fits."),
        "min_chars": str(EMAIL_MINIMUM),
        "max_chars": str(EMAIL_LIMIT),
    }


def _plan_text(plan: dict[str, object]) -> str:
    def lines(name: str, most: int, length: int) -> str:
        values = plan.get(name)
        if not isinstance(values, list):
            return ""
        return "\n".join(f"- {' '.join(str(value).split())[:length]}" for value in values[:most])

    return (
        f"Summary: {str(plan['intent_summary'])[:400]}\nOutline:\n{lines('outline', 5, 160)}\n"
        f"Personal points:\n{lines('personalization_points', 4, 140)}\nAvoid:\n{lines('must_avoid', 6, 160)}"
    )


def _finish(context: DraftContext, text: str) -> str:
    return finish_text(text, channel=context.channel, signature=context.voice.signature)


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
