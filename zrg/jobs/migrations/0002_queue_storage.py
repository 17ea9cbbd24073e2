"""Queue tables turn over their rows all day: vacuum them early, or claims wade through dead ones."""

from django.db import migrations

SETTINGS = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, autovacuum_analyze_scale_factor = 0.05"
TABLES = ("jobs_backgroundjob", "jobs_webhookevent")
NAMES = "autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor"


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_work_tables")]

    operations = [
        migrations.RunSQL(f"ALTER TABLE {table} SET ({SETTINGS})", f"ALTER TABLE {table} RESET ({NAMES})")
        for table in TABLES
    ]
