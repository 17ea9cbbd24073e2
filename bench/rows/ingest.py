"""Webhook ingest: verify, resolve, insert, answer, against a bare psycopg handler on the same server.

Both are served by granian with the same processes and threads, to the same clients, and get the same
calls; the rival does each door's look-ups and signature and the insert, under the same row security. Then
400 calls per second in an open loop.
"""

from bench.calls import OTHER_DOORS, DoorLoad, emailbison_door
from bench.data import make_workspaces
from bench.harness import Figure, Options, against, percentile
from bench.load import Outcome, closed_loop, open_loop
from bench.servers import serving

SECONDS = 10.0
OTHER_SECONDS = 3.0
WARM_SECONDS = 0.5
OPEN_RATE = 400.0
OPEN_SECONDS = 20.0
RIVAL_FIRST = 10_000_000
RIVAL = "bare psycopg"
AT_LEAST = 0.5


def measure(options: Options) -> list[Figure]:
    """Calls per second of each door in a closed loop, and the p99 of EmailBison's at 400/s in an open one."""
    share = 5 if options.quick else 1
    doors = _doors()
    emailbison, seconds = doors[0], [SECONDS / share] + [OTHER_SECONDS / share] * (len(doors) - 1)
    with serving("bench.rivals.bare_ingest:application") as port:
        rivals = [_closed(port, door.bare, door, time) for door, time in zip(doors, seconds, strict=True)]
    with serving("zrg.wsgi:application") as port:
        ours = [_closed(port, door.path, door, time) for door, time in zip(doors, seconds, strict=True)]
        opened = _accepted(
            open_loop(port, emailbison.path, rate=OPEN_RATE, seconds=OPEN_SECONDS / share, first=4 * RIVAL_FIRST)
        )
    return [
        *(
            against(f"ingest {door.name}", own.per_second, RIVAL, rival.per_second, unit="calls/s", at_least=AT_LEAST)
            for door, own, rival in zip(doors, ours, rivals, strict=True)
        ),
        Figure(name="ingest p99 at 400/s", value=percentile(opened.latencies, 0.99) * 1000, unit="ms", at_most=250),
    ]


def connected_workspace() -> str:
    """A workspace with an EmailBison connection; returns its id."""
    (workspace,) = make_workspaces(1)
    emailbison_door(workspace)
    return str(workspace.pk)


def _doors() -> list[DoorLoad]:
    """EmailBison's first; each has a workspace of its own."""
    makers = (emailbison_door, *OTHER_DOORS)
    return [make(workspace) for make, workspace in zip(makers, make_workspaces(len(makers)), strict=True)]


def _closed(port: int, path: str, door: DoorLoad, seconds: float) -> Outcome:
    first = RIVAL_FIRST if path == door.bare else 0
    closed_loop(port, path, seconds=WARM_SECONDS, first=5 * RIVAL_FIRST + first, make=door.call)
    return _accepted(closed_loop(port, path, seconds=seconds, first=first, make=door.call))


def _accepted(outcome: Outcome) -> Outcome:
    if outcome.refused:
        raise RuntimeError(f"{outcome.refused} calls were refused")
    return outcome
