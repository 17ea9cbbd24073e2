"""Job handlers of the inbox: load ids, call one service."""

from uuid import UUID

from django.utils import timezone

from inbox.pipeline import ANSWERING, READING, REPEATED_BY_INTEREST_FROM, Stage
from inbox.services.autosend.due import run_due
from inbox.services.autosend.re_evaluating import re_evaluate
from inbox.services.bulk import carry_out_bulk
from inbox.services.drafting.requests import carry_out_request, give_up_request
from inbox.services.reconciling import reconcile_send
from inbox.services.running import OutOfTime, run_stages, stage_context
from inbox.services.stop_future import Place, stop_future_emails
from inbox.services.syncing.conversations import note_failed, sync_conversation
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import Cancelled, Reschedule

PIPELINE_SECONDS = 240.0


def run_reading(context: JobContext) -> None:
    """`*_INBOUND_POST_PROCESS`: stages 1 to 9 for one message."""
    interested = context.payload.get("variant") == "interested"
    _run(READING, context, repeat_from=REPEATED_BY_INTEREST_FROM if interested else None)


def run_answering(context: JobContext) -> None:
    """`INBOUND_RESPOND`: the draft, and whether it may leave without a person."""
    _run(ANSWERING, context, repeat_from=None)


def run_auto_send(context: JobContext) -> None:
    """`AI_AUTO_SEND_DELAYED`: an unattended send whose time has come."""
    run_due(context)


def run_re_evaluation(context: JobContext) -> None:
    """`AI_RE_EVALUATE`: what the evaluator says of a text that a person changed."""
    if context.draft_id is None:
        raise Cancelled("no draft")
    re_evaluate(context.workspace_id, context.draft_id, deadline=context.deadline, trace_id=str(context.correlation_id))


def run_reconcile(context: JobContext) -> None:
    """`RECONCILE_SEND`: ask the provider's history about one unconfirmed message."""
    if context.message_id is None:
        raise Cancelled("no message")
    reconcile_send(context.workspace_id, context.message_id, look=context.reschedules + 1)


def run_sync(context: JobContext) -> None:
    """`CONVERSATION_SYNC`: compare one conversation with what its providers hold."""
    if context.lead_id is None:
        raise Cancelled("no lead")
    try:
        sync_conversation(context.workspace_id, context.lead_id, force=bool(context.payload.get("force")))
    except Exception:
        if context.is_last_attempt:
            note_failed(context.workspace_id, context.lead_id)
        raise


def run_draft_request(context: JobContext) -> None:
    """`DRAFT_REGENERATE`: write the draft somebody asked for; the last attempt ends the request either way."""
    request_id = UUID(context.payload["request_id"])
    try:
        carry_out_request(context.workspace_id, request_id, seconds=context.seconds_left())
    except Exception:
        if context.is_last_attempt:
            give_up_request(context.workspace_id, request_id)
        raise


def run_bulk(context: JobContext) -> None:
    """`BULK_RUN`: one act for many leads, or its undo."""
    undo = bool(context.payload.get("undo"))
    carry_out_bulk(context.workspace_id, UUID(context.payload["run_id"]), undo=undo, deadline=context.deadline)


def run_stop_future(context: JobContext) -> None:
    """`STOP_FUTURE_EMAILS`: tell the campaign provider to stop further steps for a lead."""
    campaign, provider_lead = context.payload.get("campaign"), context.payload.get("provider_lead")
    place = Place(campaign_id=campaign, lead_id=provider_lead) if campaign and provider_lead else None
    stop_future_emails(context.workspace_id, UUID(context.payload["lead_id"]), place)


def _run(stages: tuple[Stage, ...], context: JobContext, *, repeat_from: int | None) -> None:
    if context.message_id is None or context.lead_id is None:
        raise Cancelled("no message")
    stage = stage_context(
        workspace_id=context.workspace_id,
        lead_id=context.lead_id,
        message_id=context.message_id,
        job_type=context.type,
        seconds=PIPELINE_SECONDS,
        trace_id=str(context.correlation_id or context.id),
        variant=str(context.payload.get("variant", "")),
    )
    try:
        run_stages(stages, stage, repeat_from=repeat_from)
    except OutOfTime as short:
        raise Reschedule(timezone.now(), f"no time left for {short}") from short
