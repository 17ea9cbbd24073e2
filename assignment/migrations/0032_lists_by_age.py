"""Routing's log and its deliveries listed newest first; the log's index by result leaves out what every lead writes."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the traffic: the tables may be large.
    atomic = False

    dependencies = [("assignment", "0031_calls_that_hold")]

    operations = [
        AddIndexConcurrently(
            model_name="routinglog", index=models.Index(fields=["created_at"], name="routing_log_newest")
        ),
        AddIndexConcurrently(
            model_name="routinglog",
            index=models.Index(
                condition=models.Q(("routing_result__in", ["success", "kept"]), _negated=True),
                fields=["routing_result", "created_at"],
                name="routing_log_other",
            ),
        ),
        AddIndexConcurrently(
            model_name="leadattribution", index=models.Index(fields=["created_at"], name="attribution_newest")
        ),
        AddIndexConcurrently(
            model_name="leadattribution",
            index=models.Index(
                condition=models.Q(("status", "active"), _negated=True), fields=["lead_id"], name="attribution_closed"
            ),
        ),
        RemoveIndexConcurrently(model_name="routinglog", name="routing_log_result"),
        RemoveIndexConcurrently(model_name="routinglog", name="routing_log_age"),
    ]
