"""What hashed thread handles stand for is kept beside the raw parts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0003_open_orders")]

    operations = [
        migrations.AddField(
            model_name="messageraw",
            name="thread_json",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
