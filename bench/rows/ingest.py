"""Webhook ingest: verify, resolve, insert, answer, against a bare psycopg handler on the same server.

Both are served by granian with the same processes and threads, to the same clients. The rival does the
look-up and the insert of EmailBison's door under the same row security; the doors that find their
workspace by an account, or compute a signature, do more than it and are given less of it to reach. Then
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
OTHERS_AT_LEAST = 0.4


def measure(options: Options) -> list[Figure]:
    """Calls per second of each door in a closed loop, and the p99 of EmailBison's at 400/s in an open one."""
    share = 5 if options.quick else 1
    emailbison, *others = _doors()
    with serving("bench.rivals.bare_ingest:application") as port:
        closed_loop(port, emailbison.path, seconds=1, first=2 * RIVAL_FIRST)
        rival = _accepted(closed_loop(port, emailbison.path, seconds=SECONDS / share, first=RIVAL_FIRST))
    with serving("zrg.wsgi:application") as port:
        closed_loop(port, emailbison.path, seconds=1, first=3 * RIVAL_FIRST)
        ours = _accepted(closed_loop(port, emailbison.path, seconds=SECONDS / share))
        opened = _accepted(
            open_loop(port, emailbison.path, rate=OPEN_RATE, seconds=OPEN_SECONDS / share, first=4 * RIVAL_FIRST)
        )
        of_others = [(door, _closed(port, door, OTHER_SECONDS / share)) for door in others]
    return [
        against("ingest", ours.per_second, RIVAL, rival.per_second, unit="calls/s", at_least=AT_LEAST),
        Figure(name="ingest p99 at 400/s", value=percentile(opened.latencies, 0.99) * 1000, unit="ms", at_most=250),
        *(
            against(
                f"ingest {door.name}",
                outcome.per_second,
                RIVAL,
                rival.per_second,
                unit="calls/s",
                at_least=OTHERS_AT_LEAST,
            )
            for door, outcome in of_others
        ),
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


def _closed(port: int, door: DoorLoad, seconds: float) -> Outcome:
    closed_loop(port, door.path, seconds=WARM_SECONDS, first=5 * RIVAL_FIRST, make=door.call)
    return _accepted(closed_loop(port, door.path, seconds=seconds, make=door.call))


def _accepted(outcome: Outcome) -> Outcome:
    if outcome.refused:
        raise RuntimeError(f"{outcome.refused} calls were refused")
    return outcome
