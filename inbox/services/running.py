"""Runs the pipeline's stages for one message, each once (InboundStageRun is the ledger)."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.utils import timezone

from inbox.enums import StageState
from inbox.models import InboundStageRun
from inbox.services.stages.base import StageContext, StageResult
from zrg.jobs.errors import Cancelled, Permanent, Reschedule
from zrg.lib import log_events
from zrg.workspaces.context import tenant

if TYPE_CHECKING:
    from inbox.pipeline import Stage

logger = structlog.get_logger(__name__)

FINAL = (StageState.DONE, StageState.SKIPPED)


class OutOfTime(Exception):
    """A stage needs more time than the job has left; the retry does it."""


def run_stages(stages: "Sequence[Stage]", context: StageContext, *, repeat_from: int | None = None) -> str:
    """Run what is not done yet, in order; returns the code of the stage that ended the run, or "".

    Raises what a required stage raised (the job is retried); an optional stage's failure is recorded.
    """
    finished = {} if repeat_from == 0 else _finished(context)
    for stage in stages:
        repeats = repeat_from is not None and stage.number >= repeat_from
        if stage.name in finished and not stage.every_run and not repeats:
            if finished[stage.name]:
                return finished[stage.name]
            continue
        if time.monotonic() + stage.min_seconds > context.deadline:
            raise OutOfTime(stage.name)
        result = _run_stage(stage, context)
        if result.ends:
            return result.code or stage.name
    return ""


def _run_stage(stage: "Stage", context: StageContext) -> StageResult:
    started = time.monotonic()
    _mark(context, stage.name, StageState.RUNNING, first=True)
    try:
        result = stage.run(context)
    except (Reschedule, Cancelled, Permanent):
        _mark(context, stage.name, StageState.RUNNING, code="postponed")
        raise
    except Exception as error:
        _mark(context, stage.name, StageState.FAILED, code=type(error).__name__)
        _log(stage.name, StageState.FAILED, started, context)
        if not stage.optional:
            raise
        return StageResult(state=StageState.FAILED, code=type(error).__name__)
    _mark(context, stage.name, result.state, code=result.code, result=result.result, ends=result.ends)
    _log(stage.name, result.state, started, context)
    return result


def _finished(context: StageContext) -> dict[str, str]:
    """Stages that are done, with the code of one that ended the run."""
    with tenant(context.workspace_id):
        rows = InboundStageRun.objects.filter(message_id=context.message_id, state__in=FINAL).values_list(
            "stage", "result", "error_code"
        )
        return {stage: (code if result.get("ends") else "") for stage, result, code in rows}


def _mark(
    context: StageContext,
    stage: str,
    state: StageState,
    *,
    first: bool = False,
    code: str = "",
    result: dict[str, object] | None = None,
    ends: bool = False,
) -> None:
    now = timezone.now()
    values: dict[str, object] = {"workspace_id": context.workspace_id, "state": state, "error_code": code[:64]}
    if first:
        values["started_at"] = now
    if state != StageState.RUNNING:
        values |= {"finished_at": now, "result": {**(result or {}), **({"ends": True} if ends else {})}}
    with tenant(context.workspace_id):
        run, created = InboundStageRun.objects.get_or_create(
            message_id=context.message_id, stage=stage, defaults={**values, "attempts": 1}
        )
        if not created:
            attempts = run.attempts + 1 if first else run.attempts
            InboundStageRun.objects.filter(pk=run.pk).update(attempts=attempts, **values)


def _log(stage: str, state: StageState, started: float, context: StageContext) -> None:
    logger.info(
        log_events.PIPELINE_STAGE,
        stage=stage,
        state=state,
        ms=round((time.monotonic() - started) * 1000),
        message=str(context.message_id),
        lead=str(context.lead_id),
    )


def stage_context(
    *, workspace_id: UUID, lead_id: UUID, message_id: UUID, job_type: str, seconds: float, trace_id: str, variant: str
) -> StageContext:
    """Context of one job run with its time budget."""
    return StageContext(
        workspace_id=workspace_id,
        lead_id=lead_id,
        message_id=message_id,
        job_type=job_type,
        deadline=time.monotonic() + seconds,
        trace_id=trace_id,
        variant=variant,
    )
