"""A lead that moves or goes back takes along by which workspace Clay's answers about it are received."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("assignment.migrations.0004_routing_settlement").CHILDREN.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)

# The key of a route is the hash of the lead's id (integrations.rules.routes).
CHILDREN = """
CREATE OR REPLACE FUNCTION public.zrg_routing_move_children(p_lead_ids uuid[], p_destination_ids uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
    UPDATE public.leads_enrichmentrequest e SET workspace_id = m.destination_id
    FROM unnest(p_lead_ids, p_destination_ids) AS m(lead_id, destination_id) WHERE e.lead_id = m.lead_id;
    UPDATE public.integrations_webhookroute r SET workspace_id = m.destination_id
    FROM unnest(p_lead_ids, p_destination_ids) AS m(lead_id, destination_id)
    WHERE r.provider = 'CLAY' AND r.key_hash = encode(sha256(convert_to(m.lead_id::text, 'UTF8')), 'hex')
        AND r.workspace_id <> m.destination_id;
    DELETE FROM public.leads_leadidentityconflict c
    WHERE c.lead_id = ANY (p_lead_ids) OR c.other_lead_id = ANY (p_lead_ids);
    DELETE FROM public.inbox_leadview v WHERE v.lead_id = ANY (p_lead_ids);
    DELETE FROM public.inbox_conversationsync s WHERE s.lead_id = ANY (p_lead_ids);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("assignment", "0025_route_existing"), ("integrations", "0003_webhook_target")]

    operations = [
        migrations.RunSQL(
            CHILDREN,
            [
                BEFORE,
                "ALTER FUNCTION public.zrg_routing_move_children(uuid[], uuid[])"
                " SET plan_cache_mode = force_generic_plan SET enable_seqscan = off",
            ],
        )
    ]
