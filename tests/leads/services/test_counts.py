from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from leads.enums import Tab
from leads.models import Lead
from leads.services.counts import BADGE_CAP, COUNT_NAMES, Badge, get_counts
from leads.services.lists import filter_leads
from leads.services.sample import fill_workspace
from tests.factories import LeadFactory, MembershipFactory, WorkspaceFactory
from zrg.lib.errors import NotVisible
from zrg.workspaces.access import compute_access, context_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def member(workspace, role, user=None):
    extra = {"user": user} if user else {}
    return compute_access(MembershipFactory(workspace=workspace, role=role, **extra).user)


def counts(access, **values):
    with context_of(access, timeout_ms=30_000):
        found = get_counts(access, now=NOW, **values)
    assert found is not None
    return found


@pytest.fixture
def filled():
    """Two workspaces of believable leads; the setter has a share of those who wrote in the first."""
    one, other = WorkspaceFactory(), WorkspaceFactory()
    setter = MembershipFactory(workspace=one, role="SETTER").user
    for workspace in (one, other):
        for _ in fill_workspace(workspace.pk, 400, now=NOW, setters=[setter.pk]):
            pass
    return one, other, compute_access(setter)


@pytest.mark.parametrize("role", ["INBOX_MANAGER", "SETTER"])
def test_every_badge_is_the_length_of_its_list(filled, role):
    one, _other, setter = filled
    access = setter if role == "SETTER" else member(one, role)

    badges = counts(access, workspace=one)

    with context_of(access, timeout_ms=30_000):
        for tab, name in COUNT_NAMES.items():
            listed = filter_leads(access, {"tab": tab.value, "clientId": str(one.pk)}, now=NOW).count()
            assert badges[name] == Badge(value=listed, capped=False), tab
    assert badges["allResponses"].value > 0


def test_all_workspaces_are_counted_together(filled):
    one, other, _setter = filled
    first = MembershipFactory(workspace=one, role="INBOX_MANAGER").user
    both = member(other, "INBOX_MANAGER", first)

    single, together = counts(both, workspace=one), counts(both)

    assert {name: badge.value * 2 for name, badge in single.items()} == {
        name: badge.value for name, badge in together.items()
    }


def test_assigned_narrows_the_badges(filled):
    one, _other, setter = filled
    manager = member(one, "INBOX_MANAGER")

    assert counts(manager, workspace=one, assigned=str(setter.user_id)) == counts(setter, workspace=one)
    assert counts(manager, workspace=one, assigned="me")["total"].value == 0


def test_badges_are_exact_up_to_the_cap_and_say_when_capped():
    workspace = WorkspaceFactory()
    template = {"workspace": workspace, "last_inbound_at": NOW, "last_message_at": NOW}
    Lead.objects.bulk_create([Lead(**template) for _ in range(BADGE_CAP)])
    access = member(workspace, "INBOX_MANAGER")
    assert counts(access)["total"] == Badge(value=1_000, capped=False)

    Lead.objects.create(**template)

    assert counts(access)["total"] == Badge(value=1_000, capped=True)
    assert counts(access)["allResponses"] == Badge(value=1_000, capped=True)
    assert counts(access)["drafts"] == Badge(value=0, capped=False)


def test_all_badges_are_one_statement(django_assert_num_queries):
    workspace = WorkspaceFactory()
    LeadFactory(workspace=workspace)
    access = member(workspace, "INBOX_MANAGER")

    with django_assert_num_queries(3):  # with the savepoint that keeps the page's transaction alive
        get_counts(access, workspace, now=NOW)


def test_workspace_out_of_reach_is_not_counted():
    access = member(WorkspaceFactory(), "INBOX_MANAGER")

    with pytest.raises(NotVisible):
        get_counts(access, WorkspaceFactory(), now=NOW)


def test_slow_database_delays_the_badges_and_nothing_else(monkeypatch):
    workspace = WorkspaceFactory()
    access = member(workspace, "INBOX_MANAGER")
    from leads.services import counts as module

    monkeypatch.setattr(module, "_count_sql", lambda *_: ("SELECT count(*) FROM pg_sleep(5)", []))
    with context_of(access), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 50")
        assert get_counts(access, workspace, now=NOW) is None
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_names_cover_every_tab():
    assert list(COUNT_NAMES) == list(Tab)


def test_snoozed_lead_leaves_every_badge_but_one():
    workspace = WorkspaceFactory()
    LeadFactory(workspace=workspace, last_inbound_at=NOW, snoozed_until=NOW + timedelta(hours=1))
    access = member(workspace, "INBOX_MANAGER")

    assert {name: badge.value for name, badge in counts(access).items() if badge.value} == {"snoozed": 1}
