-- The two roles of an installation; may be run again. zrg_owner owns the schema and runs migrations only.
-- zrg_app does everything else: no superuser and no BYPASSRLS, so that row security binds it.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zrg_owner') THEN
        CREATE ROLE zrg_owner;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zrg_app') THEN
        CREATE ROLE zrg_app;
    END IF;
END
$$;
ALTER ROLE zrg_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION;
ALTER ROLE zrg_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION NOCREATEDB;
