from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workspaces', '0003_reply_times'),
    ]

    operations = [
        migrations.AddField(
            model_name='userpreference',
            name='shortcuts',
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
