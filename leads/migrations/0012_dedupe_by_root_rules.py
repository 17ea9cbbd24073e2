"""The duplicate hash reads text by Unicode's root rules: a capital sigma at the end of a word, the dotted capital İ and
the digits of other scripts were read one letter at a time.

A collation of its own: the words of the search keep theirs, and with it their stored columns. Before PostgreSQL 18 a
server without ICU has no such rules; there the hash stays as it was.
"""

from importlib import import_module

from django.db import migrations

_before = import_module("leads.migrations.0001_text_functions")

COLLATION = """
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN
        CREATE COLLATION public.zrg_root (provider = builtin, locale = 'PG_UNICODE_FAST');
        RETURN;
    END IF;
    BEGIN
        CREATE COLLATION public.zrg_root (provider = icu, locale = 'und');
    EXCEPTION WHEN OTHERS THEN
        CREATE COLLATION public.zrg_root FROM public.zrg_text;
    END;
END
$$
"""
FOLD = """
CREATE FUNCTION public.zrg_dedupe_fold(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN lower(normalize(value, NFKC) COLLATE public.zrg_root);
END
$$
"""
# The words that are no address, after the dots of gmail.com are gone.
_NOBODY = """    IF local_part IN (
        '', 'none', 'noemail', 'no-email', 'noreply', 'no-reply', 'donotreply', 'do-not-reply', 'unknown', 'null',
        'undefined', 'na'
    ) THEN
        RETURN NULL;
    END IF;
"""
_GMAIL = """    IF domain IN ('gmail.com', 'googlemail.com') THEN
        domain := 'gmail.com';
        local_part := replace(local_part, '.', '');
        IF local_part = '' THEN
            RETURN NULL;
        END IF;
    END IF;
"""
_GMAIL_FIRST = """    IF domain IN ('gmail.com', 'googlemail.com') THEN
        domain := 'gmail.com';
        local_part := replace(local_part, '.', '');
    END IF;
"""


def _replaced(sql):
    return sql.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def _changed(sql, *changes):
    sql = _replaced(sql)
    for before, after in (("zrg_fold(", "zrg_dedupe_fold("), *changes):
        if sql.count(before) != 1:
            raise ValueError(f"not once: {before}")
        sql = sql.replace(before, after)
    return sql


EMAIL = _changed(_before.DEDUPE_EMAIL, (_NOBODY + _GMAIL, _GMAIL_FIRST + _NOBODY))
PHONE = _changed(_before.DEDUPE_PHONE)
NAME = _changed(_before.DEDUPE_NAME, ("public.zrg_text", "public.zrg_root"))
# A stored column is made anew where a column it is made of is written.
AGAIN = """
UPDATE public.leads_lead SET first_name = first_name
WHERE dedupe_hash IS DISTINCT FROM public.generate_dedupe_hash(email, phone, company_name, first_name, last_name)
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0011_shared_phones")]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, AGAIN),
        migrations.RunSQL(COLLATION, "DROP COLLATION public.zrg_root"),
        migrations.RunSQL(FOLD, "DROP FUNCTION public.zrg_dedupe_fold(text)"),
        migrations.RunSQL(EMAIL, _replaced(_before.DEDUPE_EMAIL)),
        migrations.RunSQL(PHONE, _replaced(_before.DEDUPE_PHONE)),
        migrations.RunSQL(NAME, _replaced(_before.DEDUPE_NAME)),
        migrations.RunSQL(AGAIN, migrations.RunSQL.noop),
    ]
