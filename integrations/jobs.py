"""Job handlers of this app."""

from datetime import timedelta

import structlog
from django.utils import timezone

from integrations.enums import Code
from integrations.errors import ProviderUnavailable
from integrations.models import Connection
from integrations.services.inspection import check_connection, inspect_workspace
from integrations.services.senders import refresh_senders
from zrg.jobs.contracts import JobContext, RunContext
from zrg.jobs.errors import Cancelled, Permanent, Reschedule
from zrg.jobs.services.routines import walk_workspaces
from zrg.lib.log_events import CONNECTION_WARNING
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)


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


def run_connection_check(ctx: JobContext) -> None:
    """Ask the provider of one connection; the answer is written as the connection's health."""
    with tenant(ctx.workspace_id):
        rows = Connection.objects.in_workspace(ctx.workspace_id).active()
        connection = rows.filter(pk=ctx.payload["connection_id"]).first()
    if connection is None:
        raise Cancelled("the connection is gone")
    check_connection(connection)


def inspect_connections(ctx: RunContext) -> None:
    """Schedule `integration-health`: routes repaired, warnings counted and logged, per workspace."""
    for workspace_id in walk_workspaces(ctx):
        for finding in inspect_workspace(workspace_id):
            ctx.count(finding.code)
            logger.warning(
                CONNECTION_WARNING,
                workspace=str(workspace_id),
                connection=str(finding.connection_id),
                provider=finding.provider,
                code=finding.code,
            )
        ctx.count("workspaces")
