"""One lead is locked by its id, whatever statistics say about those that wait (0019)."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("assignment.migrations.0003_routing_claims").ACQUIRE.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
_PARTIAL = """    WHERE l.id = p_lead_id AND l.routing_status IN ('pending', 'failed')
        AND (l.lead_expires_at IS NULL OR l.lead_expires_at >= now())
"""
# A plain condition would let an index of waiting leads serve, and be walked for each lead.
_BY_ID = """    WHERE l.id = p_lead_id
        AND CASE WHEN l.routing_status IN ('pending', 'failed') THEN coalesce(l.lead_expires_at >= now(), true)
            ELSE false END
"""
_PLAIN = "SET search_path = pg_catalog, public AS $$"
_PLANNED = "SET search_path = pg_catalog, public\nSET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$"
if BEFORE.count(_PARTIAL) != 1 or BEFORE.count(_PLAIN) != 1:
    raise ValueError("acquire_routing_lock is not what it was")

ACQUIRE = BEFORE.replace(_PARTIAL, _BY_ID).replace(_PLAIN, _PLANNED)


class Migration(migrations.Migration):
    dependencies = [("assignment", "0033_stale_as_set")]

    operations = [migrations.RunSQL(ACQUIRE, BEFORE)]
