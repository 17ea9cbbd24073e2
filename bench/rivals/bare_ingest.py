"""The rival of the webhook door: a bare WSGI handler on psycopg with the same look-up and the same insert.

No framework: one connection per thread, one transaction per call, the same row security.
"""

import json
import os
import threading
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

_local = threading.local()

_CONTEXT = "SELECT set_config('zrg.context', %s, true), set_config('zrg.ws_all', %s, true)"
_TARGET = """
SELECT w.id, c.id FROM workspaces_workspace w
LEFT JOIN integrations_connection c ON c.workspace_id = w.id AND c.provider = 'EMAILBISON'
WHERE w.id = %s AND w.status <> 'deleted'
"""
_INSERT = """
INSERT INTO jobs_webhookevent (id, workspace_id, connection_id, provider, event_type, dedupe_key, status, verified,
    priority, run_at, attempts, max_attempts, redelivered_count, raw, created_at, updated_at)
VALUES (%s, %s, %s, 'EMAILBISON', %s, %s, 'PENDING', true, 10, now(), 0, 8, 0, %s, now(), now())
ON CONFLICT (dedupe_key) DO UPDATE SET redelivered_count = jobs_webhookevent.redelivered_count + 1
RETURNING (xmax = 0)
"""


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """POST with `?clientId=`: look up, insert, answer."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    payload = json.loads(body)
    workspace = environ["QUERY_STRING"].partition("=")[2]
    reply = payload["data"]["reply"]["id"]
    with _connection().transaction(), _connection().cursor() as cursor:
        cursor.execute(_CONTEXT, ["service", workspace])
        cursor.execute(_TARGET, [workspace])
        found = cursor.fetchone()
        key = f"emailbison:{workspace}:LEAD_REPLIED:reply:{reply}"
        cursor.execute(_INSERT, [uuid.uuid4(), found[0], found[1], "LEAD_REPLIED", key, body.decode()])
        cursor.fetchone()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'{"success":true,"queued":true}']


def _connection() -> psycopg.Connection:
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(
            os.environ["DATABASE_URL"].replace("postgres://", "postgresql://"), autocommit=True
        )
    return _local.connection
