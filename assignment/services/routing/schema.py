"""What of routing is in the database, asked after a migration."""

from django.db import connection
from django.db.models import CheckConstraint, Model

from assignment.models import (
    LeadAttribution,
    RoutingCounter,
    RoutingLog,
    RoutingPartner,
    RoutingQueueEntry,
    RoutingRule,
    RoutingRuleRevision,
)

FUNCTIONS = (
    "generate_dedupe_hash", "acquire_routing_lock", "complete_routing", "complete_routing_batch", "fail_routing",
    "fail_routing_batch", "claim_routing_batch", "claim_routing_retries", "release_stale_routing_locks",
    "check_cross_partner_duplicate", "mark_expired_leads", "requeue_routing", "revive_leads", "return_routed_lead",
    "routing_retry_delay", "routing_config", "routing_workspaces_with_work", "routing_health",
    "routing_invariant_violations", "lock_routing_counters", "purge_routing", "route_existing_leads",
    "cancel_routing", "hurry_routing_retries", "take_routing_lead", "read_routing_facts", "read_many_routing_facts",
    "zrg_lead_has_activity", "zrg_lead_routing_defaults", "zrg_lead_routing_guard", "zrg_leads_with_activity",
    "zrg_merge_assignment_events", "zrg_open_queue_rows", "zrg_read_routing_facts", "zrg_routing_caps",
    "zrg_routing_collision", "zrg_routing_collisions", "zrg_routing_day", "zrg_routing_fill_counters",
    "zrg_routing_key", "zrg_routing_move_children", "zrg_routing_note", "zrg_routing_rule_changed",
    "zrg_routing_scope", "zrg_routing_settings_changed", "zrg_routing_suppressed", "zrg_routing_tags",
    "zrg_routing_today", "zrg_routing_touch", "zrg_routing_workspace_changed", "zrg_routing_zone_changed",
)  # fmt: skip
TRIGGERS = (
    ("leads_lead", "lead_routing_guard"),
    ("leads_lead", "lead_routing_defaults"),
    ("assignment_routingrule", "routing_changed"),
    ("assignment_routingpartner", "routing_changed"),
    ("workspaces_workspacesettings", "routing_changed"),
    ("workspaces_workspacesettings", "routing_zone_changed"),
    ("workspaces_workspace", "routing_changed"),
)
# Of leads; those of routing's own tables stand in their models.
INDEXES = (
    "idx_leads_routing_status", "idx_leads_routing_failed", "idx_leads_routing_locked", "idx_leads_dedupe_hash",
    "idx_leads_expires_at", "idx_leads_workspace_routing",
)  # fmt: skip
CHECKS = (("leads_lead", "lead_lock_iff_routing"),)
MODELS: tuple[type[Model], ...] = (
    RoutingRule, RoutingRuleRevision, RoutingPartner, RoutingQueueEntry, RoutingLog, LeadAttribution, RoutingCounter,
)  # fmt: skip


def missing_parts() -> list[str]:
    """Names of functions, tables, policies, triggers, valid indexes, constraints and columns that are not there."""
    tables = [model._meta.db_table for model in MODELS]
    kept = [
        (model._meta.db_table, trigger.get_pgid(model))
        for model in MODELS
        for trigger in getattr(model._meta, "triggers", ())
    ]
    constraints = [(model._meta.db_table, one) for model in MODELS for one in model._meta.constraints]
    checks = [(table, one.name) for table, one in constraints if isinstance(one, CheckConstraint)]
    unique = [one.name for _, one in constraints if not isinstance(one, CheckConstraint)]
    indexes = [*INDEXES, *unique, *(one.name for model in MODELS for one in model._meta.indexes)]
    there = _what_is_there()
    return [
        *(f"function {name}" for name in FUNCTIONS if (name,) not in there["functions"]),
        *(f"table {name}" for name in tables if (name,) not in there["tables"]),
        *(f"policy of {name}" for name in tables if (name,) not in there["walled"]),
        *(f"trigger {name} of {table}" for table, name in [*TRIGGERS, *kept] if (table, name) not in there["triggers"]),
        *(f"index {name}" for name in indexes if (name,) not in there["indexes"]),
        *(f"check {name} of {table}" for table, name in [*CHECKS, *checks] if (table, name) not in there["checks"]),
        *([] if there["generated"] else ["generated column dedupe_hash"]),
    ]


_QUESTIONS = {
    "functions": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "tables": "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace",
    # A policy says nothing where row security is off, or not for the owner.
    "walled": """SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'zrg_all'
        WHERE c.relrowsecurity AND c.relforcerowsecurity AND c.relnamespace = 'public'::regnamespace""",
    "triggers": """SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE t.tgenabled <> 'D' AND c.relnamespace = 'public'::regnamespace""",
    "indexes": """SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indisvalid AND c.relnamespace = 'public'::regnamespace""",
    "checks": """SELECT c.relname, k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE k.contype = 'c' AND k.convalidated AND c.relnamespace = 'public'::regnamespace""",
    "generated": """SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('public.leads_lead')
        AND attname = 'dedupe_hash' AND attgenerated = 's'""",
}


def _what_is_there() -> dict[str, set[tuple[str, ...]]]:
    found = {}
    with connection.cursor() as cursor:
        for name, question in _QUESTIONS.items():
            cursor.execute(question)
            found[name] = set(cursor.fetchall())
    return found
