"""Running prompts: budgets, deadline, parameters fit for the model, cost cap, statistics (05 R22–R24).

Call outside of transactions. A dead, switched-off or capped model never breaks a caller: the Result says
why there is no value. Every attempt has an HTTP timeout and writes one AIInteraction afterwards.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from zrg.ai import env
from zrg.ai.calling import (
    MIN_CALL_SECONDS,
    RETRYABLE,
    AttemptFailed,
    Call,
    count_input_tokens,
    request,
)
from zrg.ai.circuit import circuit
from zrg.ai.client import get_client, model_calls_possible
from zrg.ai.contracts import CallScope, Prompt, Result, Usage
from zrg.ai.params import expand_attempts, first_budget, resolve_request_params
from zrg.ai.prompts import fill, get_prompt
from zrg.ai.rules.thrift import stops
from zrg.ai.services.budget import check_budget
from zrg.ai.services.prompt_texts import effective, tried
from zrg.ai.services.telemetry import Attempt, record_attempt, record_skip
from zrg.ai.throttle import first_this_hour
from zrg.ai.tokens import estimate_tokens
from zrg.lib import log_events
from zrg.workspaces.switches import SwitchUnreadable, is_switch_on

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a workspace setting or a route chooses instead of the prompt's own values."""

    model: str | None = None
    effort: str | None = None
    max_attempts: int | None = None


NO_OVERRIDE = Override()


def run_text_prompt(
    key: str,
    variables: Mapping[str, str],
    *,
    scope: CallScope,
    deadline: float | None,
    override: Override | None = None,
) -> Result:
    """Plain text answer.

    `deadline` is a time.monotonic() instant; None is for batch work outside the pipeline only: each request
    then takes up to OPENAI_TIMEOUT_MS and the client library repeats it up to OPENAI_MAX_RETRIES times.
    """
    return _run(get_prompt(key), variables, scope, deadline, override or NO_OVERRIDE)


def run_json_prompt(
    key: str,
    variables: Mapping[str, str],
    *,
    scope: CallScope,
    deadline: float | None,
    override: Override | None = None,
) -> Result:
    """Validated object of the prompt's strict schema; `deadline` as for a text."""
    prompt = get_prompt(key)
    if prompt.schema is None:
        raise ValueError(f"prompt {key} has no schema")
    return _run(prompt, variables, scope, deadline, override or NO_OVERRIDE)


def _run(
    prompt: Prompt, variables: Mapping[str, str], scope: CallScope, deadline: float | None, override: Override
) -> Result:
    if code := _refusal(prompt, scope):
        return Result(error_code=code)
    text = effective(prompt.key, scope.workspace_id)
    model = override.model or prompt.model
    if scope.trial is not None:
        text = tried(text, scope.trial)
        model = scope.trial.models.get(prompt.key, model)
    messages = fill(prompt, variables, text.messages)
    attempts = override.max_attempts or prompt.max_attempts or env.prompt_max_attempts()
    params = _params(prompt, model, override)
    code = "timeout"
    budgets = _budgets(prompt, model, messages, attempts, deadline)
    for number, budget in enumerate(budgets, start=1):
        if deadline is not None and deadline - time.monotonic() < MIN_CALL_SECONDS:
            break
        # All attempts share `params`: what the model rejected once is not sent to it again.
        call = Call(
            prompt=prompt,
            version=text.version,
            model=model,
            messages=messages,
            budget=budget,
            params=params,
            deadline=deadline,
        )
        try:
            value, usage = _attempt(call, scope, number)
        except AttemptFailed as failed:
            code = failed.code
            delay = max(failed.retry_after, env.retry_delay_seconds(number))
            if code not in RETRYABLE or number == attempts:
                break
            # The budget that cut this answer would cut the next one too.
            if code == "incomplete_output" and budgets[number] <= budget:
                break
            if not _wait(delay, deadline):
                break
            continue
        return Result(value=value, model=model, usage=usage, attempts=number)
    return Result(error_code=code.removesuffix("_retry"), model=model)


def _refusal(prompt: Prompt, scope: CallScope) -> str:
    """Why no call is made at all; "" when it may be."""
    if not model_calls_possible() or _switched_off():
        return "disabled"
    budget = check_budget(scope.workspace_id)
    if budget is not None and stops(prompt.key, budget.share):
        record_skip(prompt.key, "budget_exhausted", scope)
        return "budget_exhausted"
    return "" if circuit.may_call(str(get_client().base_url)) else "api_error"


def _params(prompt: Prompt, model: str, override: Override) -> dict[str, Any]:
    """What this very model accepts of the wishes; the rest is said once an hour."""
    resolved = resolve_request_params(model, override.effort or prompt.effort, prompt.temperature)
    if resolved["dropped"] and first_this_hour("ai.param_dropped", prompt.key, model):
        logger.info(log_events.AI_PARAM_DROPPED, prompt=prompt.key, model=model, parameters=resolved["dropped"])
    return dict(resolved["send"])


def _budgets(
    prompt: Prompt, model: str, messages: list[dict[str, str]], attempts: int, deadline: float | None
) -> list[int]:
    """Output tokens of each attempt, as many as there are attempts."""
    tokens = None
    if prompt.prefers_token_count and env.counts_input_tokens():
        tokens = count_input_tokens(model, messages, deadline)
    if tokens is None:
        tokens = sum(estimate_tokens(message["content"]) for message in messages)
    first = first_budget(
        tokens,
        scale=prompt.budget_scale,
        overhead=prompt.budget_overhead,
        minimum=prompt.min_output_tokens,
        maximum=prompt.max_output_tokens,
    )
    growth = env.retry_output_multiplier()
    budgets = expand_attempts([first], attempts, growth, prompt.output_cap, prompt.retry_extra_tokens)
    # When the budget cannot grow any more, other failures may still be tried again with the last one.
    return [*budgets, *[budgets[-1]] * (attempts - len(budgets))][:attempts]


def _attempt(call: Call, scope: CallScope, number: int) -> tuple[Any, Usage]:
    started = time.monotonic()
    try:
        value, usage = request(call, scope)
    except AttemptFailed as failed:
        record_attempt(_statistics(call, started, number, failed.usage, failed.code, failed.summary), scope)
        raise
    record_attempt(_statistics(call, started, number, usage, "", ""), scope)
    return value, usage


def _statistics(call: Call, started: float, number: int, usage: Usage, code: str, summary: str) -> Attempt:
    return Attempt(
        prompt=call.prompt,
        version=call.version,
        model=call.model,
        effort=call.params.get("effort", ""),
        temperature_sent="temperature" in call.params,
        usage=usage,
        latency_ms=round((time.monotonic() - started) * 1000),
        number=number,
        max_output_tokens=call.budget,
        error_code=code.removesuffix("_retry"),
        error_summary=summary,
    )


def _wait(seconds: float, deadline: float | None) -> bool:
    """Sleep before a retry; False when the retry could not finish before the deadline."""
    if deadline is not None and time.monotonic() + seconds + MIN_CALL_SECONDS > deadline:
        return False
    time.sleep(min(seconds, env.ceiling_seconds()))
    return True


def _switched_off() -> bool:
    try:
        return is_switch_on("AI_DISABLED")
    except SwitchUnreadable:
        return True
