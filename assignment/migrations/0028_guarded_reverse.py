"""Once the guard of the way back; it stands in the newest migration now, where whoever goes back passes first."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("assignment", "0027_clay_routes_follow"), ("workspaces", "0002_purge_audit")]

    operations = [migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop)]
