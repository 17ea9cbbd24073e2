"""Indexes for the lists of the admin."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the traffic: the tables may be large.
    atomic = False

    dependencies = [
        ("workspaces", "0005_slot_template"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="adminauditevent",
            index=models.Index(fields=["-created_at"], name="audit_newest"),
        ),
        AddIndexConcurrently(
            model_name="adminauditevent",
            index=models.Index(fields=["object_id"], name="audit_object_id"),
        ),
    ]
