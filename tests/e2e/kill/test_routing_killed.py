"""The worker is killed -9 while it routes an imported batch: no lead is lost, and each is routed once."""

import pytest

from tests.e2e.product import OWNER
from tests.stack.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.wide]

LEADS = 25
SECONDS = 150
WRITTEN = """
SELECT (SELECT count(*) FROM leads_lead WHERE workspace_id = %(to)s),
       (SELECT count(*) FROM assignment_routinglog WHERE source_workspace_id = %(from)s),
       (SELECT count(*) FROM assignment_leadattribution WHERE source_workspace_id = %(from)s),
       (SELECT coalesce(max(count), 0) FROM assignment_routingcounter WHERE workspace_id = %(from)s)
"""
STATE = """
SELECT routing_status, workspace_id::text, routing_attempts, count(*) FROM leads_lead
WHERE source_workspace_id = %s GROUP BY 1, 2, 3
"""
RESULTS = """
SELECT routing_result, count(DISTINCT lead_id), count(*) FROM assignment_routinglog
WHERE source_workspace_id = %s GROUP BY 1
"""
# The last thing a batch writes is its log: there it stands still, with everything else written.
STAND_STILL = """
CREATE FUNCTION public.stand_still() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_catalog.pg_sleep(10); RETURN NULL; END';
CREATE TRIGGER stand_still AFTER INSERT ON assignment_routinglog FOR EACH STATEMENT EXECUTE FUNCTION stand_still();
"""
GO_ON = "DROP TRIGGER stand_still ON assignment_routinglog; DROP FUNCTION public.stand_still()"
STANDING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"


@pytest.fixture
def batch(product):
    """A source with waiting leads of an import, and the partner they go to; its deliveries are counted."""
    source, partner = make_workspace(product, "Collected"), make_workspace(product, "Lakeside")
    product.arrange("UPDATE workspaces_workspace SET workspace_type = 'partner' WHERE id = %s", partner)
    product.arrange(
        "INSERT INTO assignment_routingpartner (id, workspace_id, destination_workspace_id, status, status_reason,"
        " accept_conditions, cap_daily, credit_amount, return_window_days, notes, created_at, updated_at)"
        " VALUES (gen_random_uuid(), %s, %s, 'active', '', '{}', 1000, 5, 7, '', now(), now())",
        source,
        partner,
    )
    product.arrange(
        "INSERT INTO assignment_routingrule (id, workspace_id, destination_workspace_id, name, priority, weight,"
        " is_active, conditions, actions, version, created_at, updated_at)"
        " VALUES (gen_random_uuid(), %s, %s, 'All', 0, 1, true, '{}', '{}', 1, now(), now())",
        source,
        partner,
    )
    product.arrange(
        "UPDATE workspaces_workspacesettings SET lead_routing_enabled = true WHERE workspace_id = %s", source
    )
    product.arrange(STAND_STILL)
    import_leads(product, source)
    return source, partner


def make_workspace(product, name):
    product.manage("create_workspace", "--name", name, "--owner", OWNER)
    return str(product.value("SELECT id FROM workspaces_workspace WHERE name = %s", name))


def import_leads(product, source):
    """Waiting leads, in one statement: the columns without a default of their own are a fresh lead's."""
    required = product.rows(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'leads_lead'"
        " AND is_nullable = 'NO' AND is_generated = 'NEVER' AND column_default IS NULL"
    )
    blank = {
        "boolean": "false",
        "integer": "0",
        "smallint": "0",
        "bigint": "0",
        "numeric": "0",
        "jsonb": "'{}'",
        "ARRAY": "'{}'",
        "character varying": "''",
        "text": "''",
        "timestamp with time zone": "now()",
        "uuid": "gen_random_uuid()",
    }
    values = {name: blank[kind] for name, kind in required} | {
        "id": "gen_random_uuid()",
        "workspace_id": f"'{source}'",
        "source_workspace_id": f"'{source}'",
        "source": "'import'",
        "status": "'new'",
        "sentiment_tag": "'New'",
        "email": "'midway' || n || '@kill.example'",
        "routing_status": "'pending'",
    }
    product.arrange(
        f"INSERT INTO leads_lead ({', '.join(values)}) SELECT {', '.join(values.values())}"
        f" FROM generate_series(1, {LEADS}) n"
    )


def test_killed_in_mid_route_loses_nothing_and_routes_each_once(product, processes, batch):
    source, partner = batch
    places = {"from": source, "to": partner}
    worker = processes.record("worker")
    # The schedule of every minute may be there first.
    product.manage("run_job", "lead-routing")
    wait_for(lambda: product.value(STANDING), SECONDS)

    assert processes.kill_children("worker")
    processes.wait_until_back("worker", worker)
    # Waits for the end of the dead worker's transaction.
    product.arrange(GO_ON)
    assert product.rows(STATE, source) == [("pending", source, 0, LEADS)]
    with product.connect() as connection:
        assert connection.execute(WRITTEN, places).fetchone() == (0, 0, 0, 0)

    # A quarter of an hour later: the dead run is put aside, the next minute's run takes its place.
    product.arrange(
        "UPDATE jobs_taskrun SET heartbeat_at = heartbeat_at - interval '16 minutes',"
        " created_at = created_at - interval '16 minutes' WHERE job = 'lead-routing' AND status = 'RUNNING'"
    )
    wait_for(lambda: product.rows(STATE, source) == [("routed", partner, 1, LEADS)], SECONDS)

    assert product.rows(RESULTS, source) == [("success", LEADS, LEADS)]
    with product.connect() as connection:
        assert connection.execute(WRITTEN, places).fetchone() == (LEADS, LEADS, LEADS, LEADS)
    counters = "SELECT count FROM assignment_routingcounter WHERE workspace_id = %s"
    assert set(product.rows(counters, source)) == {LEADS}
    assert "All invariants hold." in product.manage("verify_routing")
