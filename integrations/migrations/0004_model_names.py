"""What the admin calls these tables."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0003_webhook_target'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='emailsender',
            options={'verbose_name': 'e-mail sender'},
        ),
    ]
