"""Indexes for the lists of the admin."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the traffic: the tables may be large.
    atomic = False

    dependencies = [
        ("jobs", "0004_store_function"),
        ("workspaces", "0006_admin_lists"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="backgroundjob",
            index=models.Index(models.OrderBy(models.F("created_at"), descending=True), name="job_newest"),
        ),
        AddIndexConcurrently(
            model_name="backgroundjob",
            index=models.Index(
                models.F("status"),
                models.OrderBy(models.F("created_at"), descending=True),
                condition=models.Q(("status__in", ["FAILED", "CANCELLED"])),
                name="job_ended_badly",
            ),
        ),
        AddIndexConcurrently(
            model_name="webhookevent",
            index=models.Index(models.OrderBy(models.F("created_at"), descending=True), name="event_newest"),
        ),
        AddIndexConcurrently(
            model_name="webhookevent",
            index=models.Index(
                models.F("status"),
                models.OrderBy(models.F("created_at"), descending=True),
                condition=models.Q(("status__in", ["FAILED", "UNROUTED"])),
                name="event_ended_badly",
            ),
        ),
    ]
