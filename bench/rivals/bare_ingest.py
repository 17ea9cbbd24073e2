"""The rival of the webhook doors: a bare WSGI handler on psycopg with the same look-ups and the same insert.

No framework: one connection per thread, one transaction per call, the same row security. The query says
what a door has to do: `clientId` and `provider`; `route`, an account that is looked up first; `signed`, a
signature that is computed over the body.
"""

import hashlib
import hmac
import json
import os
import threading
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import psycopg

_local = threading.local()

_CONTEXT = "SELECT set_config('zrg.context', %s, true), set_config('zrg.ws_all', %s, true)"
_ROUTE = "SELECT workspace_id FROM integrations_webhookroute WHERE provider = %s AND key_hash = %s"
_TARGET = """
SELECT w.id, c.id FROM workspaces_workspace w
LEFT JOIN integrations_connection c ON c.workspace_id = w.id AND c.provider = %s
WHERE w.id = %s AND w.status <> 'deleted'
"""
_INSERT = """
INSERT INTO jobs_webhookevent (id, workspace_id, connection_id, provider, event_type, dedupe_key, status, verified,
    priority, run_at, attempts, max_attempts, redelivered_count, raw, created_at, updated_at)
VALUES (%s, %s, %s, %s, %s, %s, 'PENDING', true, 10, now(), 0, 8, 0, %s, now(), now())
ON CONFLICT (dedupe_key) DO UPDATE SET redelivered_count = jobs_webhookevent.redelivered_count + 1
RETURNING (xmax = 0)
"""


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Verify, look up, insert, answer."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    workspace, provider = query["clientId"], query["provider"]
    if "signed" in query:
        hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    text = parse_qs(body.decode())["payload"][0] if body.startswith(b"payload=") else body.decode()
    json.loads(text)
    key = f"{provider.lower()}:{workspace}:{hashlib.sha256(body).hexdigest()}"
    with _connection().transaction(), _connection().cursor() as cursor:
        if "route" in query:
            cursor.execute(_ROUTE, [provider, hashlib.sha256(query["route"].encode()).hexdigest()])
            cursor.fetchone()
        cursor.execute(_CONTEXT, ["service", workspace])
        cursor.execute(_TARGET, [provider, workspace])
        found = cursor.fetchone()
        cursor.execute(_INSERT, [uuid.uuid4(), found[0], found[1], provider, "EVENT", key, text])
        cursor.fetchone()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'{"success":true,"queued":true}']


def _connection() -> psycopg.Connection:
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(
            os.environ["DATABASE_URL"].replace("postgres://", "postgresql://"), autocommit=True
        )
    return _local.connection
