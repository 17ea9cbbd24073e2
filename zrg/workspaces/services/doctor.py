"""What would keep the product from its work: the components, then each workspace, as apps report it."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from zrg.lib.errors import NotVisible
from zrg.workspaces.context import JOB_TIMEOUT_MS, dispatch, platform, tenant
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.models import Workspace
from zrg.workspaces.registry import Finding, doctor_checks
from zrg.workspaces.services.health import check_all


def examine(workspace_id: UUID | None = None) -> list[Finding]:
    """Everything at fault in the installation and in its active workspaces, or in one; empty when all is well.

    An unknown workspace raises `NotVisible`.
    """
    findings = list(_components())
    if any(one.name == "database" for one in findings):
        return findings
    with platform(timeout_ms=JOB_TIMEOUT_MS):
        rows = Workspace.objects.filter(status=WorkspaceStatus.ACTIVE)
        wanted = rows if workspace_id is None else rows.filter(pk=workspace_id)
        workspaces = list(wanted.order_by("created_at").values_list("pk", "name"))
    if workspace_id is not None and not workspaces:
        raise NotVisible
    with dispatch():
        findings += [one for check in doctor_checks() for one in check(None)]
    for pk, name in workspaces:
        with tenant(pk):
            findings += [replace(one, workspace=name) for check in doctor_checks() for one in check(pk)]
    return findings


def _components() -> Iterator[Finding]:
    for name, health in check_all().items():
        if not health.ok:
            yield Finding(name=name, state="fail", evidence=health.detail, act="See docs/operations.md, Health.")
