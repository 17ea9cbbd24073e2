"""One lead by one call: the rules in force, its lock and its facts."""

from django.db import migrations

# Volatile like the functions it calls, in their order: each sees what committed while the one before waited.
TAKE = """
CREATE FUNCTION public.take_routing_lead(
    p_workspace_id uuid, p_lead_id uuid, p_lock_owner uuid, p_known_version bigint DEFAULT NULL,
    p_lock_timeout text DEFAULT '2s'
) RETURNS TABLE (config jsonb, acquired boolean, facts public.zrg_routing_facts)
LANGUAGE plpgsql VOLATILE ROWS 1 SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM set_config('lock_timeout', p_lock_timeout, true);
    config := public.routing_config(p_workspace_id, p_known_version);
    acquired := config IS NOT NULL AND public.acquire_routing_lock(p_lead_id, p_lock_owner);
    IF acquired THEN
        SELECT * INTO facts FROM public.read_routing_facts(p_lead_id);
    END IF;
    RETURN NEXT;
END $$
"""
SIGNATURE = "take_routing_lead(uuid, uuid, uuid, bigint, text)"


class Migration(migrations.Migration):
    dependencies = [("assignment", "0011_merged_leads")]

    operations = [
        migrations.RunSQL(
            [
                TAKE,
                f"REVOKE ALL ON FUNCTION public.{SIGNATURE} FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION public.{SIGNATURE} TO zrg_app",
            ],
            f"DROP FUNCTION public.{SIGNATURE}",
        )
    ]
