"""Statistics of model calls. Figures and codes only (05.statistics-never-text)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import structlog
from django.conf import settings
from django.db import Error

from zrg.ai.contracts import CallScope, Prompt, Usage
from zrg.ai.enums import AIStatus
from zrg.ai.models import AIInteraction
from zrg.ai.pricing import ModelPrice, cost_usd, parse_prices
from zrg.lib import log_events
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)


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
    """Write one row in a transaction of its own; a failure is logged and goes no further."""
    usage = attempt.usage
    try:
        with tenant(scope.workspace_id):
            AIInteraction.objects.create(
                workspace_id=scope.workspace_id,
                lead_id=scope.lead_id,
                message_id=scope.message_id,
                draft_id=scope.draft_id,
                source=scope.source,
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
                cost_usd=cost_usd(attempt.model, usage.input_tokens, usage.output_tokens, _prices()),
                status=AIStatus.ERROR if attempt.error_code else AIStatus.SUCCESS,
                error_code=attempt.error_code,
                error_summary=attempt.error_summary,
                trace_id=scope.trace_id,
            )
    except Error as error:
        logger.error(log_events.AI_STATISTICS_LOST, prompt=attempt.prompt.key, error=type(error).__name__)
    logger.info(
        log_events.AI_CALL,
        prompt=attempt.prompt.key,
        model=attempt.model,
        effort=attempt.effort,
        ms=attempt.latency_ms,
        tokens=usage.output_tokens,
        status=attempt.error_code or "success",
    )


@lru_cache(maxsize=1)
def _prices() -> Mapping[str, ModelPrice]:
    """The price list with the overrides of this deployment."""
    return parse_prices(settings.AI_MODEL_PRICING_JSON)
