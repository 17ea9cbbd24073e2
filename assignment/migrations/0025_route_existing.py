"""Leads from before routing was switched on are handed to it when a person asks for that."""

from django.db import migrations

# A lead routing never had: it was settled when it came. The way of R2 from there to waiting leads over `failed`, which
# nobody sees; one row of the log stands for both steps.
EXISTING = """
CREATE FUNCTION public.route_existing_leads(p_lead_ids uuid[], p_actor uuid DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    ids uuid[];
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    ids := ARRAY(
        SELECT l.id FROM public.leads_lead l
        JOIN public.workspaces_workspacesettings s ON s.workspace_id = l.workspace_id AND s.lead_routing_enabled
        WHERE l.id = ANY (p_lead_ids) AND l.routing_status = 'routed' AND l.routing_started_at IS NULL
            AND l.source_workspace_id = l.workspace_id
            AND (l.lead_expires_at IS NULL OR l.lead_expires_at >= now())
            AND (seen IS NULL OR l.workspace_id = ANY (seen))
            AND NOT public.zrg_routing_suppressed(l.status, l.sentiment_tag, l.opted_out_at)
            AND NOT public.zrg_lead_has_activity(l.id, l.workspace_id)
        ORDER BY l.id FOR UPDATE OF l SKIP LOCKED);
    IF cardinality(ids) > 0 THEN
        UPDATE public.leads_lead SET routing_status = 'failed', routing_failed_at = now() WHERE id = ANY (ids);
        UPDATE public.leads_lead SET routing_status = 'pending', routing_attempts = 0, routing_completed_at = NULL,
            routing_failed_at = NULL, updated_at = statement_timestamp(), changed_at = statement_timestamp()
        WHERE id = ANY (ids);
        PERFORM public.zrg_routing_note(ids, 'requeued', p_actor, NULL);
    END IF;
    RETURN cardinality(ids);
END $$
"""
SIGNATURE = "route_existing_leads(uuid[], uuid)"


class Migration(migrations.Migration):
    dependencies = [("assignment", "0023_known_at_a_partner")]

    operations = [
        migrations.RunSQL(
            [
                EXISTING,
                f"REVOKE ALL ON FUNCTION public.{SIGNATURE} FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION public.{SIGNATURE} TO zrg_app",
            ],
            f"DROP FUNCTION public.{SIGNATURE}",
        )
    ]
