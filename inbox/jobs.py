"""Job handlers of the inbox: load ids, call one service."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError
from django.utils import timezone

from inbox.models import Draft, Message
from inbox.pipeline import ANSWERING, READING, REPEATED_BY_INTEREST_FROM, Stage
from inbox.services.orders import run_send_order
from inbox.services.reconciling import reconcile_send
from inbox.services.running import OutOfTime, run_stages, stage_context
from inbox.services.stop_future import stop_future_emails
from leads.models import Lead
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import Cancelled, Reschedule
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant
from zrg.workspaces.models import Workspace

PIPELINE_SECONDS = 240.0
Handler = Callable[[JobContext], None]


def unless_gone(handler: Handler) -> Handler:
    """Cancel the job when its workspace, lead, message or draft is gone (04 J6), now or while it ran.

    Looked up here under the job's own context: a look-up that fails for any other reason, such as a
    forgotten context, is an error, is tried again and ends where people see it.
    """

    @wraps(handler)
    def run(context: JobContext) -> None:
        _cancel_if_gone(context)
        try:
            handler(context)
        except (ObjectDoesNotExist, NotVisible, IntegrityError):
            _cancel_if_gone(context)
            raise

    return run


def _cancel_if_gone(context: JobContext) -> None:
    named = ((Lead, context.lead_id), (Message, context.message_id), (Draft, context.draft_id))
    with tenant(context.workspace_id):
        if not Workspace.objects.filter(pk=context.workspace_id).exists():
            raise Cancelled("workspace gone")
        for model, object_id in named:
            if object_id is not None and not model.objects.filter(pk=object_id).exists():
                raise Cancelled(f"{model._meta.model_name} gone")


@unless_gone
def run_reading(context: JobContext) -> None:
    """`*_INBOUND_POST_PROCESS`: stages 1 to 9 for one message."""
    interested = context.payload.get("variant") == "interested"
    _run(READING, context, repeat_from=REPEATED_BY_INTEREST_FROM if interested else None)


@unless_gone
def run_answering(context: JobContext) -> None:
    """`INBOUND_RESPOND`: the draft."""
    _run(ANSWERING, context, repeat_from=None)


@unless_gone
def run_reconcile(context: JobContext) -> None:
    """`RECONCILE_SEND`: ask the provider's history about one unconfirmed message."""
    if context.message_id is None:
        raise Cancelled("no message")
    reconcile_send(context.workspace_id, context.message_id, look=context.reschedules + 1)


@unless_gone
def run_order(context: JobContext) -> None:
    """`SEND_ORDER`: carry an order out."""
    run_send_order(context)


@unless_gone
def run_stop_future(context: JobContext) -> None:
    """`STOP_FUTURE_EMAILS`: tell the campaign provider to stop further steps for a lead."""
    stop_future_emails(context.workspace_id, UUID(context.payload["lead_id"]))


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
