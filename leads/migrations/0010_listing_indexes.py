"""The orders of the list carry what tabs and filters read, so that rows they leave out cost no look into the table."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

LISTED = [
    "assigned_to",
    "snoozed_until",
    "snooze_until_reply",
    "status",
    "sentiment_tag",
    "overall_score",
    "sms_campaign",
    "channels",
    "is_open",
    "is_attention",
    "last_inbound_at",
    "has_review_draft",
    "has_pending_draft",
    "has_ai_sent",
]


class Migration(migrations.Migration):
    # Built beside the traffic: the table may be large.
    atomic = False

    dependencies = [("leads", "0009_reply_times")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(fields=["workspace", "-sort_at", "-id"], include=LISTED, name="lead_listed"),
        ),
        RemoveIndexConcurrently(model_name="lead", name="lead_list"),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(fields=["workspace", "name_key", "id"], include=LISTED, name="lead_named"),
        ),
        RemoveIndexConcurrently(model_name="lead", name="lead_name"),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(fields=["workspace", "due_key", "id"], include=LISTED, name="lead_timed"),
        ),
        RemoveIndexConcurrently(model_name="lead", name="lead_due"),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                fields=["workspace", "-blacklisted_at"],
                name="lead_complaints",
                condition=models.Q(("blacklist_reason", "complaint")),
            ),
        ),
    ]
