"""Runs the pipeline's stages for one message, each once (InboundStageRun is the ledger)."""

import json
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import structlog
from django.db import connection
from django.db.models import F
from django.utils import timezone

from inbox.enums import StageState
from inbox.metrics import note_stage
from inbox.models import InboundStageRun
from inbox.services.stages.base import StageContext, StageResult
from zrg.jobs.errors import JobSignal
from zrg.lib import log_events
from zrg.workspaces.context import tenant

if TYPE_CHECKING:
    from inbox.pipeline import Stage

logger = structlog.get_logger(__name__)

FINAL = (StageState.DONE, StageState.SKIPPED)
RUNNING = StageResult(state=StageState.RUNNING)

_RECORD = """
INSERT INTO inbox_inboundstagerun
    (id, workspace_id, message_id, stage, state, attempts, started_at, finished_at, result, error_code)
VALUES (%(id)s, %(workspace)s, %(message)s, %(stage)s, %(state)s, 1, clock_timestamp(),
        CASE WHEN %(ended)s THEN clock_timestamp() END, %(result)s, %(code)s)
ON CONFLICT (message_id, stage) DO UPDATE SET
    state = excluded.state, attempts = inbox_inboundstagerun.attempts + 1, started_at = excluded.started_at,
    finished_at = excluded.finished_at, error_code = excluded.error_code,
    result = CASE WHEN %(ended)s THEN excluded.result ELSE inbox_inboundstagerun.result END
RETURNING attempts
"""


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
    # What commits together with its entry needs no note beforehand: a crash leaves neither.
    attempt = None if stage.transactional else _record(context, stage.name, RUNNING)
    try:
        result = _run_and_end(stage, context)
    except JobSignal:
        if attempt is not None:
            _postpone(context, stage.name)
        raise
    except Exception as error:
        if attempt is None:
            attempt = _record(context, stage.name, RUNNING)
        result = _after_failure(stage, context, error, attempt)
        _end(context, stage.name, result)
        if result.state == StageState.FAILED and not stage.optional:
            _log(stage.name, result, started, context)
            raise
    _log(stage.name, result, started, context)
    return result


def _run_and_end(stage: "Stage", context: StageContext) -> StageResult:
    if not stage.transactional:
        result = stage.run(context)
        _end(context, stage.name, result)
        return result
    with tenant(context.workspace_id):
        result = stage.run(context)
        _record(context, stage.name, result)
    return result


def _after_failure(stage: "Stage", context: StageContext, error: Exception, attempt: int) -> StageResult:
    if stage.give_up is not None and stage.tries is not None and attempt >= stage.tries:
        logger.error(log_events.PIPELINE_GIVEN_UP, stage=stage.name, message=str(context.message_id), exc_info=error)
        return stage.give_up(context)
    return StageResult(state=StageState.FAILED, code=type(error).__name__)


def _finished(context: StageContext) -> dict[str, str]:
    """Stages that are done, with the code of one that ended the run."""
    with tenant(context.workspace_id):
        rows = InboundStageRun.objects.filter(message_id=context.message_id, state__in=FINAL).values_list(
            "stage", "result", "error_code"
        )
        return {stage: (code if result.get("ends") else "") for stage, result, code in rows}


def _record(context: StageContext, stage: str, result: StageResult) -> int:
    """Write the stage's entry as one more attempt, in one statement; returns the attempt's number."""
    ended = result.state != StageState.RUNNING
    with tenant(context.workspace_id), connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            {
                "id": uuid4(),
                "workspace": context.workspace_id,
                "message": context.message_id,
                "stage": stage,
                "state": result.state,
                "code": result.code[:64],
                "result": json.dumps(_stored(result)),
                "ended": ended,
            },
        )
        return int(cursor.fetchone()[0])


def _stored(result: StageResult) -> dict[str, object]:
    return {**result.result, **({"ends": True} if result.ends else {})}


def _end(context: StageContext, stage: str, result: StageResult) -> None:
    with tenant(context.workspace_id):
        InboundStageRun.objects.filter(message_id=context.message_id, stage=stage).update(
            state=result.state,
            error_code=result.code[:64],
            finished_at=timezone.now(),
            result=_stored(result),
        )


def _postpone(context: StageContext, stage: str) -> None:
    """The stage was put off, which is no attempt."""
    with tenant(context.workspace_id):
        InboundStageRun.objects.filter(message_id=context.message_id, stage=stage).update(
            attempts=F("attempts") - 1, error_code="postponed"
        )


def _log(stage: str, result: StageResult, started: float, context: StageContext) -> None:
    note_stage(stage, time.monotonic() - started)
    logger.info(
        log_events.PIPELINE_STAGE,
        stage=stage,
        state=result.state,
        code=result.code,
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
