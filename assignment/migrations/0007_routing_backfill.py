"""Leads of before: they belong where they are and have a time to live. Batches, resumable."""

from django.db import migrations

BATCH = """
WITH found AS (
    SELECT l.id FROM public.leads_lead l
    WHERE l.id > %s AND (l.lead_expires_at IS NULL OR l.source_workspace_id IS NULL)
    ORDER BY l.id LIMIT 5000
)
UPDATE public.leads_lead l SET
    source_workspace_id = coalesce(l.source_workspace_id, l.workspace_id),
    lead_expires_at = coalesce(l.lead_expires_at, l.created_at + interval '90 days')
FROM found WHERE l.id = found.id RETURNING l.id
"""
# Waiting leads of a workspace that hands nothing on stay where they are.
SETTLE = """
WITH found AS (
    SELECT l.id FROM public.leads_lead l
    LEFT JOIN public.workspaces_workspacesettings s ON s.workspace_id = l.workspace_id
    WHERE l.routing_status = 'pending' AND l.routing_attempts = 0 AND s.lead_routing_enabled IS NOT TRUE LIMIT 5000
)
UPDATE public.leads_lead l SET routing_status = 'routed', routing_completed_at = l.created_at
FROM found WHERE l.id = found.id RETURNING l.id
"""


def backfill(apps, schema_editor):
    last = "00000000-0000-0000-0000-000000000000"
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(BATCH, [last])
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                break
            last = max(ids)
        while True:
            cursor.execute(SETTLE)
            if not cursor.fetchall():
                break


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("assignment", "0006_routing_config")]

    operations = [migrations.RunPython(backfill, migrations.RunPython.noop)]
