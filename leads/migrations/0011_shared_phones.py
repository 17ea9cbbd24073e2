"""Numbers several leads have are written down when they come, so that nobody has to look for them among all leads."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

# Runs as the owner: a setter's context sees their own leads only. A number without its country is compared with its
# like; shorter than eight digits it names nobody (zrg.lib.phone).
MARK = """
CREATE FUNCTION public.zrg_mark_shared_phone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
BEGIN
    IF NEW.phone IS NOT NULL THEN
        IF EXISTS (SELECT FROM public.leads_lead AS other WHERE other.workspace_id = NEW.workspace_id
                   AND other.phone = NEW.phone AND other.id <> NEW.id) THEN
            INSERT INTO public.leads_sharedphone (id, workspace_id, number)
            VALUES (gen_random_uuid(), NEW.workspace_id, NEW.phone) ON CONFLICT DO NOTHING;
        END IF;
    ELSIF EXISTS (SELECT FROM public.leads_lead AS other WHERE other.workspace_id = NEW.workspace_id
                  AND other.phone_national = NEW.phone_national AND other.phone IS NULL AND other.id <> NEW.id) THEN
        INSERT INTO public.leads_sharedphone (id, workspace_id, number)
        VALUES (gen_random_uuid(), NEW.workspace_id, NEW.phone_national) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER lead_shared_phone AFTER INSERT OR UPDATE OF phone, phone_national ON public.leads_lead
FOR EACH ROW WHEN (NEW.phone IS NOT NULL OR length(NEW.phone_national) >= 8)
EXECUTE FUNCTION public.zrg_mark_shared_phone()
"""
# What was there before; the trigger stands already, so nothing slips between.
PRESENT = """
INSERT INTO public.leads_sharedphone (id, workspace_id, number)
SELECT gen_random_uuid(), workspace_id, phone FROM public.leads_lead
WHERE phone IS NOT NULL GROUP BY workspace_id, phone HAVING count(*) > 1
UNION ALL
SELECT gen_random_uuid(), workspace_id, phone_national FROM public.leads_lead
WHERE phone IS NULL AND length(phone_national) >= 8 GROUP BY workspace_id, phone_national HAVING count(*) > 1
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    # The trigger must be there for everybody before the present leads are read.
    atomic = False

    dependencies = [
        ("leads", "0010_listing_indexes"),
        ("workspaces", "0003_reply_times"),
    ]

    operations = [
        migrations.CreateModel(
            name="SharedPhone",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=32)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "number"), name="lead_shared_phone_unique")
                ],
            },
        ),
        migrations.RunSQL(MARK, "DROP FUNCTION public.zrg_mark_shared_phone()"),
        migrations.RunSQL(
            [TRIGGER, "REVOKE ALL ON FUNCTION public.zrg_mark_shared_phone() FROM PUBLIC"],
            "DROP TRIGGER lead_shared_phone ON public.leads_lead",
        ),
        migrations.RunSQL(PRESENT, migrations.RunSQL.noop),
    ]
