"""Job handlers of this app."""

from datetime import timedelta

from django.utils import timezone

from integrations.enums import Code
from integrations.errors import ProviderUnavailable
from integrations.services.senders import refresh_senders
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import Cancelled, Permanent, Reschedule


def refresh_sender_snapshot(ctx: JobContext) -> None:
    """Make the workspace's mailboxes equal to the provider's listing."""
    result = refresh_senders(ctx.workspace_id)
    if result.ok:
        return
    if result.code == Code.NOT_CONFIGURED:
        raise Cancelled("the connection is gone")
    if result.code == Code.RATE_LIMITED:
        raise Reschedule(timezone.now() + timedelta(seconds=result.retry_after or 30), "rate limited")
    if result.code == Code.AUTH_FAILED:
        raise Permanent(result.message)
    raise ProviderUnavailable(f"{result.code}: {result.message}")
