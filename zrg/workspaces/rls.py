"""Row-level security: one policy per tenant table, derived from the models.

A model says how it is protected with `row_security = RowSecurity…`; without the attribute a model
with a `workspace` is TENANT, one that also has a foreign key to Lead is a child of that lead.
`apply_row_security` runs after every migrate as the schema owner and is idempotent. The list
functions treat empty settings as "no workspaces" (after a transaction PostgreSQL leaves '' behind).

PostgreSQL applies a caller's condition only after the policy unless its operator is leakproof, so
`lower(email) = …`, `@@`, `LIKE` and array operators cannot use an index on these tables. Equality
and ordering of uuid, text, boolean and timestamptz can. Where another operator is needed, a SQL
function of the owner looks up the ids and repeats the workspace check itself (see `OWNER_POLICY`).
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

RUNTIME_ROLE = "zrg_app"
POLICIES = ("zrg_all", "zrg_read", "zrg_insert", "zrg_delete", "zrg_owner")

WS_ALL = "(SELECT string_to_array(nullif(current_setting('zrg.ws_all', true), ''), ',')::uuid[])::uuid[]"
WS_ASSIGNED = "(SELECT string_to_array(nullif(current_setting('zrg.ws_assigned', true), ''), ',')::uuid[])::uuid[]"
KIND = "(SELECT current_setting('zrg.context', true))"
USER_ID = "(SELECT nullif(current_setting('zrg.user_id', true), '')::uuid)"
SETTER = f"{KIND} = 'user' AND {{workspace}} = ANY ({WS_ASSIGNED})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSecurity:
    """How a table is protected.

    `kinds`: contexts that see and write every row. `read_kinds`: contexts that read every row.
    `setter`: extra condition that lets a setter of the workspace see and write a row (None = never).
    `setter_reads`: the same, reading only. `own`: extra condition, independent of the workspace, for
    reading. `parent`: the table whose rows decide for a setter. `insert_any`: any context may add rows of
    its workspaces or of none. `unowned_kinds`: contexts that see and write rows without a workspace.
    `unowned_reads`: every context reads rows without a workspace (defaults of the platform).
    `needs_table`: the table the extra conditions read (a partial migrate has none yet).
    `also_columns`: further columns that may hold the caller's workspace. `writes`: what the runtime role
    may do besides reading; the rest is done by functions of the schema's owner.
    """

    kinds: tuple[str, ...] = ("platform",)
    read_kinds: tuple[str, ...] = ()
    setter: str | None = None
    setter_reads: str | None = None
    own: str | None = None
    insert_any: bool = False
    unowned_kinds: tuple[str, ...] = ()
    unowned_reads: bool = False
    needs_table: str = ""
    parent: str = ""
    workspace_column: str = "workspace_id"
    also_columns: tuple[str, ...] = ()
    writes: Literal["all", "delete", "none"] = "all"


TENANT = RowSecurity()
LEAD = RowSecurity(setter=f"assigned_to_id = {USER_ID}")
QUEUE = RowSecurity(kinds=("platform", "dispatch"))
JOB = RowSecurity(kinds=("platform", "dispatch"), setter="true")
SETTER_READABLE = RowSecurity(setter_reads="true")
SETTER_WRITABLE = RowSecurity(setter="true")


def child_of(column: str, table: str) -> RowSecurity:
    """Visible to a setter exactly when the parent row is."""
    return RowSecurity(setter=f"{sees_function(table)}({{table}}.{column})", parent=table)


def sees_function(table: str) -> str:
    """Name of the function that tells whether the caller sees a row of `table`."""
    return f"zrg_sees_{table}"


def sees_statement(table: str) -> str:
    """SQL of that function.

    A subquery in a policy is planned with every statement on the table, and so are the policies of the
    parent and of its parent: milliseconds for an insert that never reaches the setter's part. A PL/pgSQL
    function is planned once per connection, when a setter first needs it. It runs with the caller's
    rights, so the parent's own policy answers.
    """
    return f"""
