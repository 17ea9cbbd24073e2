"""One request to the model and what its answer is worth: a value, or a code (05 R22–R24)."""

import json
import time
from dataclasses import dataclass
from typing import Any

import openai
import structlog
from openai.types.responses import Response

from zrg.ai import env
from zrg.ai.circuit import FAIR_TIMEOUT_SECONDS, circuit
from zrg.ai.client import get_client
from zrg.ai.contracts import CallScope, Prompt, Usage
from zrg.ai.rules.metadata import code_word
from zrg.ai.schema import SchemaViolation, cleaned, parse_object, validate
from zrg.lib import log_events
from zrg.lib.hashing import sha
from zrg.lib.text import storable
from zrg.workspaces.context import refuse_inside_context

logger = structlog.get_logger(__name__)

MIN_CALL_SECONDS = 1.0
RETRYABLE = frozenset(
    {"timeout", "rate_limit", "parse_error", "incomplete_output", "schema_violation", "api_error_retry"}
)
REJECTABLE_PARAMETERS = ("temperature", "reasoning", "text.verbosity", "verbosity")
SCHEMA_PARAMETERS = ("text.format", "response_format")
NO_SCHEMA = "no_schema"
"""In a call's parameters: this model refused schema output; the schema goes into the text instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One attempt about to be made. `deadline` is a time.monotonic() instant, None for batch work."""

    prompt: Prompt
    version: str
    model: str
    messages: list[dict[str, str]]
    budget: int
    params: dict[str, Any]
    deadline: float | None

    def timeout(self) -> float:
        """Seconds this request may take: what the deadline leaves, never without an end."""
        return timeout_until(self.deadline)


class AttemptFailed(Exception):
    """One attempt gave no usable answer; `code` is the statistics' word."""

    def __init__(self, code: str, summary: str = "", usage: Usage | None = None, retry_after: float = 0.0):
        super().__init__(code)
        self.code = code
        self.summary = summary
        self.usage = usage or Usage()
        self.retry_after = retry_after


def timeout_until(deadline: float | None) -> float:
    """Seconds until the deadline, at most the ceiling, at least one."""
    ceiling = env.ceiling_seconds()
    return ceiling if deadline is None else max(min(deadline - time.monotonic(), ceiling), MIN_CALL_SECONDS)


def request(call: Call, scope: CallScope) -> tuple[Any, Usage]:
    """The value of one answer; AttemptFailed with a code otherwise. Tells the circuit what it saw."""
    address = str(get_client().base_url)
    started = time.monotonic()
    try:
        response = _create(call, scope)
    except openai.APITimeoutError as error:
        # A deadline of a few seconds proves nothing about the provider.
        if time.monotonic() - started >= FAIR_TIMEOUT_SECONDS:
            _outage(address)
        raise AttemptFailed("timeout") from error
    except openai.RateLimitError as error:
        circuit.succeeded(address)
        raise AttemptFailed("rate_limit", "429", retry_after=_retry_after(error)) from error
    except openai.APIStatusError as error:
        if error.status_code >= 500:
            _outage(address)
        else:
            circuit.succeeded(address)
        retryable = error.status_code in (408, 409) or error.status_code >= 500
        raise AttemptFailed(
            "api_error_retry" if retryable else "api_error", _summary(error), retry_after=_retry_after(error)
        ) from error
    except openai.APIConnectionError as error:
        _outage(address)
        raise AttemptFailed("api_error_retry", "connection") from error
    except (openai.APIError, ValueError) as error:
        # An answer that is no answer of this API: a proxy's page, broken JSON.
        raise AttemptFailed("parse_error", type(error).__name__) from error
    if not isinstance(response, Response):
        raise AttemptFailed("parse_error", "no response object")
    circuit.succeeded(address)
    return _read(call, response)


def count_input_tokens(model: str, messages: list[dict[str, str]], deadline: float | None) -> int | None:
    """The provider's count of the input; None when it did not answer in time."""
    timeout = min(env.count_timeout_seconds(), timeout_until(deadline) / 4)
    refuse_inside_context("model call")
    try:
        counted = get_client().responses.input_tokens.count(model=model, input=messages, timeout=timeout)  # type: ignore[arg-type]
    except (openai.APIError, ValueError):
        return None
    tokens = getattr(counted, "input_tokens", None)
    return tokens if isinstance(tokens, int) and tokens >= 0 else None


