"""Going back over a migration of this app takes routing's records away: asked before, looked over after.

Connected to the signals of `migrate`, which name the whole plan before its first step. The models are those of the
database as it stands, not of the code: whoever goes back may run either.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations import Migration
from django.db.models import Q
from django.utils import timezone

from zrg.workspaces.enums import SwitchKey
from zrg.workspaces.switches import environment_value

APP = "assignment"
FIRST = "0001_routing_tables"
EXPORTED = "routing.exported"
FORCE = "ROUTING_REVERSE_FORCE"
EXPORT_HOURS = 24  # 11b, Migration and rollback
# Columns of leads and settings stay with their apps, and so do the indexes over them; those of a table go with it.
_LEFT = """
    SELECT 'relation ' || relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i' AND relname ~ '^assignment_|routing'
    UNION ALL SELECT 'function ' || proname FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname ~ 'routing'
    UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname ~ 'routing'
    ORDER BY 1
"""

Plan = Iterable[tuple[Migration, bool]]


def refuse_going_back(*, using: str, apps: Any = None, plan: Plan = (), **_: Any) -> None:
    """Before migrate: raise CommandError unless routing stands still and was exported, or force is audited."""
    if not _names_taken_back(plan):
        return
    faults = _find_faults(apps, using)
    if not faults:
        return
    if not environment_value(FORCE):
        raise CommandError(f"Nothing was changed: {', '.join(faults)}; {FORCE}=1 goes back all the same.")
    apps.get_model("workspaces", "AdminAuditEvent").objects.using(using).create(
        action="routing.reverse_forced",
        actor_label="migrate",
        object_type="routing",
        object_id="",
        reason=", ".join(faults),
    )


def report_left_behind(*, using: str, plan: Plan = (), **_: Any) -> None:
    """After migrate: raise CommandError with what is left when all of routing was taken out."""
    if FIRST not in _names_taken_back(plan):
        return
    with connections[using].cursor() as cursor:
        cursor.execute(_LEFT)
        left = [row[0] for row in cursor.fetchall()]
    if left:
        raise CommandError(f"Routing was taken out, but this is left: {', '.join(left)}")


def _names_taken_back(plan: Plan) -> set[str]:
    return {migration.name for migration, backwards in plan if backwards and migration.app_label == APP}


def _find_faults(apps: Any, using: str) -> list[str]:
    now = timezone.now()
    faults = []
    switches = apps.get_model("workspaces", "OperatorSwitch").objects.using(using).filter(value=True)
    in_force = switches.filter(Q(expires_at=None) | Q(expires_at__gt=now), key=SwitchKey.ROUTING_DISABLED)
    if not environment_value(SwitchKey.ROUTING_DISABLED) and not in_force.exists():
        faults.append("ROUTING_DISABLED is not on")
    exports = apps.get_model("workspaces", "AdminAuditEvent").objects.using(using).filter(action=EXPORTED)
    if not exports.filter(created_at__gte=now - timedelta(hours=EXPORT_HOURS)).exists():
        faults.append(f"there is no routing_export of the last {EXPORT_HOURS} hours")
    return faults
