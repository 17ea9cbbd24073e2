"""Collisions are looked for lead by lead, from its id on."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("assignment.migrations.0015_settle_by_sets").COLLISIONS.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
_JOINED = "    JOIN public.leads_lead l ON l.id = u.id\n"
# A join could begin with all leads (0019).
_BY_ID = """    CROSS JOIN LATERAL (
        SELECT m.id, m.email, m.linkedin_id, m.linkedin_url, m.calendly_invitee_uri FROM public.leads_lead m
        WHERE m.id = u.id OFFSET 0
    ) l
"""
_PLAIN = "SET search_path = pg_catalog, public AS $$"
_PLANNED = "SET search_path = pg_catalog, public\nSET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$"
if BEFORE.count(_JOINED) != 1 or BEFORE.count(_PLAIN) != 1:
    raise ValueError("zrg_routing_collisions is not what it was")

BEFORE = BEFORE.replace(_PLAIN, _PLANNED)
COLLISIONS = BEFORE.replace(_JOINED, _BY_ID)


class Migration(migrations.Migration):
    dependencies = [("assignment", "0027_clay_routes_follow")]

    operations = [migrations.RunSQL(COLLISIONS, BEFORE)]
