"""The one way out of the audit: rows older than 400 days, as the owner of the schema."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION zrg_purge_audit(older_than timestamptz, batch integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE removed integer;
BEGIN
    IF older_than > clock_timestamp() - interval '400 days' THEN
        RAISE EXCEPTION 'audit rows are kept for 400 days';
    END IF;
    DELETE FROM workspaces_adminauditevent WHERE id IN (
        SELECT id FROM workspaces_adminauditevent WHERE created_at < older_than ORDER BY created_at LIMIT batch
    );
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END $$;
REVOKE ALL ON FUNCTION zrg_purge_audit(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION zrg_purge_audit(timestamptz, integer) TO zrg_app;
"""


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION zrg_purge_audit(timestamptz, integer)"),
    ]
