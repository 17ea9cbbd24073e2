"""What the database refuses about routing, whoever asks.

A lead changes its routing state and its workspace through the functions of this app alone: they run
as the owner of the schema, the runtime role is refused here.
"""

from django.db import migrations

from assignment.activity import activity_functions

GUARD = """
CREATE FUNCTION public.zrg_lead_routing_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF current_user = 'zrg_app' THEN
        RAISE EXCEPTION 'routing state and workspace of a lead are changed by the routing functions only'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.routing_status IS DISTINCT FROM NEW.routing_status
        AND OLD.routing_status || ' ' || NEW.routing_status <> ALL (ARRAY[
            'pending routing', 'pending routed', 'pending failed', 'pending expired',
            'failed routing', 'failed pending', 'failed expired',
            'routing routed', 'routing pending', 'routing failed', 'expired pending', 'routed failed'])
    THEN
        RAISE EXCEPTION 'a lead cannot go from % to %', OLD.routing_status, NEW.routing_status
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.workspace_id IS DISTINCT FROM NEW.workspace_id
        AND public.zrg_lead_has_activity(OLD.id, OLD.workspace_id)
    THEN
        RAISE EXCEPTION 'a lead with activity never changes its workspace' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lead_routing_guard BEFORE UPDATE ON public.leads_lead FOR EACH ROW
WHEN (OLD.routing_status IS DISTINCT FROM NEW.routing_status OR OLD.workspace_id IS DISTINCT FROM NEW.workspace_id)
EXECUTE FUNCTION public.zrg_lead_routing_guard();
"""

# The settings of the workspace are read as the owner: a receiver may insert leads without seeing them.
DEFAULTS = """
CREATE FUNCTION public.zrg_lead_routing_defaults() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NEW.source_workspace_id IS NULL THEN
        NEW.source_workspace_id := NEW.workspace_id;
    END IF;
    IF NEW.lead_expires_at IS NULL THEN
        NEW.lead_expires_at := NEW.created_at + make_interval(days => coalesce(
            (SELECT s.lead_ttl_days FROM public.workspaces_workspacesettings s WHERE s.workspace_id = NEW.workspace_id),
            90));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lead_routing_defaults BEFORE INSERT ON public.leads_lead FOR EACH ROW
EXECUTE FUNCTION public.zrg_lead_routing_defaults();
"""

DELAY = """
CREATE FUNCTION public.routing_retry_delay(p_attempt integer) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT make_interval(secs => CASE WHEN p_attempt <= 1 THEN 0 WHEN p_attempt = 2 THEN 60
        WHEN p_attempt = 3 THEN 300 WHEN p_attempt = 4 THEN 900 ELSE 3600 END)
$$
"""

# Null: every workspace. The functions run as the owner, so each looks here whose leads it may touch.
SCOPE = """
CREATE FUNCTION public.zrg_routing_scope() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT CASE WHEN current_setting('zrg.context', true) IN ('platform', 'dispatch') THEN NULL
        ELSE coalesce(string_to_array(nullif(current_setting('zrg.ws_all', true), ''), ',')::uuid[], '{}') END
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assignment", "0001_routing_tables"),
        ("leads", "0006_routing_indexes"),
        ("inbox", "0001_messages_drafts_orders"),
        ("jobs", "0001_work_tables"),
    ]

    operations = [
        migrations.RunSQL(
            activity_functions({"inbox_message", "inbox_draft", "inbox_sendorder"}),
            "DROP FUNCTION public.zrg_leads_with_activity(uuid[], uuid);"
            "DROP FUNCTION public.zrg_lead_has_activity(uuid, uuid)",
        ),
        migrations.RunSQL(
            GUARD,
            "DROP TRIGGER lead_routing_guard ON public.leads_lead; DROP FUNCTION public.zrg_lead_routing_guard()",
        ),
        migrations.RunSQL(
            DEFAULTS,
            "DROP TRIGGER lead_routing_defaults ON public.leads_lead; DROP FUNCTION public.zrg_lead_routing_defaults()",
        ),
        migrations.RunSQL(DELAY, "DROP FUNCTION public.routing_retry_delay(integer)"),
        migrations.RunSQL(SCOPE, "DROP FUNCTION public.zrg_routing_scope()"),
    ]
