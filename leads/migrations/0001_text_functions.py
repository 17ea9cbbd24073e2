"""Text functions that the generated columns of Lead are made of.

They name their schema: generated columns are computed under any search path (restore included).
No ICU collation is needed, the embedded server is built without; `zrg_text` is the Unicode
collation this server has.
"""

from django.db import migrations

COLLATION = """
DO $$
BEGIN
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'ZRG needs a database with the encoding UTF8, this one has %', current_setting('server_encoding');
    END IF;
    IF current_setting('server_version_num')::int >= 170000 THEN
        CREATE COLLATION public.zrg_text (provider = builtin, locale = 'C.UTF-8');
        RETURN;
    END IF;
    BEGIN
        CREATE COLLATION public.zrg_text (provider = libc, locale = 'C.UTF-8');
    EXCEPTION WHEN OTHERS THEN
        CREATE COLLATION public.zrg_text (provider = icu, locale = 'und');
    END;
END
$$
"""

LOWER = """
CREATE FUNCTION public.zrg_fold(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN lower(normalize(value, NFKC) COLLATE public.zrg_text);
END
$$
"""

WORDS = """
CREATE FUNCTION public.zrg_words(value text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    -- Cut at 200 characters: a longer lexeme is an error, and nobody types one.
    RETURN ARRAY(
        SELECT left(word, 200)
        FROM regexp_split_to_table(public.zrg_fold(value) COLLATE public.zrg_text, '[^[:alnum:]]+') AS word
        WHERE word <> ''
    );
END
$$
"""

SEARCH_VECTOR = """
CREATE FUNCTION public.zrg_search_vector(workspace uuid, value text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    -- The colon keeps the workspace's word out of reach of what people type.
    RETURN array_to_tsvector(public.zrg_words(value) || ('ws:' || workspace::text));
END
$$
"""

SEARCH_QUERY = """
CREATE FUNCTION public.zrg_search_query(workspaces uuid[], value text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    words text[] := public.zrg_words(left(value, 100));
    longer text[] := ARRAY(SELECT word FROM unnest(words) AS word WHERE length(word) > 1);
BEGIN
    IF cardinality(longer) > 0 THEN
        words := longer;
    END IF;
    IF cardinality(words) = 0 OR cardinality(workspaces) = 0 THEN
        RETURN NULL;
    END IF;
    RETURN (
        '(' || (SELECT string_agg(quote_literal('ws:' || workspace::text), ' | ') FROM unnest(workspaces) AS workspace)
        || ')' || (SELECT string_agg(' & ' || quote_literal(word) || ':*', '') FROM unnest(words[1:6]) AS word)
    )::tsquery;
END
$$
"""

LEAD_SEARCH_VECTOR = """
CREATE FUNCTION public.zrg_lead_search_vector(
    workspace uuid, first_name text, last_name text, email text, alternates text[],
    replier_name text, replier_email text, company text, linkedin_url text
) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN public.zrg_search_vector(workspace, concat_ws(' ',
        first_name, last_name, email, array_to_string(alternates, ' '),
        replier_name, replier_email, company, split_part(linkedin_url, '/in/', 2)
    ));
END
$$
"""

LEAD_NAME_KEY = """
CREATE FUNCTION public.zrg_lead_name_key(
    first_name text, last_name text, email text, phone text, phone_raw text, phone_national text
) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN lower(coalesce(
        nullif(btrim(concat_ws(' ', nullif(first_name, ''), nullif(last_name, ''))), ''),
        nullif(email, ''), nullif(phone, ''), nullif(phone_raw, ''), nullif(phone_national, ''), 'unknown lead'
    ) COLLATE public.zrg_text);
END
$$
"""

DEDUPE_EMAIL = r"""
CREATE FUNCTION public.zrg_dedupe_email(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    address text := regexp_replace(public.zrg_fold(value), '\s', '', 'g');
    local_part text;
    domain text;
BEGIN
    address := coalesce(substring(address FROM '<([^<>]*)>[^<>]*$'), address);
    address := regexp_replace(regexp_replace(address, '^mailto:', ''), '[.,;]+$', '');
    IF address IS NULL OR address !~ '^[^@<>(),;:"]+@[^@<>(),;:"]+\.[^@<>(),;:".]+$' THEN
        RETURN NULL;
    END IF;
    local_part := split_part(split_part(address, '@', 1), '+', 1);
    domain := split_part(address, '@', 2);
    IF local_part IN (
        '', 'none', 'noemail', 'no-email', 'noreply', 'no-reply', 'donotreply', 'do-not-reply', 'unknown', 'null',
        'undefined', 'na'
    ) THEN
        RETURN NULL;
    END IF;
    IF domain IN ('gmail.com', 'googlemail.com') THEN
        domain := 'gmail.com';
        local_part := replace(local_part, '.', '');
        IF local_part = '' THEN
            RETURN NULL;
        END IF;
    END IF;
    RETURN local_part || '@' || domain;
END
$$
"""

