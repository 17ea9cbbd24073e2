"""What the database says about its own walls."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from zrg.workspaces.rls import protected_models

_REPORT = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
       coalesce((SELECT array_agg(p.polname::text ORDER BY p.polname) FROM pg_policy p WHERE p.polrelid = c.oid), '{}'),
       EXISTS (
           SELECT 1 FROM pg_index i
           JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
           WHERE i.indrelid = c.oid AND i.indisvalid AND a.attname = %s
       )
FROM pg_class c WHERE c.relname = %s AND c.relkind IN ('r', 'p')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """One tenant table as it stands."""

    table: str
    enabled: bool
    forced: bool
    policies: tuple[str, ...]
    indexed: bool

    @property
    def is_closed(self) -> bool:
        """Whether row security holds and can use an index."""
        return self.enabled and self.forced and "zrg_all" in self.policies and self.indexed


def report() -> list[TableReport]:
    """Every tenant table by name; a table that does not exist is reported as open."""
    lines = []
    with connection.cursor() as cursor:
        for model, security in protected_models():
            table = model._meta.db_table
            cursor.execute(_REPORT, [security.workspace_column, table])
            row: Any = cursor.fetchone() or (table, False, False, [], False)
            lines.append(
                TableReport(table=table, enabled=row[1], forced=row[2], policies=tuple(row[3]), indexed=row[4])
            )
    return sorted(lines, key=lambda line: line.table)
