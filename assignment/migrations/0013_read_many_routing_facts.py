"""Facts of many leads at once, for trying rules."""

from django.db import migrations

READ = """
CREATE FUNCTION public.read_many_routing_facts(p_workspace_id uuid, p_lead_ids uuid[])
RETURNS SETOF public.zrg_routing_facts
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public AS $$
DECLARE
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    IF seen IS NULL OR p_workspace_id = ANY (seen) THEN
        RETURN QUERY SELECT * FROM public.zrg_read_routing_facts(
            ARRAY(SELECT l.id FROM public.leads_lead l WHERE l.id = ANY (p_lead_ids) AND l.workspace_id = p_workspace_id),
            p_workspace_id);
    END IF;
END $$
"""
SIGNATURE = "read_many_routing_facts(uuid, uuid[])"


class Migration(migrations.Migration):
    dependencies = [("assignment", "0012_take_routing_lead")]

    operations = [
        migrations.RunSQL(
            [
                READ,
                f"REVOKE ALL ON FUNCTION public.{SIGNATURE} FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION public.{SIGNATURE} TO zrg_app",
            ],
            f"DROP FUNCTION public.{SIGNATURE}",
        )
    ]
