"""The index of a tag carries what other filters and the orders read: rows they leave out cost no look into the table."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

FILTERED = [
    "id",
    "sort_at",
    "name_key",
    "due_key",
    "assigned_to",
    "snoozed_until",
    "snooze_until_reply",
    "status",
    "overall_score",
    "sms_campaign",
    "channels",
    "is_open",
    "is_attention",
    "has_review_draft",
    "has_pending_draft",
    "has_ai_sent",
]


class Migration(migrations.Migration):
    # Built beside the traffic: the table may be large.
    atomic = False

    dependencies = [("leads", "0014_shared_phone_plan")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                fields=["workspace", "sentiment_tag", "-last_inbound_at"], include=FILTERED, name="lead_tagged"
            ),
        ),
        RemoveIndexConcurrently(model_name="lead", name="lead_sentiment"),
    ]
