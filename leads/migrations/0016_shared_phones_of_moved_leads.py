"""A lead that routing moves is compared with the leads of its new workspace at once."""

from django.db import migrations

TRIGGER = """
CREATE TRIGGER lead_shared_phone_moved AFTER UPDATE OF workspace_id ON public.leads_lead
FOR EACH ROW WHEN (OLD.workspace_id <> NEW.workspace_id
    AND (NEW.phone IS NOT NULL OR length(NEW.phone_national) >= 8))
EXECUTE FUNCTION public.zrg_mark_shared_phone()
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0015_tagged")]

    operations = [migrations.RunSQL(TRIGGER, "DROP TRIGGER lead_shared_phone_moved ON public.leads_lead")]
