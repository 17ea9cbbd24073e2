"""A step that is switched off leaves one row in the statistics, so that its absence is no riddle (05 R16)."""

import structlog
from django.db import Error

from zrg.ai.contracts import CallScope
from zrg.ai.enums import AIStatus
from zrg.ai.models import AIInteraction
from zrg.ai.prompts import get_prompt, version
from zrg.lib import log_events
from zrg.workspaces.context import tenant

ROUTE_SKIPPED = "ai.route_skipped"
SETTING_OFF = "setting_off"

logger = structlog.get_logger(__name__)


def record_skip(prompt_key: str, reason: str, *, scope: CallScope) -> None:
    """Write the row in a transaction of its own; a failure is logged and goes no further."""
    prompt = get_prompt(prompt_key)
    try:
        with tenant(scope.workspace_id):
            AIInteraction.objects.create(
                workspace_id=scope.workspace_id,
                lead_id=scope.lead_id,
                message_id=scope.message_id,
                draft_id=scope.draft_id,
                source=scope.source,
                feature_id=ROUTE_SKIPPED,
                prompt_key=prompt_key,
                prompt_version=version(prompt),
                model=prompt.model,
                status=AIStatus.SUCCESS,
                metadata={"routeSkip": {"route": prompt_key, "reason": reason}},
                trace_id=scope.trace_id,
            )
    except Error as error:
        logger.error(log_events.AI_STATISTICS_LOST, prompt=prompt_key, error=type(error).__name__)
