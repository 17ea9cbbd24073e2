"""Running prompts: budgets, deadline, parameters fit for the model, statistics (05 R22–R24).

Call outside of transactions. Every attempt has an HTTP timeout taken from the deadline and writes one
AIInteraction afterwards; failing to write statistics never fails the work.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import openai
import structlog
from openai.types.responses import Response

from zrg.ai.client import get_client, model_calls_possible
from zrg.ai.contracts import CallScope, Prompt, Result, Usage
from zrg.ai.params import expand_attempts, resolve_request_params
from zrg.ai.prompts import fill, get_prompt
from zrg.ai.schema import SchemaViolation, cleaned, parse_object, validate
from zrg.ai.services.prompt_texts import effective
from zrg.ai.services.telemetry import Attempt, record_attempt
from zrg.ai.tokens import estimate_tokens
from zrg.lib import log_events
from zrg.lib.hashing import sha
from zrg.lib.text import storable
from zrg.workspaces.context import refuse_inside_context
from zrg.workspaces.switches import SwitchUnreadable, is_switch_on

logger = structlog.get_logger(__name__)

DEFAULT_CEILING_SECONDS = 90.0
"""OPENAI_TIMEOUT_MS of the specification: no call waits longer, whatever the deadline."""
MIN_CALL_SECONDS = 1.0
RETRY_MULTIPLIER = 1.2
RETRYABLE = frozenset(
    {"timeout", "rate_limit", "parse_error", "incomplete_output", "schema_violation", "api_error_retry"}
)
REJECTABLE_PARAMETERS = ("temperature", "reasoning", "text.verbosity", "verbosity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a workspace setting or a route chooses instead of the prompt's own values."""

    model: str | None = None
    effort: str | None = None
    max_attempts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    prompt: Prompt
    version: str
    model: str
    messages: list[dict[str, str]]
    budget: int
    params: dict[str, Any]
    deadline: float

    def timeout(self) -> float:
        """Seconds this request may take: what the deadline leaves, never without an end."""
        return max(min(self.deadline - time.monotonic(), DEFAULT_CEILING_SECONDS), MIN_CALL_SECONDS)


class _AttemptFailed(Exception):
    """One attempt gave no usable answer; `code` is the statistics' word."""

    def __init__(self, code: str, summary: str = "", usage: Usage | None = None, retry_after: float = 0.0):
        super().__init__(code)
        self.code = code
        self.summary = summary
        self.usage = usage or Usage()
        self.retry_after = retry_after


def run_text_prompt(
    key: str, variables: Mapping[str, str], *, scope: CallScope, deadline: float, override: Override | None = None
) -> Result:
    """Plain text answer; `deadline` is a time.monotonic() instant."""
    return _run(get_prompt(key), variables, scope, deadline, override or Override())


def run_json_prompt(
    key: str, variables: Mapping[str, str], *, scope: CallScope, deadline: float, override: Override | None = None
) -> Result:
    """Validated object of the prompt's strict schema."""
    prompt = get_prompt(key)
    if prompt.schema is None:
        raise ValueError(f"prompt {key} has no schema")
    return _run(prompt, variables, scope, deadline, override or Override())


