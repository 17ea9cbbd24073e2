from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0007_unassigned_positive"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("duplicate_of_lead_id__isnull", False)),
                fields=["duplicate_of_lead_id"],
                name="lead_duplicate_of",
            ),
        ),
    ]
