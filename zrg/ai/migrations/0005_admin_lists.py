"""Index for the list of the admin."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the traffic: the table may be large.
    atomic = False

    dependencies = [("ai", "0004_prompt_overrides")]

    operations = [
        AddIndexConcurrently(
            model_name="aiinteraction", index=models.Index(fields=["-created_at"], name="aiinteraction_newest")
        ),
    ]
