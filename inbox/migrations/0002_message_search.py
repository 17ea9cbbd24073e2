"""Finding leads by the words of their messages (`@@` is not leakproof, see the look-ups of leads)."""

from django.db import migrations

SEARCH = """
CREATE FUNCTION public.zrg_search_messages(workspaces uuid[], query text, since timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 500
SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
DECLARE
    -- The workspace is a word of every vector, so the query alone narrows to the visible ones.
    wanted tsquery := public.zrg_search_query(public.zrg_visible_workspaces(workspaces), query);
BEGIN
    RETURN QUERY
        SELECT DISTINCT message.lead_id FROM public.inbox_message AS message
        WHERE message.search_vector @@ wanted AND message.sent_at >= since;
END
$$
"""
GRANT = (
    "REVOKE ALL ON FUNCTION public.zrg_search_messages(uuid[], text, timestamptz) FROM PUBLIC;"
    "GRANT EXECUTE ON FUNCTION public.zrg_search_messages(uuid[], text, timestamptz) TO zrg_app"
)


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_messages_drafts_orders"), ("leads", "0003_lookups")]
    operations = [
        migrations.RunSQL([SEARCH, GRANT], "DROP FUNCTION public.zrg_search_messages(uuid[], text, timestamptz)"),
    ]
