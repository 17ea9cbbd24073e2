"""Filling big tables fast: their indexes are away meanwhile and are built once, at the end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

# Those of constraints stay: `ON CONFLICT` and foreign keys read them. So do those a trigger reads for every row.
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY (%s::regclass[]) AND indexrelid::regclass::text <> ALL (%s)
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
ORDER BY indexrelid
"""
_READ_BY_TRIGGERS = ["lead_phone", "lead_phone_national"]
# A million rows sort in memory.
_BUILD = ("SET maintenance_work_mem = '512MB'", "SET max_parallel_maintenance_workers = 2")


@contextmanager
def without_indexes(*tables: str) -> Iterator[None]:
    """Take the indexes of these tables away and build them again, whatever happens between."""
    with psycopg.connect(os.environ["DATABASE_MIGRATION_URL"], autocommit=True) as owner:
        indexes = owner.execute(_INDEXES, [list(tables), _READ_BY_TRIGGERS]).fetchall()
        for name, _definition in indexes:
            owner.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        try:
            yield
        finally:
            for statement in (*_BUILD, *(definition for _name, definition in indexes)):
                owner.execute(statement)