def _run(prompt: Prompt, variables: Mapping[str, str], scope: CallScope, deadline: float, override: Override) -> Result:
    if not model_calls_possible() or _switched_off():
        return Result(error_code="disabled")
    text = effective(prompt.key, scope.workspace_id)
    messages = fill(prompt, variables, text.messages)
    model = override.model or prompt.model
    attempts = override.max_attempts or prompt.max_attempts
    first = min(
        max(prompt.min_output_tokens, sum(estimate_tokens(m["content"]) for m in messages)), prompt.max_output_tokens
    )
    budgets = expand_attempts([first], attempts, RETRY_MULTIPLIER, prompt.output_cap, prompt.retry_extra_tokens)
    params = dict(resolve_request_params(model, override.effort or prompt.effort, prompt.temperature)["send"])
    code = "timeout"
    for number, budget in enumerate(_padded(budgets, attempts), start=1):
        if deadline - time.monotonic() < MIN_CALL_SECONDS:
            break
        # All attempts share `params`: what the model rejected once is not sent to it again.
        call = _Call(
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
        except _AttemptFailed as failed:
            code = failed.code
            if code not in RETRYABLE or not _wait(failed.retry_after, deadline):
                break
            continue
        return Result(value=value, model=model, usage=usage, attempts=number)
    return Result(error_code=code.removesuffix("_retry"), model=model)


def _padded(budgets: list[int], attempts: int) -> list[int]:
    """When the budget cannot grow any more, other failures may still be tried again with the last one."""
    return [*budgets, *[budgets[-1]] * (attempts - len(budgets))][:attempts]


def _attempt(call: _Call, scope: CallScope, number: int) -> tuple[Any, Usage]:
    started = time.monotonic()
    try:
        value, usage = _request(call, scope)
    except _AttemptFailed as failed:
        record_attempt(_statistics(call, started, number, failed.usage, failed.code, failed.summary), scope)
        raise
    record_attempt(_statistics(call, started, number, usage, "", ""), scope)
    return value, usage


def _statistics(call: _Call, started: float, number: int, usage: Usage, code: str, summary: str) -> Attempt:
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


def _request(call: _Call, scope: CallScope) -> tuple[Any, Usage]:
    try:
        response = _create(call, scope)
    except openai.APITimeoutError as error:
        raise _AttemptFailed("timeout") from error
    except openai.RateLimitError as error:
        raise _AttemptFailed("rate_limit", "429", retry_after=_retry_after(error)) from error
    except openai.APIStatusError as error:
        retryable = error.status_code in (408, 409) or error.status_code >= 500
        raise _AttemptFailed("api_error_retry" if retryable else "api_error", _summary(error)) from error
    except openai.APIConnectionError as error:
        raise _AttemptFailed("api_error_retry", "connection") from error
    except (openai.APIError, ValueError) as error:
        # An answer that is no answer of this API: a proxy's page, broken JSON.
        raise _AttemptFailed("parse_error", type(error).__name__) from error
    if not isinstance(response, Response):
        raise _AttemptFailed("parse_error", "no response object")
    return _read(call, response)


def _create(call: _Call, scope: CallScope) -> Any:
    """One request; a parameter the model rejects is dropped once (the table is out of date then)."""
    try:
        return _post(call, scope)
    except openai.BadRequestError as error:
        rejected = _rejected_parameter(error)
        if rejected is None:
            raise
        logger.error(log_events.AI_PARAM_REJECTED, prompt=call.prompt.key, model=call.model, parameter=rejected)
        for name in {"reasoning": ["effort"], "text.verbosity": ["verbosity"]}.get(rejected, [rejected]):
            call.params.pop(name, None)
        return _post(call, scope)


def _post(call: _Call, scope: CallScope) -> Any:
    text: dict[str, Any] = {}
    if call.prompt.schema is not None:
        text["format"] = {
            "type": "json_schema",
            "name": call.prompt.key.replace(".", "_")[:64],
            "schema": call.prompt.schema,
            "strict": True,
        }
    if "verbosity" in call.params:
        text["verbosity"] = call.params["verbosity"]
    optional: dict[str, Any] = {}
    if text:
        optional["text"] = text
    if "effort" in call.params:
        optional["reasoning"] = {"effort": call.params["effort"]}
    if "temperature" in call.params:
        optional["temperature"] = call.params["temperature"]
    refuse_inside_context("model call")
    return get_client().responses.create(
        model=call.model,
        input=call.messages,  # type: ignore[arg-type]
        max_output_tokens=call.budget,
        store=False,
        metadata={"prompt_key": call.prompt.key},
        safety_identifier=sha(f"workspace:{scope.workspace_id}")[:32],
        timeout=call.timeout(),
        **optional,
    )


def _read(call: _Call, response: Response) -> tuple[Any, Usage]:
    usage = _usage(response)
    if _refused(response):
        raise _AttemptFailed("refused", usage=usage)
    if response.status == "incomplete":
        raise _AttemptFailed("incomplete_output", usage=usage)
    if response.status == "failed":
        raise _AttemptFailed("api_error_retry", "failed", usage=usage)
    text = _text(response)
    if call.prompt.schema is None:
        if not text.strip():
            raise _AttemptFailed("parse_error", "empty", usage=usage)
        return text, usage
    try:
        value = cleaned(parse_object(text))
    except (ValueError, RecursionError) as error:
        raise _AttemptFailed("parse_error", usage=usage) from error
    try:
        validate(value, call.prompt.schema)
    except SchemaViolation as error:
        raise _AttemptFailed("schema_violation", str(error)[:200], usage=usage) from error
    return value, usage


def _text(response: Response) -> str:
    """The written text of the answer, as the database can hold it; "" for an answer without any."""
    parts = [
        part.text
        for item in response.output or []
        for part in getattr(item, "content", None) or []
        if getattr(part, "type", "") == "output_text" and isinstance(part.text, str)
    ]
    return storable("".join(parts))


def _usage(response: Response) -> Usage:
    usage = response.usage
    if usage is None:
        return Usage()
    return Usage(
        input_tokens=usage.input_tokens or 0,
        cached_input_tokens=getattr(usage.input_tokens_details, "cached_tokens", 0) or 0,
        output_tokens=usage.output_tokens or 0,
        reasoning_tokens=getattr(usage.output_tokens_details, "reasoning_tokens", 0) or 0,
    )


def _refused(response: Response) -> bool:
    return any(
        getattr(part, "type", "") == "refusal"
        for item in response.output or []
        for part in getattr(item, "content", None) or []
    )


def _rejected_parameter(error: openai.BadRequestError) -> str | None:
    named = str(error.param or "")
    return next((name for name in REJECTABLE_PARAMETERS if named.startswith(name)), None)


def _summary(error: openai.APIStatusError) -> str:
    """Status, type and parameter; never the provider's sentence, it may echo our input."""
    return f"{error.status_code} {error.type or ''} {error.param or ''}".strip()[:200]


def _retry_after(error: openai.APIStatusError) -> float:
    try:
        return float(error.response.headers.get("retry-after", "0"))
    except ValueError:
        return 0.0


def _wait(seconds: float, deadline: float) -> bool:
    """Sleep for a rate limit if the retry still fits the deadline."""
    if seconds <= 0:
        return time.monotonic() + MIN_CALL_SECONDS < deadline
    if time.monotonic() + seconds + MIN_CALL_SECONDS > deadline:
        return False
    time.sleep(seconds)
    return True


def _switched_off() -> bool:
    try:
        return is_switch_on("AI_DISABLED")
    except SwitchUnreadable:
        return True
