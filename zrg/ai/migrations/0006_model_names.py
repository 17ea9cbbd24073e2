"""What the admin calls these tables."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('ai', '0005_admin_lists'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='aiinteraction',
            options={'verbose_name': 'AI interaction'},
        ),
        migrations.AlterModelOptions(
            name='aiusagedaily',
            options={'verbose_name': 'AI usage of a day', 'verbose_name_plural': 'AI usage by day'},
        ),
    ]
