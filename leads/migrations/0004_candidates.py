"""The look-up of `find_or_create_lead` as one function: its plans are kept per connection.

Planning seven branches under row security costs several times what the index look-ups do, and every
inbound event needs them. The function runs with the caller's rights.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION public.zrg_lead_candidates(
    ws uuid, ghl_id text, bison_id text, member_id text, profile_url text, address text,
    phones text[], nationals text[], phone_is_known boolean, phone_limit int
) RETURNS TABLE (
    kind text, lead_id uuid, email varchar, alternate_emails varchar[], current_replier_email varchar, phone varchar,
    phone_national varchar, linkedin_id varchar, linkedin_url varchar
)
LANGUAGE plpgsql STABLE ROWS 2 SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    IF ghl_id IS NOT NULL THEN
        RETURN QUERY SELECT 'ghl_contact_id', l.id, l.email, l.alternate_emails, l.current_replier_email, l.phone,
            l.phone_national, l.linkedin_id, l.linkedin_url
        FROM public.leads_lead l WHERE l.workspace_id = ws AND l.ghl_contact_id = ghl_id;
    END IF;
    IF bison_id IS NOT NULL THEN
        RETURN QUERY SELECT 'email_bison_lead_id', l.id, l.email, l.alternate_emails, l.current_replier_email, l.phone,
            l.phone_national, l.linkedin_id, l.linkedin_url
        FROM public.leads_lead l WHERE l.workspace_id = ws AND l.email_bison_lead_id = bison_id;
    END IF;
    IF member_id IS NOT NULL THEN
        RETURN QUERY SELECT 'linkedin_id', l.id, l.email, l.alternate_emails, l.current_replier_email, l.phone,
            l.phone_national, l.linkedin_id, l.linkedin_url
        FROM public.leads_lead l WHERE l.workspace_id = ws AND l.linkedin_id = member_id;
    END IF;
    IF profile_url IS NOT NULL THEN
        RETURN QUERY SELECT 'linkedin_url', l.id, l.email, l.alternate_emails, l.current_replier_email, l.phone,
            l.phone_national, l.linkedin_id, l.linkedin_url
        FROM public.leads_lead l WHERE l.workspace_id = ws AND l.linkedin_url = profile_url;
    END IF;
    IF address IS NOT NULL THEN
        RETURN QUERY SELECT 'email', l.id, l.email, l.alternate_emails, l.current_replier_email, l.phone,
            l.phone_national, l.linkedin_id, l.linkedin_url
        FROM public.leads_lead l WHERE l.workspace_id = ws AND l.email = address;
        RETURN QUERY SELECT 'alternate_email', l.id, l.email, l.alternate_emails, l.current_replier_email, l.phone,
            l.phone_national, l.linkedin_id, l.linkedin_url
        FROM public.zrg_leads_with_alternate(ARRAY[ws], address) AS found(id)
        JOIN public.leads_lead l ON l.id = found.id;
    END IF;
    IF phones <> '{}' OR nationals <> '{}' THEN
        RETURN QUERY SELECT 'phone', l.id, l.email, l.alternate_emails, l.current_replier_email, l.phone,
            l.phone_national, l.linkedin_id, l.linkedin_url
        FROM public.leads_lead l
        WHERE l.workspace_id = ws
          AND (l.phone = ANY (phones) OR (l.phone_national = ANY (nationals) AND (l.phone IS NULL OR NOT phone_is_known)))
        ORDER BY l.id LIMIT phone_limit;
    END IF;
END $$
"""
SIGNATURE = "public.zrg_lead_candidates(uuid, text, text, text, text, text, text[], text[], boolean, int)"


class Migration(migrations.Migration):
    dependencies = [("leads", "0003_lookups")]
    operations = [
        migrations.RunSQL(
            [CREATE, f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {SIGNATURE} TO zrg_app"],
            f"DROP FUNCTION {SIGNATURE}",
        )
    ]
