"""The first draft of a workspace without sorting all of them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the traffic: the table may be large.
    atomic = False

    dependencies = [("inbox", "0012_saved_replies")]

    operations = [
        AddIndexConcurrently(
            model_name="draft",
            index=models.Index(fields=["workspace", "created_at"], name="draft_workspace_created"),
        ),
    ]
