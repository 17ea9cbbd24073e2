"""Routing reads the leads it takes, not all that wait, however wrong the statistics are."""

import psycopg
import pytest
from django.db import connection

from assignment.models import RoutingRule
from assignment.services.routing.batch import retry_batch, route_batch
from assignment.services.routing.single import route_lead
from leads.models import Lead
from tests.factories import WorkspaceFactory
from tests.support.database import database_urls
from tests.support.routing_scene import catch_all, make_leads, make_partner, make_source
from zrg.workspaces.context import platform

pytestmark = pytest.mark.integration

WAITING, BATCH = 600, 100
# Taking, reading facts, looking for collisions, settling, its foreign keys: a handful of reads for each lead.
READS_PER_LEAD = 40
TABLES = ("leads_lead", "assignment_routingqueueentry", "workspaces_workspace")


@pytest.fixture
def source(committed_db):
    """Leads that came after the statistics were made: by these, nothing waits and the workspace has no leads."""
    with platform(timeout_ms=60_000):
        other, source = WorkspaceFactory(), make_source()
        make_leads(other, WAITING)
        catch_all(make_partner(source))
    assert route_batch(other.pk, limit=WAITING).settled["kept"] == WAITING
    with psycopg.connect(database_urls()[1], autocommit=True) as owner:
        for table in (*TABLES, "assignment_routinglog", "assignment_leadattribution"):
            owner.execute(f"ANALYZE {table}")
    with platform(timeout_ms=60_000):
        make_leads(source, WAITING)
    connection.close()
    return source.pk


def rows_read(act):
    """Rows of the tables that `act` read, by scans of either kind."""

    def count():
        with psycopg.connect(database_urls()[1], autocommit=True) as owner:
            return owner.execute(
                "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables"
                " WHERE relname = ANY (%s)",
                [list(TABLES)],
            ).fetchone()[0]

    def settled():
        # What a connection did is counted when it rests, unless it is told to count now.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
        return count()

    before = settled()
    result = act()
    return result, settled() - before


def test_first_pass_reads_what_it_takes(source):
    result, reads = rows_read(lambda: route_batch(source, limit=BATCH))

    assert (result.claimed, result.settled["success"]) == (BATCH, BATCH)
    assert reads <= BATCH * READS_PER_LEAD


def test_failing_and_retrying_read_what_they_take(source):
    with platform():
        RoutingRule.objects.in_workspace(source).update(is_active=False)
    failed, reads = rows_read(lambda: route_batch(source, limit=WAITING))
    assert (failed.retry, reads <= WAITING * READS_PER_LEAD) == (WAITING, True), reads
    with platform():
        RoutingRule.objects.in_workspace(source).update(is_active=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT hurry_routing_retries(%s)", [source])

    retried, reads = rows_read(lambda: retry_batch(source, limit=BATCH))

    assert (retried.claimed, retried.settled["success"]) == (BATCH, BATCH)
    assert reads <= BATCH * READS_PER_LEAD


def test_one_lead_reads_itself(source):
    with platform():
        ids = list(Lead.objects.in_workspace(source).values_list("pk", flat=True)[:BATCH])

    results, reads = rows_read(lambda: [route_lead(one, source).result for one in ids])

    assert results == ["success"] * BATCH
    assert reads <= BATCH * READS_PER_LEAD, reads
