-- Run inside the database of the installation, before the first migration; may be run again.
-- What zrg_owner creates from now on, zrg_app may use, and never empty at once, alter or own.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO zrg_app;
ALTER DEFAULT PRIVILEGES FOR ROLE zrg_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO zrg_app;
ALTER DEFAULT PRIVILEGES FOR ROLE zrg_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO zrg_app;
