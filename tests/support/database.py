"""Databases of the tests: a template built once from the migrations, copied for each test process.

ZRG_TEST_DATABASE_URL names the server as the schema owner (CREATEDB). Tests connect as `zrg_app`,
so row security is in force exactly as in production.
"""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connections
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
DROP_TRIES = 40
DROP_PAUSE_SECONDS = 0.25
SUFFIX = os.environ.get("ZRG_TEST_DB_SUFFIX", "main")
SCHEMA_SOURCES = (
    "*/migrations/*.py",
    "zrg/*/migrations/*.py",
    "zrg/workspaces/rls.py",
    "assignment/activity.py",
    "tests/support/database.py",
    "*/models/*.py",
    "zrg/*/models/*.py",
    "requirements.txt",
)

# Rows that migrations put there; never emptied.
KEPT_TABLES = (
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "integrations_emailbisonbasehost",
    "jobs_scheduledjob",
)
# A test leaves few rows in few tables: deleting them costs a quarter of truncating all. What a test made
# large is truncated, so that neither dead rows nor statistics of it reach the next one. The function is
# the superuser's: as a replica it fires no triggers, so neither order nor refusals of the tables matter.
EMPTY_TABLES = """
CREATE FUNCTION public.zrg_test_empty(kept text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET session_replication_role = replica AS $$
DECLARE
    names text[];
    name text;
BEGIN
    names := ARRAY(SELECT relname::text FROM pg_class
                   WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> ALL (kept)
                   AND pg_relation_size(oid) > 0);
    IF EXISTS (SELECT FROM unnest(names) n WHERE pg_relation_size(quote_ident(n)::regclass) > 1000000) THEN
        EXECUTE 'TRUNCATE ' || (SELECT string_agg(format('%I', n), ', ') FROM unnest(names) n) || ' CASCADE';
    ELSE
        FOREACH name IN ARRAY names LOOP
            EXECUTE format('DELETE FROM %I', name);
        END LOOP;
    END IF;
    -- Tests add hosts; the row of the data migration stays.
    DELETE FROM integrations_emailbisonbasehost WHERE host <> 'send.meetinboxxia.com';
END $$
"""
# Rows of tables that only functions of the owner write.
INSERT_ROW = """
CREATE FUNCTION public.zrg_test_insert(name text, value jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    EXECUTE format('INSERT INTO %I SELECT * FROM jsonb_populate_record(NULL::%I, $1)', name, name) USING value;
END $$
"""

# Time passes for routing: what is stored moves back.
SHIFT_ROUTING = """
CREATE FUNCTION public.zrg_test_shift_routing(seconds double precision) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    step interval := make_interval(secs => seconds);
BEGIN
    UPDATE leads_lead SET created_at = created_at - step, lead_expires_at = lead_expires_at - step,
        routing_locked_at = routing_locked_at - step, routing_started_at = routing_started_at - step,
        routing_failed_at = routing_failed_at - step, routing_completed_at = routing_completed_at - step;
    UPDATE assignment_routingqueueentry SET next_retry_at = next_retry_at - step, created_at = created_at - step,
        processed_at = processed_at - step;
    UPDATE assignment_leadattribution SET created_at = created_at - step, window_ends_at = window_ends_at - step;
END $$
"""


def database_urls() -> tuple[str, str]:
    """(runtime role, owner) URLs of this process's database."""
    server = os.environ.get("ZRG_TEST_DATABASE_URL", "postgres://zrg_owner@/postgres?host=/nowhere")
    return _with_database(server, database_name(), user="zrg_app"), _with_database(server, database_name())


def database_name() -> str:
    """One database per test process."""
    return f"zrg_test_{SUFFIX}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def create_database() -> None:
    """Copy the template (building it first when the schema changed)."""
    server = os.environ["ZRG_TEST_DATABASE_URL"]
    template = f"zrg_tpl_{SUFFIX}"
    with psycopg.connect(server, autocommit=True) as connection:
        # xdist processes start together: one builds, the others wait and copy.
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
        wanted = _schema_hash()
        if _stored_hash(connection, template) != wanted:
            _build_template(connection, server, template, wanted)
        _drop(connection, database_name())
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database_name()), sql.Identifier(template))
        )


def drop_database() -> None:
    """Remove this process's copy; the template stays for the next run."""
    with psycopg.connect(os.environ["ZRG_TEST_DATABASE_URL"], autocommit=True) as connection:
        _drop(connection, database_name())


def empty_tables() -> None:
    """Remove what tests committed."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT zrg_test_empty(%s)", [list(KEPT_TABLES)])


def _build_template(connection: psycopg.Connection, server: str, template: str, wanted: str) -> None:
    _drop(connection, template)
    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
    owner_url = _with_database(server, template)
    environment = {**os.environ, "ZRG_MIGRATING": "1", "DATABASE_MIGRATION_URL": owner_url, "DATABASE_URL": owner_url}
    subprocess.run([sys.executable, "-m", "zrg.stack.prepare", "schema"], cwd=ROOT, env=environment, check=True)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        # More than the product's role may: what the tables themselves refuse shows.
        owner.execute("GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO zrg_app")
        owner.execute(INSERT_ROW)
        owner.execute(SHIFT_ROUTING)
    with psycopg.connect(_with_database(server, template, user="postgres"), autocommit=True) as superuser:
        superuser.execute(EMPTY_TABLES)
    connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(template), sql.Literal(wanted)))


def _stored_hash(connection: psycopg.Connection, name: str) -> str | None:
    row = connection.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
    ).fetchone()
    return row[0] if row else None


def _drop(connection: psycopg.Connection, name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    for _ in range(DROP_TRIES - 1):
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            # Connections of the other role are that role's to end. The server's own vacuum ends by itself.
            _end_connections(name)
            time.sleep(DROP_PAUSE_SECONDS)
        else:
            return
    connection.execute(statement)


def _end_connections(name: str) -> None:
    server = os.environ["ZRG_TEST_DATABASE_URL"]
    with psycopg.connect(_with_database(server, "postgres", user="zrg_app"), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = 'zrg_app'", [name]
        )


def _schema_hash() -> str:
    digest = hashlib.sha256()
    for pattern in SCHEMA_SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if ".venv" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _with_database(server: str, name: str, user: str | None = None) -> str:
    parts = urlsplit(server)
    netloc = parts.netloc
    if user is not None:
        netloc = f"{user}@{netloc.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{name}"))
