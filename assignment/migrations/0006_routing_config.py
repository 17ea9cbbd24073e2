"""Which rules are in force: read under a shared lock, changed under the exclusive one.

Whoever changes what routing depends on waits for the routing transactions in flight; after the change
has committed nothing is delivered by the old rules. The version tells processes when to read again.
"""

from django.db import migrations

KEY = """
CREATE FUNCTION public.zrg_routing_key(p_workspace_id uuid) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT hashtextextended('routing ' || p_workspace_id::text, 0)
$$
"""

# Volatile: each statement inside sees what committed while the lock was waited for.
CONFIG = """
CREATE FUNCTION public.routing_config(p_workspace_id uuid, p_known_version bigint DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    seen uuid[] := public.zrg_routing_scope();
    head jsonb;
BEGIN
    IF NOT (seen IS NULL OR p_workspace_id = ANY (seen)) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(public.zrg_routing_key(p_workspace_id));
    SELECT jsonb_build_object('version', s.routing_rules_version) INTO head
    FROM public.workspaces_workspacesettings s WHERE s.workspace_id = p_workspace_id;
    IF head IS NULL OR (head ->> 'version')::bigint = p_known_version THEN
        RETURN head;
    END IF;
    RETURN (
        SELECT jsonb_build_object('version', s.routing_rules_version, 'workspace', w.id,
            'active', w.status = 'active', 'enabled', s.lead_routing_enabled, 'timezone', s.timezone,
            'max_attempts', s.routing_max_attempts, 'fallback', s.routing_fallback,
            'fallback_workspace', s.routing_fallback_workspace_id, 'explain', s.routing_explain,
            'rules', coalesce((
                SELECT jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name, 'destination', r.destination_workspace_id,
                    'destination_active', d.status = 'active', 'priority', r.priority, 'weight', r.weight,
                    'is_active', r.is_active, 'conditions', r.conditions, 'version', r.version,
                    'schedule', r.schedule, 'starts_at', r.starts_at, 'ends_at', r.ends_at, 'actions', r.actions,
                    'caps', jsonb_build_array(r.cap_daily, r.cap_weekly, r.cap_monthly, r.cap_total)))
                FROM public.assignment_routingrule r
                LEFT JOIN public.workspaces_workspace d ON d.id = r.destination_workspace_id
                WHERE r.workspace_id = w.id AND r.archived_at IS NULL), '[]'),
            'partners', coalesce((
                SELECT jsonb_agg(jsonb_build_object('id', p.id, 'destination', p.destination_workspace_id,
                    'name', d.name, 'status', p.status, 'destination_active', d.status = 'active',
                    'timezone', ds.timezone, 'accept_conditions', p.accept_conditions, 'schedule', p.schedule,
                    'caps', jsonb_build_array(p.cap_daily, p.cap_weekly, p.cap_monthly, p.cap_total)))
                FROM public.assignment_routingpartner p
                JOIN public.workspaces_workspace d ON d.id = p.destination_workspace_id
                LEFT JOIN public.workspaces_workspacesettings ds ON ds.workspace_id = d.id
                WHERE p.workspace_id = w.id), '[]'))
        FROM public.workspaces_workspace w JOIN public.workspaces_workspacesettings s ON s.workspace_id = w.id
        WHERE w.id = p_workspace_id
    );
END $$
"""

TOUCH = """
CREATE FUNCTION public.zrg_routing_touch(p_workspace_ids uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    source uuid;
BEGIN
    FOR source IN SELECT DISTINCT x FROM unnest(p_workspace_ids) x WHERE x IS NOT NULL ORDER BY x LOOP
        PERFORM pg_advisory_xact_lock(public.zrg_routing_key(source));
        UPDATE public.workspaces_workspacesettings SET routing_rules_version = routing_rules_version + 1
        WHERE workspace_id = source;
    END LOOP;
END $$
"""

# The first cap finds the deliveries of before; a rule that was not counted starts from the log.
FILL = """
CREATE FUNCTION public.zrg_routing_fill_counters(
    p_scope text, p_id uuid, p_source uuid, p_destination uuid
) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM public.assignment_routingcounter WHERE scope = p_scope AND scope_id = p_id AND day <> '0001-01-01';
    INSERT INTO public.assignment_routingcounter AS c (workspace_id, scope, scope_id, day, count)
    SELECT p_source, p_scope, p_id, coalesce(public.zrg_routing_day(p_destination, g.created_at), '0001-01-01'), count(*)
    FROM public.assignment_routinglog g
    WHERE g.source_workspace_id = p_source AND g.routing_result = 'success'
        AND CASE p_scope WHEN 'rule' THEN g.matched_rule_id = p_id
            ELSE g.destination_workspace_id = p_destination END
        AND NOT EXISTS (SELECT 1 FROM public.assignment_leadattribution a
            WHERE a.routing_log_id = g.id AND a.status = 'returned')
    GROUP BY GROUPING SETS ((public.zrg_routing_day(p_destination, g.created_at)), ())
    HAVING count(*) > 0
    ON CONFLICT (scope, scope_id, day) DO UPDATE SET count = greatest(c.count, excluded.count);
END $$
"""

