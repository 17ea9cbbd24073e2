"""When an answer is due: the column, its order, the sweep of what is overdue."""

from django.conf import settings
from django.db import migrations, models

# Rows without a reply time come after all that have one, the newest first: their key is as far behind the
# year 4000 as the row is before it. Python's dates end in 9999.
DUE_KEY = """
CREATE FUNCTION public.zrg_lead_due_key(due_at timestamptz, last_message_at timestamptz, created_at timestamptz)
RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(due_at, (
        timestamp '4000-01-01' + (timestamp '4000-01-01' - (coalesce(last_message_at, created_at) AT TIME ZONE 'UTC'))
    ) AT TIME ZONE 'UTC')
$$
"""

class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0008_duplicate_of'),
        ('workspaces', '0003_reply_times'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='lead',
            name='due_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='lead',
            name='overdue_noted_for',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(DUE_KEY, "DROP FUNCTION public.zrg_lead_due_key"),
        migrations.AddField(
            model_name='lead',
            name='due_key',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('due_at'), models.F('last_message_at'), models.F('created_at'), function='zrg_lead_due_key'), output_field=models.DateTimeField()),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['workspace', 'due_key', 'id'], name='lead_due'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('due_at__isnull', False), models.Q(('overdue_noted_for__isnull', True), ('overdue_noted_for__lt', models.F('last_inbound_at')), _connector='OR')), fields=['workspace', 'due_at'], name='lead_due_unnoted'),
        ),
    ]
