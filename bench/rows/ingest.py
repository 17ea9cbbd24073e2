"""Webhook ingest: verify, resolve, insert, answer, against a bare psycopg handler on the same server.

Both are served by granian with the same processes and threads, to the same clients, and do the same
look-up and insert under the same row security. Then 400 calls per second in an open loop.
"""

from bench.data import make_workspaces
from bench.harness import Figure, Options, against, percentile
from bench.load import closed_loop, open_loop
from bench.servers import serving
from integrations.enums import Provider
from integrations.models import Connection
from integrations.services.routes import refresh_routes
from integrations.services.secrets import seal
from zrg.workspaces.context import platform

SECONDS = 10.0
OPEN_RATE = 400.0
OPEN_SECONDS = 20.0
RIVAL_FIRST = 10_000_000


def measure(options: Options) -> list[Figure]:
    """Calls per second in a closed loop, and the p99 at 400/s in an open one."""
    path = f"/api/webhooks/email?clientId={connected_workspace()}"
    seconds = SECONDS / 5 if options.quick else SECONDS
    with serving("bench.rivals.bare_ingest:application") as port:
        closed_loop(port, path, seconds=1, first=2 * RIVAL_FIRST)
        rival = closed_loop(port, path, seconds=seconds, first=RIVAL_FIRST)
    with serving("zrg.wsgi:application") as port:
        closed_loop(port, path, seconds=1, first=3 * RIVAL_FIRST)
        ours = closed_loop(port, path, seconds=seconds)
        opened = open_loop(
            port,
            path,
            rate=OPEN_RATE,
            seconds=OPEN_SECONDS / 5 if options.quick else OPEN_SECONDS,
            first=4 * RIVAL_FIRST,
        )
    if ours.refused or rival.refused or opened.refused:
        raise RuntimeError(f"refused calls: {ours.refused}, {rival.refused}, {opened.refused}")
    return [
        against("ingest", ours.per_second, "bare psycopg", rival.per_second, unit="calls/s", at_least=0.5),
        Figure(name="ingest p99 at 400/s", value=percentile(opened.latencies, 0.99) * 1000, unit="ms", at_most=250),
    ]


def connected_workspace() -> str:
    """A workspace with an EmailBison connection; returns its id."""
    (workspace,) = make_workspaces(1)
    with platform():
        connection = Connection.objects.create(
            workspace=workspace,
            provider=Provider.EMAILBISON,
            external_account_id="14",
            secrets=seal(workspace.pk, Provider.EMAILBISON.value, {"api_key": "bench-9f2c7d41"}),
        )
        refresh_routes(connection)
    return str(workspace.pk)
