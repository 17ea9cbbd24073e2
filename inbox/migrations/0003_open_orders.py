"""An index for the orders that wait or were taken."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0002_message_search")]

    operations = [
        migrations.AddIndex(
            model_name="sendorder",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "taken"])),
                fields=["workspace", "due_at"],
                name="sendorder_open",
            ),
        ),
    ]
