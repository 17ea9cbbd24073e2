"""Going back takes routing's records away, so it is refused unless routing stands still and was exported.

The last migration of routing: whoever goes back passes here first.
"""

import os
from datetime import timedelta

from django.db import migrations
from django.utils import timezone

EXPORT_HOURS = 24
OFF_WORDS = ("", "0", "false", "no", "off")


class ReverseRefused(Exception):
    """Nothing was changed."""


def _says_yes(name):
    return os.environ.get(name, "").strip().lower() not in OFF_WORDS


def refuse_unless_ready(apps, schema_editor):
    events = apps.get_model("workspaces", "AdminAuditEvent").objects
    switches = apps.get_model("workspaces", "OperatorSwitch").objects
    faults = []
    if not _says_yes("ROUTING_DISABLED") and not switches.filter(key="ROUTING_DISABLED", value=True).exists():
        faults.append("ROUTING_DISABLED is not on")
    since = timezone.now() - timedelta(hours=EXPORT_HOURS)
    if not events.filter(action="routing.exported", created_at__gte=since).exists():
        faults.append(f"there is no routing_export of the last {EXPORT_HOURS} hours")
    if not faults:
        return
    if not _says_yes("ROUTING_REVERSE_FORCE"):
        raise ReverseRefused(f"{', '.join(faults)}; ROUTING_REVERSE_FORCE=1 goes back all the same.")
    events.create(
        action="routing.reverse_forced",
        actor_label="migrate",
        object_type="routing",
        object_id="",
        reason=", ".join(faults),
    )


class Migration(migrations.Migration):
    dependencies = [("assignment", "0029_collisions_by_id"), ("workspaces", "0002_purge_audit")]

    operations = [migrations.RunPython(migrations.RunPython.noop, refuse_unless_ready)]
