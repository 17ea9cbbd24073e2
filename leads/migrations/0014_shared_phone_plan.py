"""The look-up of a shared phone can be done by one index only.

The function keeps its plan per connection. Made while the table was nearly empty, every index that begins with the
workspace looked as good as the one of phones, and an import then read the whole workspace for each row. A range in
order, with sorting switched off, leaves no choice.
"""

from django.db import migrations

MARK = """
CREATE OR REPLACE FUNCTION public.zrg_mark_shared_phone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET enable_seqscan = off
SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
    seen integer;
    number text := coalesce(NEW.phone, NEW.phone_national);
BEGIN
    IF NEW.phone IS NOT NULL THEN
        SELECT count(*) INTO seen FROM (
            SELECT FROM public.leads_lead AS lead WHERE lead.workspace_id = NEW.workspace_id
                AND lead.phone >= number AND lead.phone <= number ORDER BY lead.phone LIMIT 2
        ) AS first_two;
    ELSE
        SELECT count(*) INTO seen FROM (
            SELECT FROM public.leads_lead AS lead WHERE lead.workspace_id = NEW.workspace_id
                AND lead.phone_national >= number AND lead.phone_national <= number AND lead.phone IS NULL
            ORDER BY lead.phone_national LIMIT 2
        ) AS first_two;
    END IF;
    -- The row itself is one of them.
    IF seen > 1 THEN
        INSERT INTO public.leads_sharedphone (id, workspace_id, number)
        VALUES (gen_random_uuid(), NEW.workspace_id, number) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0013_admin_lists")]

    operations = [migrations.RunSQL(MARK, migrations.RunSQL.noop)]
