"""The worker is killed -9 while it routes: the lead is as before, and is routed once."""

import pytest

from tests.e2e.product import OWNER
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e

SECONDS = 90
EMAIL = "midway@kill.example"
COLUMNS = """
SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
WHERE table_name = 'leads_lead' AND is_generated = 'NEVER'
"""
BLANK = """
'{"email": null, "phone": null, "phone_national": null, "linkedin_url": null, "linkedin_id": null,
"ghl_contact_id": null, "calendly_invitee_uri": null, "email_bison_lead_id": null,
"email_campaign_id": null, "sms_campaign_id": null,
"assigned_to_id": null, "assigned_at": null, "sentiment_tag": null, "opted_out_at": null, "status": "new",
"routing_attempts": 0, "lead_expires_at": null}'::jsonb
"""


def workspace(product, name):
    product.manage("create_workspace", "--name", name, "--owner", OWNER)
    return str(product.value("SELECT id FROM workspaces_workspace WHERE name = %s", name))


def insert_lead(product, place, status):
    """The statement that inserts a lead of this address, made from one of the demo."""
    columns = product.value(COLUMNS)
    picked = ", ".join(f"r.{name}" for name in columns.split(", "))
    return (
        f"INSERT INTO leads_lead ({columns}) SELECT {picked} FROM (SELECT * FROM leads_lead LIMIT 1) l,"
        f" jsonb_populate_record(NULL::leads_lead, to_jsonb(l) || {BLANK} || jsonb_build_object('id',"
        f" gen_random_uuid(), 'email', '{EMAIL}', 'workspace_id', '{place}', 'source_workspace_id', '{place}',"
        f" 'routing_status', '{status}', 'created_at', now(), 'source', 'import')) r"
    )


def test_killed_in_mid_route_loses_nothing_and_routes_once(product, processes):
    source, partner = workspace(product, "Collected"), workspace(product, "Lakeside")
    product.arrange(
        "INSERT INTO assignment_routingpartner (id, workspace_id, destination_workspace_id, status, status_reason,"
        " accept_conditions, credit_amount, return_window_days, notes, created_at, updated_at)"
        " VALUES (gen_random_uuid(), %s, %s, 'active', '', '{}', 0, 7, '', now(), now())",
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
    blocked = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%complete_routing%%'"
    )
    state = "SELECT workspace_id::text, routing_status, routing_attempts FROM leads_lead WHERE email = %s"

    with product.connect() as holder:
        # Somebody of this address is entering the destination: the move waits for what becomes of it.
        holder.execute(insert_lead(product, partner, "routed"))
        product.arrange(insert_lead(product, source, "pending"))
        product.manage("run_job", "lead-routing")
        wait_for(lambda: product.value(blocked), SECONDS)
        assert processes.kill_children("worker")
        wait_for(lambda: product.value(blocked) == 0, SECONDS)
        assert product.rows(state, EMAIL) == [(source, "pending", 0)]
        assert product.value("SELECT count(*) FROM assignment_routinglog WHERE source_workspace_id = %s", source) == 0
        holder.rollback()

    product.arrange("DELETE FROM jobs_taskrun WHERE job = 'lead-routing' AND status <> 'SUCCEEDED'")
    product.manage("route_leads", "--workspace", source)
    wait_for(lambda: product.rows(state, EMAIL) == [(partner, "routed", 1)], SECONDS)
    assert product.rows("SELECT routing_result FROM assignment_routinglog WHERE source_workspace_id = %s", source) == [
        "success"
    ]
    assert product.value("SELECT count(*) FROM assignment_leadattribution WHERE source_workspace_id = %s", source) == 0
