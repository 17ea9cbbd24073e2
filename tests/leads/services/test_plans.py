"""Under row security, at 20,000 leads, every list, badge and search is answered by its index."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from leads.enums import LeadSort, Tab
from leads.models import Lead
from leads.rules.filters import read_filters
from leads.services import lists
from leads.services.conflicts import phone_pairs
from leads.services.counts import COUNT_NAMES, get_counts
from leads.services.lists import list_leads
from leads.services.sample import fill_workspace
from tests.factories import MembershipFactory, WorkspaceFactory
from zrg.workspaces.access import compute_access, context_of

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEADS = 20_000


@pytest.fixture(scope="module")
def big(django_db_setup, django_db_blocker):
    """One large and one small workspace, written once for this module."""
    import psycopg

    from tests.support import database
    from zrg.workspaces.context import platform

    with django_db_blocker.unblock():
        with platform():
            workspace, small = WorkspaceFactory(), WorkspaceFactory()
            manager = MembershipFactory(workspace=workspace, role="INBOX_MANAGER").user
            MembershipFactory(workspace=small, user=manager, role="INBOX_MANAGER")
            setter = MembershipFactory(workspace=workspace, role="SETTER").user
            people = {"manager": compute_access(manager), "setter": compute_access(setter)}
        for one, count in ((workspace, LEADS), (small, 500)):
            for _ in fill_workspace(one.pk, count, now=NOW, setters=[setter.pk]):
                pass
        with psycopg.connect(database.database_urls()[1], autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE leads_lead")
        yield workspace, people
        connection.close()
        database.empty_tables()
        connection.close()


def plans_of(access, act, starting="SELECT"):
    """The plans of all statements on leads that `act` runs."""
    statements = []

    def record(execute, sql, params, many, context):
        if "leads_lead" in sql and sql.lstrip("( \n").startswith(starting):
            statements.append((sql, params))
        return execute(sql, params, many, context)

    with context_of(access, timeout_ms=30_000):
        with connection.execute_wrapper(record):
            act()
        with connection.cursor() as cursor:
            plans = []
            for sql, params in statements:
                cursor.execute("EXPLAIN " + sql, params)
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
    assert plans
    return plans


def assert_indexed(plans):
    for plan in plans:
        assert "Seq Scan on leads_lead" not in plan, plan
        assert "Sort Key" not in plan or "lead_" in plan, plan


@pytest.mark.parametrize("person", ["manager", "setter"])
@pytest.mark.parametrize("tab", Tab)
def test_page_of_a_tab_reads_an_index_in_order(big, person, tab):
    workspace, people = big
    access = people[person]

    (plan,) = plans_of(access, lambda: list_leads(access, {"tab": tab.value, "clientId": str(workspace.pk)}, now=NOW))

    assert_indexed([plan])
    assert "Index Scan using lead_" in plan, plan


@pytest.mark.parametrize("sort", LeadSort)
def test_every_order_and_the_second_page_read_an_index(big, sort):
    workspace, people = big
    access = people["manager"]
    params = {"clientId": str(workspace.pk), "sort": sort.value}
    with context_of(access):
        cursor = list_leads(access, params, now=NOW).next_cursor

    for place in ({}, {"cursor": cursor}):
        (plan,) = plans_of(access, lambda place=place: list_leads(access, {**params, **place}, now=NOW))
        assert_indexed([plan])
        assert "Sort" not in plan, plan


@pytest.mark.parametrize("sort", LeadSort)
@pytest.mark.parametrize("tab", ["all", "responses"])
def test_filters_that_fit_no_lead_pass_over_the_rows_of_their_tag_inside_its_index(big, tab, sort):
    workspace, people = big
    access = people["manager"]
    params = {
        "clientId": str(workspace.pk),
        "tab": tab,
        "sort": sort.value,
        "sentiments": "Blacklist",
        "channels": "linkedin",
        "score": "4",
    }

    plans = plans_of(access, lambda: list_leads(access, params, now=NOW))

    assert any("Index Only Scan using lead_tagged" in plan for plan in plans), plans
    assert all("Bitmap" not in plan for plan in plans), plans
    with context_of(access):
        assert list_leads(access, params, now=NOW).leads == []


def test_list_of_all_workspaces_reads_the_head_of_each(big):
    _workspace, people = big
    access = people["manager"]

    plans = plans_of(access, lambda: list_leads(access, {"tab": "responses"}, now=NOW))

    assert_indexed(plans)
    assert all("lead_tab_open" in plan for plan in plans), plans


@pytest.mark.parametrize("person", ["manager", "setter"])
def test_badges_are_counted_from_indexes(big, person):
    workspace, people = big
    access = people[person]

    (plan,) = plans_of(access, lambda: get_counts(access, workspace, now=NOW))

    assert_indexed([plan])
    if person == "manager":
        # A tab of two rows may be read and sorted instead.
        assert plan.count("Index Only Scan using lead_") >= len(COUNT_NAMES) - 1, plan


def test_badges_of_all_workspaces_are_counted_from_indexes(big):
    _workspace, people = big

    (plan,) = plans_of(people["manager"], lambda: get_counts(people["manager"], now=NOW))

    assert_indexed([plan])


@pytest.mark.parametrize("person", ["manager", "setter"])
@pytest.mark.parametrize(
    "text", ["dana", "dana reyes", "zzzqqq", "zoe.zimmer", "4152000123", "nobody@northfork.example"]
)
def test_search_reads_indexes(big, person, text, monkeypatch):
    monkeypatch.setattr(lists, "SEARCH_WINDOW", 500)
    workspace, people = big
    access = people[person]

    assert_indexed(
        plans_of(access, lambda: list_leads(access, {"search": text, "clientId": str(workspace.pk)}, now=NOW))
    )


@pytest.mark.parametrize(
    ("function", "text", "index"),
    [
        ("zrg_search_leads", "dana reyes", "lead_search"),
        ("zrg_leads_with_alternate", "office4000@northfork.example", "lead_alternates"),
        ("zrg_leads_knowing_email", "office4000@northfork.example", "lead_email_unique"),
    ],
)
def test_lookup_functions_read_their_index(big, function, text, index):
    """Seen in the statistics of the index: what a function does inside is in no plan."""
    workspace, people = big

    with context_of(people["manager"]), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    before = scans(index)
    with context_of(people["manager"]), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {function}(%s::uuid[], %s)", [[workspace.pk], text])
    after = scans(index)

    assert after[0] > before[0]
    assert after[1] == before[1]


def scans(index):
    """How often the index was read, and how often the whole table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = %s", [index])
        indexed = cursor.fetchone()[0]
        cursor.execute("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'leads_lead'")
        return indexed, cursor.fetchone()[0]


