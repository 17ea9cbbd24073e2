"""Whatever of routing is taken out of the database is missed by the check after a migration."""

import re

import psycopg
import pytest

from assignment.services.routing import schema
from tests.assignment.services.routing.conftest import ROOT
from tests.support.database import database_urls

pytestmark = pytest.mark.integration
MADE = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION public\.(\w+)")
TAKEN = {
    "DROP FUNCTION public.take_routing_lead(uuid, uuid, uuid, bigint, text)": "function take_routing_lead",
    "DROP FUNCTION public.zrg_routing_touch(uuid[])": "function zrg_routing_touch",
    "DROP TABLE public.assignment_routingcounter": "table assignment_routingcounter",
    "ALTER TABLE public.assignment_routinglog DISABLE ROW LEVEL SECURITY": "policy of assignment_routinglog",
    "ALTER TABLE public.assignment_routinglog NO FORCE ROW LEVEL SECURITY": "policy of assignment_routinglog",
    "DROP POLICY zrg_all ON public.assignment_leadattribution": "policy of assignment_leadattribution",
    "DROP TRIGGER pgtrigger_append_only_12a37 ON public.assignment_routinglog": (
        "trigger pgtrigger_append_only_12a37 of assignment_routinglog"
    ),
    "ALTER TABLE public.leads_lead DISABLE TRIGGER lead_routing_guard": "trigger lead_routing_guard of leads_lead",
    "DROP INDEX public.routing_log_newest": "index routing_log_newest",
    "DROP INDEX public.attribution_claim": "index attribution_claim",
    "ALTER TABLE public.leads_lead DROP CONSTRAINT lead_lock_iff_routing": "check lead_lock_iff_routing of leads_lead",
    "ALTER TABLE public.assignment_routingqueueentry DROP CONSTRAINT routing_queue_attempt": (
        "check routing_queue_attempt of assignment_routingqueueentry"
    ),
}


@pytest.mark.parametrize("statement", TAKEN)
def test_a_part_that_is_gone_is_named(committed_db, monkeypatch, statement):
    _, owner_url = database_urls()

    with psycopg.connect(owner_url) as owner:
        owner.execute(statement)
        monkeypatch.setattr(schema, "connection", owner)
        missing = schema.missing_parts()
        owner.rollback()

    assert TAKEN[statement] in missing


def test_every_function_of_the_migrations_is_looked_for():
    files = [*ROOT.glob("assignment/migrations/0*.py"), ROOT / "assignment/activity.py"]

    made = {
        name
        for file in files
        for name in re.findall(r"CREATE (?:OR REPLACE )?FUNCTION public\.(\w+)", file.read_text())
    }

    assert made - set(schema.FUNCTIONS) == set()
