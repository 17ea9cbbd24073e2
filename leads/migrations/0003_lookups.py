"""Look-ups that need an operator which is not leakproof (`@@`, `@>`).

Row security applies such a condition only after its own, so the runtime role could not use the
index. These functions run as the schema owner, check themselves which workspaces the context may
see, and return ids only: the caller joins them to the table under row security, which hides what a
setter may not see.
"""

from django.db import migrations

VISIBLE_WORKSPACES = """
CREATE FUNCTION public.zrg_visible_workspaces(wanted uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, public AS $$
    SELECT CASE
        WHEN current_setting('zrg.context', true) = 'platform' THEN wanted
        ELSE ARRAY(
            SELECT unnest(wanted)
            INTERSECT
            SELECT unnest(string_to_array(nullif(current_setting('zrg.ws_all', true), ''), ',')::uuid[]
                || CASE WHEN current_setting('zrg.context', true) = 'user' THEN
                    string_to_array(nullif(current_setting('zrg.ws_assigned', true), ''), ',')::uuid[] END)
        )
    END
$$
"""

ALTERNATE_LEADS = """
CREATE FUNCTION public.zrg_leads_with_alternate(workspaces uuid[], address text) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 2
SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
DECLARE
    visible uuid[] := public.zrg_visible_workspaces(workspaces);
BEGIN
    RETURN QUERY
        SELECT lead.id FROM public.leads_lead AS lead
        WHERE lead.alternate_emails @> ARRAY[address]::varchar[] AND lead.workspace_id = ANY (visible);
END
$$
"""

KNOWING_LEADS = """
CREATE FUNCTION public.zrg_leads_knowing_email(workspaces uuid[], address text) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5
SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
DECLARE
    visible uuid[] := public.zrg_visible_workspaces(workspaces);
BEGIN
    RETURN QUERY
        SELECT lead.id FROM public.leads_lead AS lead
        WHERE lead.workspace_id = ANY (visible) AND lead.email = address
        UNION
        SELECT lead.id FROM public.leads_lead AS lead
        WHERE lead.workspace_id = ANY (visible) AND lead.current_replier_email = address
        UNION
        SELECT public.zrg_leads_with_alternate(visible, address);
END
$$
"""

SEARCH_LEADS = """
CREATE FUNCTION public.zrg_search_leads(workspaces uuid[], query text) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 2000
SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
DECLARE
    -- The workspace is a word of every vector, so the query alone narrows to the visible ones.
    wanted tsquery := public.zrg_search_query(public.zrg_visible_workspaces(workspaces), query);
BEGIN
    RETURN QUERY SELECT lead.id FROM public.leads_lead AS lead WHERE lead.search_vector @@ wanted;
END
$$
"""

LOOKUPS = (
    (ALTERNATE_LEADS, "zrg_leads_with_alternate(uuid[], text)"),
    (KNOWING_LEADS, "zrg_leads_knowing_email(uuid[], text)"),
    (SEARCH_LEADS, "zrg_search_leads(uuid[], text)"),
)


def _for_runtime_role(signature):
    return f"REVOKE ALL ON FUNCTION public.{signature} FROM PUBLIC; GRANT EXECUTE ON FUNCTION public.{signature} TO zrg_app"


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_leads")]
    operations = [
        migrations.RunSQL(VISIBLE_WORKSPACES, "DROP FUNCTION public.zrg_visible_workspaces(uuid[])"),
        *(
            migrations.RunSQL([create, _for_runtime_role(signature)], f"DROP FUNCTION public.{signature}")
            for create, signature in LOOKUPS
        ),
    ]
