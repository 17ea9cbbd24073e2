"""A merge keeps the history of setters, and a lead that took another one in never goes back to its source."""

from importlib import import_module

from django.db import migrations

_before = import_module("assignment.migrations.0005_routing_failures").RETURN_LEAD

MERGE_EVENTS = """
CREATE FUNCTION public.zrg_merge_assignment_events(p_keep uuid, p_drop uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    moved integer;
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    UPDATE public.assignment_leadassignmentevent e SET lead_id = k.id
    FROM public.leads_lead k JOIN public.leads_lead d ON d.workspace_id = k.workspace_id
    WHERE k.id = p_keep AND d.id = p_drop AND e.lead_id = d.id AND (seen IS NULL OR k.workspace_id = ANY (seen));
    GET DIAGNOSTICS moved = ROW_COUNT;
    -- What was a duplicate of the lead that goes is one of the lead that stays, in whichever workspace.
    UPDATE public.leads_lead l SET duplicate_of_lead_id = nullif(k.id, l.id)
    FROM public.leads_lead k JOIN public.leads_lead d ON d.workspace_id = k.workspace_id
    WHERE k.id = p_keep AND d.id = p_drop AND l.duplicate_of_lead_id = d.id
        AND (seen IS NULL OR k.workspace_id = ANY (seen));
    RETURN moved;
END $$
"""
# It would take the other lead, which may be the destination's own, along.
_GOES_BACK = "        AND NOT public.zrg_lead_has_activity(l.id, l.workspace_id)\n"
_NOT_MERGED = """        AND NOT EXISTS (SELECT 1 FROM public.workspaces_adminauditevent e
            WHERE e.workspace_id = l.workspace_id AND e.object_type = 'lead' AND e.object_id = l.id::text
                AND e.action = 'lead.merged')
"""
RETURN_BEFORE = _before.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
RETURN_AFTER = RETURN_BEFORE.replace(_GOES_BACK, _GOES_BACK + _NOT_MERGED)
SIGNATURE = "zrg_merge_assignment_events(uuid, uuid)"


class Migration(migrations.Migration):
    dependencies = [
        ("assignment", "0009_assignment_event"),
        ("leads", "0008_duplicate_of"),
        ("workspaces", "0002_purge_audit"),
    ]

    operations = [
        migrations.RunSQL(
            [
                MERGE_EVENTS,
                f"REVOKE ALL ON FUNCTION public.{SIGNATURE} FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION public.{SIGNATURE} TO zrg_app",
            ],
            f"DROP FUNCTION public.{SIGNATURE}",
        ),
        migrations.RunSQL(RETURN_AFTER, RETURN_BEFORE),
    ]