DEDUPE_PHONE = r"""
CREATE FUNCTION public.zrg_dedupe_phone(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    digits text := replace(public.zrg_fold(value), '(0)', '');
BEGIN
    digits := regexp_replace(regexp_replace(digits, '(ext|x|#|;).*$', ''), '[^0-9]', '', 'g');
    digits := regexp_replace(digits, '^00', '');
    IF digits ~ '^1[0-9]{10}$' THEN
        digits := substr(digits, 2);
    END IF;
    IF digits !~ '^[0-9]{7,15}$' OR digits ~ '^(.)\1*$' OR digits IN ('1234567890', '0123456789') THEN
        RETURN NULL;
    END IF;
    RETURN digits;
END
$$
"""

DEDUPE_NAME = r"""
CREATE FUNCTION public.zrg_dedupe_name(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    name text := regexp_replace(public.zrg_fold(value), '[''’‘ʼ.]', '', 'g');
BEGIN
    RETURN coalesce(btrim(regexp_replace(name COLLATE public.zrg_text, '[^[:alnum:]&]+', ' ', 'g')), '');
END
$$
"""

DEDUPE_COMPANY = r"""
CREATE FUNCTION public.zrg_dedupe_company(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN regexp_replace(public.zrg_dedupe_name(value),
        '( (inc|incorporated|llc|llp|lp|ltd|limited|corp|corporation|co|company|plc|gmbh|ag|sa|sarl|bv|nv|pty|srl|oy|ab))+$',
        '');
END
$$
"""

DEDUPE_HASH = """
CREATE FUNCTION public.generate_dedupe_hash(
    p_email text, p_phone text, p_company_name text, p_first_name text, p_last_name text
) RETURNS varchar(64)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    email text := public.zrg_dedupe_email(p_email);
    phone text;
    company text;
    last_name text;
    key text;
BEGIN
    IF email IS NOT NULL THEN
        key := 'e|' || email;
    ELSE
        last_name := public.zrg_dedupe_name(p_last_name);
        phone := public.zrg_dedupe_phone(p_phone);
        IF phone IS NOT NULL THEN
            key := 'p|' || phone || '|' || last_name;
        ELSE
            company := public.zrg_dedupe_company(p_company_name);
            IF company <> '' AND last_name <> '' THEN
                key := 'n|' || company || '|' || public.zrg_dedupe_name(p_first_name) || '|' || last_name;
            END IF;
        END IF;
    END IF;
    RETURN encode(sha256(convert_to(key, 'UTF8')), 'hex');
END
$$
"""

FUNCTIONS = (
    (LOWER, "zrg_fold(text)"),
    (WORDS, "zrg_words(text)"),
    (SEARCH_VECTOR, "zrg_search_vector(uuid, text)"),
    (SEARCH_QUERY, "zrg_search_query(uuid[], text)"),
    (LEAD_SEARCH_VECTOR, "zrg_lead_search_vector(uuid, text, text, text, text[], text, text, text, text)"),
    (LEAD_NAME_KEY, "zrg_lead_name_key(text, text, text, text, text, text)"),
    (DEDUPE_EMAIL, "zrg_dedupe_email(text)"),
    (DEDUPE_PHONE, "zrg_dedupe_phone(text)"),
    (DEDUPE_NAME, "zrg_dedupe_name(text)"),
    (DEDUPE_COMPANY, "zrg_dedupe_company(text)"),
    (DEDUPE_HASH, "generate_dedupe_hash(text, text, text, text, text)"),
)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(COLLATION, "DROP COLLATION public.zrg_text"),
        *(migrations.RunSQL(create, f"DROP FUNCTION public.{signature}") for create, signature in FUNCTIONS),
    ]