CREATE OR REPLACE FUNCTION {sees_function(table)}(parent_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM {table} parent WHERE parent.id = parent_id);
END $$
"""  # noqa: S608  # names of our own


def row_security_of(model: type[models.Model]) -> RowSecurity | None:
    """The protection of a model; None for a global table."""
    declared: RowSecurity | None = getattr(model, "row_security", None)
    if declared is not None:
        return declared
    fields = {field.name: field for field in model._meta.get_fields() if field.concrete}
    if "workspace" not in fields:
        return None
    lead = fields.get("lead")
    if lead is not None and lead.is_relation and lead.related_model._meta.label == "leads.Lead":  # type: ignore[union-attr]
        return child_of("lead_id", "leads_lead")
    return TENANT


def protected_models() -> list[tuple[type[models.Model], RowSecurity]]:
    """Every installed table with a policy."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        security = row_security_of(model)
        if security is not None and not model._meta.proxy and model._meta.managed:
            found.append((model, security))
    return found


def policy_statements(table: str, security: RowSecurity) -> list[str]:
    """SQL that (re)creates the policies of one table."""
    workspace = security.workspace_column
    columns = (workspace, *security.also_columns)
    seen_whole = " OR ".join(f"{column} = ANY ({WS_ALL})" for column in columns)
    whole = f"{KIND} IN ({_names(security.kinds)}) OR {seen_whole}"
    setter = SETTER.format(workspace=workspace)
    everything = [f"({whole})"]
    if security.unowned_kinds:
        everything.append(f"({KIND} IN ({_names(security.unowned_kinds)}) AND {workspace} IS NULL)")
    if security.setter:
        everything.append(f"({setter} AND {security.setter.format(table=table)})")
    reads = []
    if security.read_kinds:
        reads.append(f"({KIND} IN ({_names(security.read_kinds)}))")
    if security.unowned_reads:
        reads.append(f"({KIND} <> '' AND {workspace} IS NULL)")
    if security.setter_reads:
        reads.append(f"({setter} AND ({security.setter_reads.format(table=table)}))")
    if security.own:
        reads.append(f"({KIND} = 'user' AND ({security.own.format(table=table)}))")
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        *(f"DROP POLICY IF EXISTS {name} ON {table}" for name in POLICIES),
    ]
    if security.writes == "all":
        statements.append(_policy(table, "zrg_all", "ALL", " OR ".join(everything), check=True))
    else:
        statements.append(_policy(table, "zrg_all", "SELECT", " OR ".join(everything)))
    if security.writes == "delete":
        statements.append(_policy(table, "zrg_delete", "DELETE", " OR ".join(everything)))
    if reads:
        statements.append(_policy(table, "zrg_read", "SELECT", " OR ".join(reads)))
    if security.insert_any:
        statements.append(
            f"CREATE POLICY zrg_insert ON {table} FOR INSERT TO {RUNTIME_ROLE} WITH CHECK ({KIND} <> '' AND"
            f" ({workspace} IS NULL OR {workspace} = ANY ({WS_ALL}) OR {workspace} = ANY ({WS_ASSIGNED})))"
        )
    # The owner runs migrations and the look-up functions; it is never the role of a request or a worker.
    statements.append(f"CREATE POLICY zrg_owner ON {table} FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)")
    return statements


def apply_row_security(connection: BaseDatabaseWrapper) -> int:
    """(Re)create the policies and grants of all tables as their owner; returns the number of tables."""
    protected = protected_models()
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {RUNTIME_ROLE}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {RUNTIME_ROLE}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {RUNTIME_ROLE}")
        # Tables made outside of migrations, such as the cache's.
        cursor.execute(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public"
            f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {RUNTIME_ROLE}"
        )
        existing = set(connection.introspection.table_names(cursor))
        for model, security in protected:
            if model._meta.db_table not in existing:  # a partial migrate
                continue
            if {security.needs_table, security.parent} - existing - {""}:
                security = replace(security, setter=None, setter_reads=None, parent="")
            if security.parent:
                cursor.execute(sees_statement(security.parent))
            for statement in policy_statements(model._meta.db_table, security):
                cursor.execute(statement)
    return len(protected)


def _policy(table: str, name: str, command: str, condition: str, *, check: bool = False) -> str:
    with_check = f" WITH CHECK ({condition})" if check else ""
    return f"CREATE POLICY {name} ON {table} FOR {command} TO {RUNTIME_ROLE} USING ({condition}){with_check}"


def _names(kinds: tuple[str, ...]) -> str:
    return ", ".join(repr(kind) for kind in kinds)


def on_migrated(*, using: str, **_: Any) -> None:
    """After migrate: only the owner (ZRG_MIGRATING) may and needs to touch policies."""
    from django.conf import settings  # noqa: PLC0415  # read at run time, the module is imported by models
    from django.db import connections  # noqa: PLC0415

    if settings.ZRG_MIGRATING:
        apply_row_security(connections[using])