def test_shared_phones_are_looked_up_number_by_number(big):
    workspace, people = big
    access = people["manager"]
    with context_of(access):
        ids = list(Lead.objects.in_workspace(workspace).order_by("pk").values_list("pk", flat=True)[:240])
        for number in range(120):
            pair = Lead.objects.filter(pk__in=ids[2 * number : 2 * number + 2])
            pair.update(phone=f"+442079{number:06d}", phone_national=f"2079{number:06d}")

    (plan,) = plans_of(access, lambda: phone_pairs(workspace.pk, limit=50), starting="SELECT pair")

    assert_indexed([plan])
    assert "using lead_phone on" in plan, plan
    assert "using lead_phone_national on" in plan, plan
    with context_of(access):
        assert len(phone_pairs(workspace.pk, limit=50)) == 50


def test_phones_are_compared_by_their_index_whatever_was_planned_when_the_table_was_empty(big):
    workspace, people = big

    before = scans("lead_phone")
    with context_of(people["manager"]), connection.cursor() as cursor:
        # No page writes thousands of rows: on a busy machine this takes longer than a page's statement may.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            "UPDATE leads_lead SET phone = phone WHERE workspace_id = %s AND phone IS NOT NULL RETURNING id",
            [workspace.pk],
        )
        touched = cursor.rowcount
    after = scans("lead_phone")

    assert touched > 5_000
    assert after[0] >= before[0] + touched


def test_matching_reads_indexes(big):
    from integrations.contracts import PersonDetails, ProviderIds
    from leads.services.matching import find_lead

    workspace, people = big
    contact = PersonDetails(email="nobody@northfork.example", phone="+14155552671")
    ids = ProviderIds(ghl_contact_id="G1", email_bison_lead_id="1000001", linkedin_url="https://linkedin.com/in/nobody")

    with context_of(people["manager"]), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    before = scans("lead_email_unique")
    # More often than the database keeps planning anew, so the kept plan is measured too.
    for _ in range(8):
        with context_of(people["manager"]):
            assert find_lead(workspace.pk, contact, ids) is None
    after = scans("lead_email_unique")

    assert after[0] >= before[0] + 8
    assert after[1] == before[1]


def test_sample_is_complete_and_repeatable(big):
    workspace, people = big

    assert list(fill_workspace(workspace.pk, 10_001, now=NOW)) == [10_000, 10_001]

    with context_of(people["manager"]):
        assert Lead.objects.in_workspace(workspace).count() == LEADS
        assert read_filters({}).tab == Tab.ALL
