"""Indexes for the lists of the admin."""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the traffic: the tables may be large.
    atomic = False

    dependencies = [
        ("ai", "0004_prompt_overrides"),
        ("inbox", "0013_first_draft"),
        ("leads", "0013_admin_lists"),
        ("workspaces", "0006_admin_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="draft",
            index=models.Index(fields=["-created_at", "-id"], name="draft_newest"),
        ),
        AddIndexConcurrently(
            model_name="inboundstagerun",
            index=models.Index(fields=["-started_at"], name="stagerun_newest"),
        ),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("delivery_status", "failed")),
                fields=["workspace", "-sent_at"],
                name="message_failed",
            ),
        ),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("safety_kind__isnull", False)),
                fields=["safety_kind", "workspace", "-sent_at"],
                name="message_safety",
            ),
        ),
        AddIndexConcurrently(
            model_name="sendorder",
            index=models.Index(fields=["-due_at"], name="sendorder_newest"),
        ),
    ]
