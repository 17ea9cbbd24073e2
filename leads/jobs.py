"""Job handlers of leads: load ids, call one service."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from integrations.enums import Code
from integrations.errors import ProviderUnavailable
from leads.services.asking import put_question
from leads.services.exporting import run_export
from leads.services.ghl_contacts import sync_ghl_contact
from leads.services.importing.running import run_import
from leads.services.reply_times import recount_reply_times
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import Cancelled, Permanent, Reschedule

__all__ = ["run_enrichment_request", "run_export", "run_ghl_contact_sync", "run_import", "run_reply_times"]

# Trying again does not change these answers; a person has to.
_FINAL = frozenset([Code.AUTH_FAILED, Code.CONFLICT, Code.BAD_REQUEST, Code.UNPROCESSABLE])


def run_enrichment_request(context: JobContext) -> None:
    """`ENRICHMENT_REQUEST`: put one question to Clay."""
    put_question(context.workspace_id, UUID(context.payload["request_id"]))


def run_reply_times(context: JobContext) -> None:
    """`REPLY_TIMES`: the open leads of a workspace, after its settings changed."""
    recount_reply_times(context.workspace_id, deadline=context.deadline)


def run_ghl_contact_sync(context: JobContext) -> None:
    """`GHL_CONTACT_SYNC`: the lead has its contact at GoHighLevel, with the same phone."""
    if context.lead_id is None:
        raise Cancelled("no lead")
    result = sync_ghl_contact(context.workspace_id, context.lead_id)
    if result.ok:
        return
    if result.code == Code.NOT_CONFIGURED:
        raise Cancelled("the connection is gone")
    if result.code == Code.RATE_LIMITED:
        raise Reschedule(timezone.now() + timedelta(seconds=result.retry_after or 30), "rate limited")
    if result.code in _FINAL:
        raise Permanent(result.message)
    raise ProviderUnavailable(f"{result.code}: {result.message}")