RULES_CHANGED = """
CREATE FUNCTION public.zrg_routing_rule_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM public.zrg_routing_touch(ARRAY[
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.workspace_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.workspace_id END]);
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF coalesce(NEW.cap_daily, NEW.cap_weekly, NEW.cap_monthly, NEW.cap_total) IS NOT NULL AND (TG_OP = 'INSERT'
        OR coalesce(OLD.cap_daily, OLD.cap_weekly, OLD.cap_monthly, OLD.cap_total) IS NULL) THEN
        PERFORM public.zrg_routing_fill_counters(TG_ARGV[0], NEW.id, NEW.workspace_id, NEW.destination_workspace_id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER routing_changed BEFORE INSERT OR UPDATE OR DELETE ON public.assignment_routingrule
FOR EACH ROW EXECUTE FUNCTION public.zrg_routing_rule_changed('rule');
CREATE TRIGGER routing_changed BEFORE INSERT OR UPDATE OR DELETE ON public.assignment_routingpartner
FOR EACH ROW EXECUTE FUNCTION public.zrg_routing_rule_changed('partner');
"""
RULES_CHANGED_REVERSE = """
DROP TRIGGER routing_changed ON public.assignment_routingrule;
DROP TRIGGER routing_changed ON public.assignment_routingpartner;
DROP FUNCTION public.zrg_routing_rule_changed()
"""

SETTINGS_CHANGED = """
CREATE FUNCTION public.zrg_routing_settings_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(public.zrg_routing_key(NEW.workspace_id));
    NEW.routing_rules_version := OLD.routing_rules_version + 1;
    IF OLD.timezone IS DISTINCT FROM NEW.timezone THEN
        PERFORM public.zrg_routing_touch(ARRAY(
            SELECT p.workspace_id FROM public.assignment_routingpartner p
            WHERE p.destination_workspace_id = NEW.workspace_id));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER routing_changed BEFORE UPDATE ON public.workspaces_workspacesettings FOR EACH ROW
WHEN (OLD.lead_routing_enabled IS DISTINCT FROM NEW.lead_routing_enabled
    OR OLD.routing_max_attempts IS DISTINCT FROM NEW.routing_max_attempts
    OR OLD.routing_fallback IS DISTINCT FROM NEW.routing_fallback
    OR OLD.routing_fallback_workspace_id IS DISTINCT FROM NEW.routing_fallback_workspace_id
    OR OLD.routing_explain IS DISTINCT FROM NEW.routing_explain
    OR OLD.timezone IS DISTINCT FROM NEW.timezone)
EXECUTE FUNCTION public.zrg_routing_settings_changed();

CREATE FUNCTION public.zrg_routing_workspace_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM public.zrg_routing_touch(NEW.id || ARRAY(
        SELECT p.workspace_id FROM public.assignment_routingpartner p WHERE p.destination_workspace_id = NEW.id));
    RETURN NEW;
END $$;
CREATE TRIGGER routing_changed BEFORE UPDATE ON public.workspaces_workspace FOR EACH ROW
WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.workspace_type IS DISTINCT FROM NEW.workspace_type)
EXECUTE FUNCTION public.zrg_routing_workspace_changed();
"""
SETTINGS_CHANGED_REVERSE = """
DROP TRIGGER routing_changed ON public.workspaces_workspacesettings;
DROP TRIGGER routing_changed ON public.workspaces_workspace;
DROP FUNCTION public.zrg_routing_settings_changed();
DROP FUNCTION public.zrg_routing_workspace_changed()
"""

REMOVE = """
CREATE FUNCTION public.purge_routing(p_limit integer DEFAULT 5000)
RETURNS TABLE (logs integer, queue integer, counters integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM public.assignment_routinglog WHERE id IN (
        SELECT id FROM public.assignment_routinglog WHERE created_at < now() - interval '90 days' LIMIT p_limit);
    GET DIAGNOSTICS logs = ROW_COUNT;
    DELETE FROM public.assignment_routingqueueentry WHERE id IN (
        SELECT id FROM public.assignment_routingqueueentry WHERE processed_at < now() - interval '14 days' LIMIT p_limit);
    GET DIAGNOSTICS queue = ROW_COUNT;
    DELETE FROM public.assignment_routingcounter WHERE id IN (
        SELECT id FROM public.assignment_routingcounter
        WHERE day <> '0001-01-01' AND day < (now() - interval '400 days')::date LIMIT p_limit);
    GET DIAGNOSTICS counters = ROW_COUNT;
    RETURN NEXT;
END $$
"""


def _create(sql: str, signature: str, runtime: bool = False) -> migrations.RunSQL:
    grants = [f"REVOKE ALL ON FUNCTION public.{signature} FROM PUBLIC"]
    if runtime:
        grants.append(f"GRANT EXECUTE ON FUNCTION public.{signature} TO zrg_app")
    return migrations.RunSQL([sql, *grants], f"DROP FUNCTION public.{signature}")


class Migration(migrations.Migration):
    dependencies = [("assignment", "0005_routing_failures")]

    operations = [
        _create(KEY, "zrg_routing_key(uuid)"),
        _create(CONFIG, "routing_config(uuid, bigint)", True),
        _create(TOUCH, "zrg_routing_touch(uuid[])"),
        _create(FILL, "zrg_routing_fill_counters(text, uuid, uuid, uuid)"),
        migrations.RunSQL(RULES_CHANGED, RULES_CHANGED_REVERSE),
        migrations.RunSQL(SETTINGS_CHANGED, SETTINGS_CHANGED_REVERSE),
        _create(REMOVE, "purge_routing(integer)", True),
    ]
