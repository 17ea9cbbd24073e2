import pytest

from tests.zrg.jobs.support import make_workspace
from zrg.jobs import registry
from zrg.jobs.contracts import RunContext
from zrg.jobs.models import ScheduledJob
from zrg.jobs.services.routines import routines, walk_workspaces

pytestmark = pytest.mark.django_db


def context(**params):
    return RunContext(job="demo", deadline=float("inf"), correlation_id="c", params=params)


def test_failing_routine_never_stops_the_later_ones(monkeypatch):
    monkeypatch.setattr(registry, "_routines", registry.defaultdict(dict))
    ran = []
    registry.register_routine("demo", "first", lambda ctx: 1 / 0)
    registry.register_routine("demo", "second", lambda ctx: ran.append("second"))
    ctx = context()

    routines("demo")(ctx)

    assert ran == ["second"]
    assert ctx.problems == ["first: ZeroDivisionError: division by zero"]


def test_walk_starts_after_the_workspace_served_last():
    ids = sorted(make_workspace(name).pk for name in ("A", "B", "C"))
    ScheduledJob.objects.create(name="demo", cadence="", budget_seconds=1)

    walks = [list(walk_workspaces(context(workspaceLimit=2))) for _ in range(3)]

    assert walks == [[ids[0], ids[1]], [ids[2], ids[0]], [ids[1], ids[2]]]


def test_walk_leaves_out_what_is_not_active():
    kept, suspended = make_workspace("A"), make_workspace("B")
    type(suspended).objects.filter(pk=suspended.pk).update(status="suspended")

    assert list(walk_workspaces(context())) == [kept.pk]


def test_walk_of_one_client():
    make_workspace("A")
    wanted = make_workspace("B")

    assert list(walk_workspaces(context(clientId=str(wanted.pk)))) == [wanted.pk]
