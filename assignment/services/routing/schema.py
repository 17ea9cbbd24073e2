"""What of routing is in the database, asked after a migration."""

from django.db import connection

FUNCTIONS = (
    "generate_dedupe_hash", "acquire_routing_lock", "complete_routing", "complete_routing_batch", "fail_routing",
    "fail_routing_batch", "claim_routing_batch", "claim_routing_retries", "release_stale_routing_locks",
    "check_cross_partner_duplicate", "mark_expired_leads", "requeue_routing", "revive_leads", "return_routed_lead",
    "routing_retry_delay", "routing_config", "routing_workspaces_with_work", "routing_health",
    "routing_invariant_violations", "lock_routing_counters", "purge_routing", "zrg_leads_with_activity",
    "zrg_merge_assignment_events", "route_existing_leads",
)  # fmt: skip
TRIGGERS = (
    ("leads_lead", "lead_routing_guard"),
    ("leads_lead", "lead_routing_defaults"),
    ("assignment_routingrule", "routing_changed"),
    ("assignment_routingpartner", "routing_changed"),
    ("workspaces_workspacesettings", "routing_changed"),
    ("workspaces_workspace", "routing_changed"),
)
INDEXES = (
    "idx_leads_routing_status", "idx_leads_routing_failed", "idx_leads_routing_locked", "idx_leads_dedupe_hash",
    "idx_leads_expires_at", "idx_leads_workspace_routing", "idx_routing_queue_retry", "idx_routing_queue_due",
    "routing_queue_one_open", "attribution_claim", "attribution_one_per_lead", "idx_routing_logs_lead",
    "idx_routing_logs_workspace",
)  # fmt: skip
TABLES = ("routingrule", "routingrulerevision", "routingpartner", "routingqueueentry", "routinglog", "leadattribution",
          "routingcounter")  # fmt: skip


def missing_parts() -> list[str]:
    """Names of functions, triggers, valid indexes, policies and columns that are not there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        functions = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled <> 'D'")
        triggers = {(table.removeprefix("public."), name) for table, name in cursor.fetchall()}
        cursor.execute("SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indisvalid")
        indexes = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT tablename FROM pg_policies WHERE policyname = 'zrg_all'")
        walled = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT attgenerated FROM pg_attribute WHERE attrelid = 'public.leads_lead'::regclass"
            " AND attname = 'dedupe_hash'"
        )
        generated = cursor.fetchone() == ("s",)
    missing = [f"function {name}" for name in FUNCTIONS if name not in functions]
    missing += [f"trigger {name} of {table}" for table, name in TRIGGERS if (table, name) not in triggers]
    missing += [f"index {name}" for name in INDEXES if name not in indexes]
    missing += [f"policy of {name}" for name in TABLES if f"assignment_{name}" not in walled]
    return missing if generated else [*missing, "generated column dedupe_hash"]
