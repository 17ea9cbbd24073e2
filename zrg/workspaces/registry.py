"""What higher apps add to this one: health checks, parts of provisioning, parts of the demo."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from zrg.workspaces.models import User, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of one component."""

    ok: bool
    detail: str = ""
    data: dict[str, Any] = field(default_factory=dict)


class ProvisioningPart(Protocol):
    """Fields of `POST /api/admin/workspaces` that another app understands."""

    fields: frozenset[str]

    def check(self, body: Mapping[str, Any]) -> None:
        """Raise a `ZrgError` for values that cannot be accepted; nothing was written yet."""

    def apply(self, workspace: Workspace, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write them inside the transaction of the call; returns masked status for the answer."""

    def status(self, workspace: Workspace) -> Mapping[str, Any]:
        """Masked status of a workspace."""


HealthCheck = Callable[[], Health]
DemoPart = Callable[[Workspace, dict[str, User]], None]

_health_checks: dict[str, HealthCheck] = {}
_provisioning_parts: dict[str, ProvisioningPart] = {}
_demo_parts: dict[str, DemoPart] = {}


def register_health_check(name: str, check: HealthCheck) -> None:
    """A component of `/readyz`; the check must answer within half a second."""
    _health_checks[name] = check


def register_provisioning_part(name: str, part: ProvisioningPart) -> None:
    """Fields of the provisioning call that belong to another app."""
    _provisioning_parts[name] = part


def register_demo_part(name: str, part: DemoPart) -> None:
    """Rows another app adds to the demo workspace; must be safe to repeat.

    Runs inside `tenant(workspace)` with the demo people by the key `owner` and `setter`.
    """
    _demo_parts[name] = part


def health_checks() -> dict[str, HealthCheck]:
    """All registered health checks."""
    return dict(_health_checks)


def provisioning_parts() -> dict[str, ProvisioningPart]:
    """All registered provisioning parts."""
    return dict(_provisioning_parts)


def demo_parts() -> dict[str, DemoPart]:
    """All registered demo parts, in order of registration (floors from below)."""
    return dict(_demo_parts)
