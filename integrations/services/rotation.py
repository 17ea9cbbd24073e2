"""Moving all credentials to the first field key."""

from dataclasses import dataclass, field
from uuid import UUID

from integrations.errors import SecretUnreadable
from integrations.models import Connection
from integrations.services.secrets import reseal
from zrg.workspaces.context import platform


@dataclass(slots=True, kw_only=True)
class RotationReport:
    """How many tokens were re-encrypted, and the connections whose token no key opens."""

    rotated: int = 0
    unreadable: list[UUID] = field(default_factory=list)


def rotate_secrets() -> RotationReport:
    """Re-encrypt every credential with the first key, one short transaction each. Safe to repeat and to
    interrupt; a credential saved meanwhile is left as it is (it has the first key already).
    """
    report = RotationReport()
    with platform():
        ids = list(Connection.objects.exclude(secrets="").order_by("pk").values_list("pk", flat=True))
    for connection_id in ids:
        with platform():
            _rotate(connection_id, report)
    return report


def _rotate(connection_id: UUID, report: RotationReport) -> None:
    row = Connection.objects.select_for_update().filter(pk=connection_id).exclude(secrets="").first()
    if row is None:
        return
    try:
        token = reseal(row.secrets)
    except SecretUnreadable:
        report.unreadable.append(connection_id)
        return
    Connection.objects.filter(pk=connection_id).update(secrets=token)
    report.rotated += 1
