"""Job handlers of this app."""

from datetime import timedelta
from typing import NoReturn
from uuid import UUID

import structlog
from django.utils import timezone

from integrations.calendly.connecting import disconnect_calendly
from integrations.calendly.subscription import PLAN_OR_ROLE, Ensured, ensure_calendly_webhook
from integrations.enums import Code, Provider
from integrations.errors import ProviderUnavailable
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.checking import ask_lost_again
from integrations.services.inspection import check_connection, inspect_workspace
from integrations.services.senders import refresh_senders
from integrations.services.warnings import announce_findings
from zrg.jobs.contracts import JobContext, RunContext
from zrg.jobs.errors import Cancelled, Permanent, Reschedule
from zrg.jobs.services.routines import walk_workspaces
from zrg.lib.log_events import CONNECTION_WARNING
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)


def refresh_sender_snapshot(ctx: JobContext) -> None:
    """Make the workspace's mailboxes equal to the provider's listing."""
    result = refresh_senders(ctx.workspace_id)
    if not result.ok:
        _give_up(result)


def repair_calendly_subscription(ctx: JobContext) -> None:
    """`CALENDLY_SUBSCRIPTION`: make Calendly call the workspace."""
    done = ensure_calendly_webhook(ctx.workspace_id)
    if done.state == "not_connected":
        raise Cancelled("the connection is gone")
    if done.state == "plan_or_role":
        raise Permanent(PLAN_OR_ROLE)
    if done.problem is not None:
        _give_up(done.problem)


def run_calendly_disconnect(ctx: JobContext) -> None:
    """`CALENDLY_DISCONNECT`: end the subscription and forget the token."""
    disconnect_calendly(ctx.workspace_id, by=None)


def check_calendly_subscriptions(ctx: RunContext) -> None:
    """Schedule `calendly-subscriptions`: every connected workspace is called by Calendly, or somebody hears."""
    for workspace_id in walk_workspaces(ctx):
        with tenant(workspace_id):
            connected = Connection.objects.in_workspace(workspace_id).of(Provider.CALENDLY).active().exists()
        if connected:
            _count_subscription(ctx, workspace_id, ensure_calendly_webhook(workspace_id, dry_run=ctx.dry_run))


def _count_subscription(ctx: RunContext, workspace_id: UUID, done: Ensured) -> None:
    ctx.count(done.state)
    ctx.count("removed", done.removed)
    if done.problem is not None:
        ctx.report_problem(f"{workspace_id}: {done.state} ({done.problem.code})")


def _give_up(result: ProviderResult) -> NoReturn:
    """The error that makes the engine do what a call that was not performed deserves."""
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
    """Schedule `integration-health`: routes repaired, warnings counted, logged and announced, lost LinkedIn
    accounts asked again, per workspace.
    """
    for workspace_id in walk_workspaces(ctx):
        findings = inspect_workspace(workspace_id)
        if not ctx.dry_run:
            ctx.count("notices", announce_findings(workspace_id, findings))
            ctx.count("asked_again", ask_lost_again(workspace_id))
        for finding in findings:
            ctx.count(finding.code)
            logger.warning(
                CONNECTION_WARNING,
                workspace=str(workspace_id),
                connection=str(finding.connection_id),
                provider=finding.provider,
                code=finding.code,
            )
        ctx.count("workspaces")
