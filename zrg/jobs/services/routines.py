"""Schedules made of routines, and walks over the workspaces that starve nobody."""

from collections.abc import Callable, Iterator
from uuid import UUID

import structlog

from zrg.jobs import registry
from zrg.jobs.contracts import RunContext
from zrg.jobs.models import ScheduledJob
from zrg.jobs.rules.outcomes import error_text
from zrg.lib import log_events
from zrg.workspaces.context import dispatch
from zrg.workspaces.models import Workspace

log = structlog.get_logger(__name__)


def routines(schedule: str) -> Callable[[RunContext], None]:
    """A handler that runs every routine registered for `schedule`, each on its own.

    A failing routine is reported and never stops the later ones.
    """

    def run(ctx: RunContext) -> None:
        for name, routine in registry.routines_of(schedule):
            if ctx.should_stop():
                return
            try:
                routine(ctx)
            except Exception as error:
                log.exception(log_events.TASKRUN_ROUTINE_FAILED, job=schedule, routine=name)
                ctx.report_problem(f"{name}: {error_text(error)}")
            ctx.heartbeat()

    return run


def walk_workspaces(ctx: RunContext) -> Iterator[UUID]:
    """Active workspaces in rotating order, starting after the one served last; ends when time is up.

    Honours the parameters `clientId` (that one only) and `workspaceLimit`. The place is remembered
    between runs, so a limit never starves anybody.
    """
    if ctx.params.get("clientId"):
        yield UUID(str(ctx.params["clientId"]))
        return
    with dispatch():
        ids = sorted(Workspace.objects.active().values_list("id", flat=True))
    last = ScheduledJob.objects.filter(pk=ctx.job).values_list("cursor_workspace", flat=True).first()
    ordered = [id for id in ids if last is None or id > last] + [id for id in ids if last is not None and id <= last]
    for id in ordered[: ctx.params.get("workspaceLimit")]:
        if ctx.should_stop():
            return
        yield id
        if not ctx.dry_run:
            ScheduledJob.objects.filter(pk=ctx.job).update(cursor_workspace=id)
