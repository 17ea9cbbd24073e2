"""Statistics of model calls. Figures and codes only (05.statistics-never-text)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import structlog
from django.conf import settings
from django.db import Error

from zrg.ai.contracts import CallScope, Prompt, Usage
from zrg.ai.enums import AIStatus
from zrg.ai.metrics import count_call, count_lost
from zrg.ai.models import AIInteraction
from zrg.ai.pricing import ModelPrice, cost_usd, parse_prices
from zrg.ai.rules.metadata import clean_metadata
from zrg.lib import log_events
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

SKIPPED = "ai.route_skipped"
"""Feature id of rows that stand for a call that was not made."""
OUTCOME = "ai.outcome"
"""Feature id of rows that say what came of several calls."""
REPLAY = "ai.replay"
"""Source of calls that answer nobody: a stored conversation is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One finished attempt."""

    prompt: Prompt
    version: str
    model: str
    effort: str
    temperature_sent: bool
    usage: Usage
    latency_ms: int
    number: int
    max_output_tokens: int
    error_code: str
    error_summary: str


def record_attempt(attempt: Attempt, scope: CallScope) -> None:
    """Write one row in a transaction of its own; a failure is counted and goes no further."""
    usage = attempt.usage
    cost = cost_usd(attempt.model, usage.input_tokens, usage.output_tokens, _prices())
    _write(
        scope,
        feature_id=attempt.prompt.feature_id,
        prompt_key=attempt.prompt.key,
        prompt_version=attempt.version,
        model=attempt.model,
        effort=attempt.effort,
        temperature_sent=attempt.temperature_sent,
        input_tokens=usage.input_tokens,
        cached_input_tokens=usage.cached_input_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        total_tokens=usage.input_tokens + usage.output_tokens,
        latency_ms=attempt.latency_ms,
        attempt=attempt.number,
        max_output_tokens=attempt.max_output_tokens,
        cost_usd=cost,
        status=AIStatus.ERROR if attempt.error_code else AIStatus.SUCCESS,
        error_code=attempt.error_code,
        error_summary=attempt.error_summary,
        metadata=clean_metadata(scope.metadata),
    )
    result = attempt.error_code or AIStatus.SUCCESS.value
    count_call(attempt.prompt.key, attempt.model, result, cost)
    logger.info(
        log_events.AI_CALL,
        prompt=attempt.prompt.key,
        model=attempt.model,
        effort=attempt.effort,
        ms=attempt.latency_ms,
        tokens=usage.output_tokens,
        status=result,
    )


def record_skip(route: str, reason: str, scope: CallScope) -> None:
    """Write that a step made no call: `route` names the step or its prompt, `reason` is a code."""
    _write(
        scope,
        feature_id=SKIPPED,
        prompt_key=route,
        prompt_version="",
        model="",
        status=AIStatus.SUCCESS,
        metadata=clean_metadata({**scope.metadata, "routeSkip": {"route": route, "reason": reason}}),
    )


def record_outcome(step: str, scope: CallScope) -> None:
    """Write what came of a step of several calls: the figures in the scope's metadata. No call of its own."""
    _write(
        scope,
        feature_id=OUTCOME,
        prompt_key=step,
        prompt_version="",
        model="",
        status=AIStatus.SUCCESS,
        metadata=clean_metadata(scope.metadata),
    )


def _write(scope: CallScope, **values: Any) -> None:
    if scope.trial is not None:
        scope = replace(scope, source=REPLAY, message_id=None, draft_id=None)
    try:
        with tenant(scope.workspace_id):
            AIInteraction.objects.create(
                workspace_id=scope.workspace_id,
                lead_id=scope.lead_id,
                message_id=scope.message_id,
                draft_id=scope.draft_id,
                source=scope.source,
                trace_id=scope.trace_id,
                **values,
            )
    except Error as error:
        count_lost()
        logger.error(log_events.AI_STATISTICS_LOST, prompt=values["prompt_key"], error=type(error).__name__)


@lru_cache(maxsize=1)
def _prices() -> Mapping[str, ModelPrice]:
    """The price list with the overrides of this deployment."""
    return parse_prices(settings.AI_MODEL_PRICING_JSON)
