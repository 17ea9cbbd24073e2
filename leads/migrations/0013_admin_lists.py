"""Indexes for the lists of the admin."""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the traffic: the tables may be large.
    atomic = False

    dependencies = [
        ("leads", "0012_dedupe_by_root_rules"),
        ("workspaces", "0006_admin_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="enrichmentrequest",
            index=models.Index(fields=["-created_at", "-id"], name="enrichment_newest"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("sms_last_blocked_at__isnull", False)),
                fields=["-sms_last_blocked_at", "-id"],
                name="lead_sms_blocked",
            ),
        ),
        AddIndexConcurrently(
            model_name="leadidentityconflict",
            index=models.Index(fields=["-created_at", "-id"], name="lead_conflict_newest"),
        ),
    ]