def _create(call: Call, scope: CallScope) -> Any:
    """One request; what the model rejects is left out once (the table is out of date then)."""
    try:
        return _post(call, scope)
    except openai.BadRequestError as error:
        named = str(error.param or "")
        if call.prompt.schema is not None and NO_SCHEMA not in call.params and named.startswith(SCHEMA_PARAMETERS):
            call.params[NO_SCHEMA] = True
            logger.warning(log_events.AI_PARAM_REJECTED, prompt=call.prompt.key, model=call.model, parameter="schema")
            return _post(call, scope)
        rejected = next((name for name in REJECTABLE_PARAMETERS if named.startswith(name)), None)
        if rejected is None:
            raise
        logger.error(log_events.AI_PARAM_REJECTED, prompt=call.prompt.key, model=call.model, parameter=rejected)
        for name in {"reasoning": ["effort"], "text.verbosity": ["verbosity"]}.get(rejected, [rejected]):
            call.params.pop(name, None)
        return _post(call, scope)


def _post(call: Call, scope: CallScope) -> Any:
    optional: dict[str, Any] = {}
    if text := _text_options(call):
        optional["text"] = text
    if "effort" in call.params:
        optional["reasoning"] = {"effort": call.params["effort"]}
    if "temperature" in call.params:
        optional["temperature"] = call.params["temperature"]
    refuse_inside_context("model call")
    # Within a deadline the runner retries; batch work leaves it to the library.
    client = get_client()
    if call.deadline is None:
        client = client.with_options(max_retries=env.batch_max_retries())
    return client.responses.create(
        model=call.model,
        input=_input(call),  # type: ignore[arg-type]
        max_output_tokens=call.budget,
        store=False,
        metadata={"prompt_key": call.prompt.key},
        safety_identifier=sha(f"workspace:{scope.workspace_id}")[:32],
        timeout=call.timeout(),
        **optional,
    )


def _text_options(call: Call) -> dict[str, Any]:
    text: dict[str, Any] = {}
    if call.prompt.schema is not None and NO_SCHEMA not in call.params:
        text["format"] = {
            "type": "json_schema",
            "name": call.prompt.key.replace(".", "_")[:64],
            "schema": call.prompt.schema,
            "strict": True,
        }
    if "verbosity" in call.params:
        text["verbosity"] = call.params["verbosity"]
    return text


def _input(call: Call) -> list[dict[str, str]]:
    if NO_SCHEMA not in call.params:
        return call.messages
    schema = json.dumps(call.prompt.schema, separators=(",", ":"))
    return [*call.messages, {"role": "system", "content": f"Answer with one JSON object of this schema: {schema}"}]


def _read(call: Call, response: Response) -> tuple[Any, Usage]:
    usage = _usage(response)
    if _refused(response):
        raise AttemptFailed("refused", usage=usage)
    if response.status == "incomplete":
        raise AttemptFailed("incomplete_output", usage=usage)
    if response.status == "failed":
        raise AttemptFailed("api_error_retry", "failed", usage=usage)
    text = _text(response)
    if call.prompt.schema is None:
        if not text.strip():
            raise AttemptFailed("parse_error", "empty", usage=usage)
        return text, usage
    try:
        value = cleaned(parse_object(text))
    except (ValueError, RecursionError) as error:
        raise AttemptFailed("parse_error", usage=usage) from error
    try:
        validate(value, call.prompt.schema)
    except SchemaViolation as error:
        raise AttemptFailed("schema_violation", str(error)[:200], usage=usage) from error
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


def _summary(error: openai.APIStatusError) -> str:
    """Status, type and parameter, where these are codes; never the provider's sentence, it may echo our input."""
    words = [str(error.status_code), code_word(error.type), code_word(error.param)]
    return " ".join(word for word in words if word)


def _retry_after(error: openai.APIStatusError) -> float:
    try:
        return float(error.response.headers.get("retry-after", "0"))
    except ValueError:
        return 0.0


def _outage(address: str) -> None:
    if circuit.failed(address):
        logger.error(log_events.AI_CIRCUIT)
