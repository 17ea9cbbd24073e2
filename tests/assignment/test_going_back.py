"""Routing taken out and put back: refused until it stands still and was exported, then without a trace."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from assignment.services.routing.single import route_lead
from tests.support import database
from tests.support.routing_scene import catch_all, make_leads, make_partner, make_source
from zrg.workspaces.context import platform

# Every migration runs several times: among the tests of whole installations, not in the suite of minutes.
pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = """
SELECT 'function', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', md5(pg_get_functiondef(p.oid))
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL SELECT 'column', table_name || '.' || column_name, data_type || is_nullable || coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) FROM pg_trigger
WHERE NOT tgisinternal
UNION ALL SELECT 'policy', tablename || '.' || policyname, concat(cmd, roles, qual, with_check) FROM pg_policies
"""
LEFT_BEHIND = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname LIKE 'assignment\\_%'
UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    AND proname IN ('complete_routing_batch', 'claim_routing_batch', 'fail_routing_batch', 'routing_config',
        'zrg_lead_routing_guard', 'zrg_lead_routing_defaults', 'routing_health')
UNION ALL SELECT tgname FROM pg_trigger WHERE tgname IN ('lead_routing_guard', 'lead_routing_defaults')
"""


@pytest.fixture(params=["empty", "filled"])
def copy(request, committed_db, tmp_path):
    """A database of its own with an export, and a routed lead if filled; its address as the schema's owner."""
    if request.param == "filled":
        with platform(timeout_ms=60_000):
            source = make_source()
            catch_all(make_partner(source))
            lead = make_leads(source, 1)[0]
        assert route_lead(lead, source.pk).result == "success"
    call_command("routing_export", out=tmp_path)
    connections.close_all()
    server, name = os.environ["ZRG_TEST_DATABASE_URL"], f"{database.database_name()}_back"
    with psycopg.connect(server, autocommit=True) as owner:
        database._drop(owner, name)
        owner.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(database.database_name())
            )
        )
    url = database._with_database(server, name)
    with psycopg.connect(url) as owner:
        owner.execute("DROP FUNCTION zrg_test_shift_routing")  # of the tests, and named like a part of routing
    yield url
    with psycopg.connect(server, autocommit=True) as owner:
        database._drop(owner, name)


def migrate(url, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0", *arguments],
        cwd=ROOT,
        env={**os.environ, "ZRG_MIGRATING": "1", "DATABASE_MIGRATION_URL": url, "DATABASE_URL": url, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def read(url, query):
    with psycopg.connect(url) as owner:
        return sorted(owner.execute(query).fetchall())


def test_going_back_is_refused_then_leaves_nothing_and_comes_again(copy):
    before = read(copy, SCHEMA)

    refused = migrate(copy, "assignment", "zero")

    assert refused.returncode != 0
    assert refused.stderr.startswith("CommandError: Nothing was changed: ROUTING_DISABLED is not on;")
    assert read(copy, SCHEMA) == before

    back = migrate(copy, "assignment", "zero", ROUTING_DISABLED="1")
    assert (back.returncode, back.stderr) == (0, "")
    assert read(copy, LEFT_BEHIND) == []

    again = migrate(copy)
    assert (again.returncode, again.stderr) == (0, "")
    assert read(copy, SCHEMA) == before


@pytest.mark.parametrize("copy", ["filled"], indirect=True)
def test_without_an_export_going_back_needs_force(copy):
    with psycopg.connect(copy) as owner:
        owner.execute("ALTER TABLE workspaces_adminauditevent DISABLE TRIGGER USER")
        owner.execute("UPDATE workspaces_adminauditevent SET created_at = created_at - interval '25 hours'")
        owner.execute("ALTER TABLE workspaces_adminauditevent ENABLE TRIGGER USER")

    # Nobody named this app: its migrations stand on those of leads.
    refused = migrate(copy, "leads", "0005", ROUTING_DISABLED="1")

    assert "Nothing was changed: there is no routing_export of the last 24 hours;" in refused.stderr
    forced = migrate(copy, "assignment", "0009", ROUTING_DISABLED="1", ROUTING_REVERSE_FORCE="1")
    assert forced.returncode == 0
    rows = read(copy, "SELECT action, reason FROM workspaces_adminauditevent WHERE action LIKE 'routing.reverse%'")
    assert rows == [("routing.reverse_forced", "there is no routing_export of the last 24 hours")]


@pytest.mark.parametrize("copy", ["empty"], indirect=True)
def test_what_going_back_leaves_is_named(copy):
    with psycopg.connect(copy) as owner:
        owner.execute("CREATE FUNCTION public.routing_of_somebody() RETURNS integer LANGUAGE sql AS 'SELECT 1'")

    back = migrate(copy, "assignment", "zero", ROUTING_DISABLED="1")

    assert back.returncode == 1
    assert back.stderr == "CommandError: Routing was taken out, but this is left: function routing_of_somebody\n"
