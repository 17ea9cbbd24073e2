"""What the admin calls these tables."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0002_processes'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='bookingprocess',
            options={'verbose_name_plural': 'booking processes'},
        ),
        migrations.AlterModelOptions(
            name='campaignprocess',
            options={'verbose_name': 'booking process of a campaign', 'verbose_name_plural': 'booking processes of campaigns'},
        ),
    ]
