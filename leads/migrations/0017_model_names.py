"""What the admin calls these tables."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0016_shared_phones_of_moved_leads'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='emailcampaign',
            options={'verbose_name': 'e-mail campaign'},
        ),
        migrations.AlterModelOptions(
            name='optout',
            options={'verbose_name': 'opt-out'},
        ),
        migrations.AlterModelOptions(
            name='smscampaign',
            options={'verbose_name': 'SMS campaign'},
        ),
    ]
