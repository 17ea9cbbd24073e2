"""Lists of big tables: every page, filter and search has an index to answer it, and nothing is asked per row.

The tables are empty here: reading them whole and sorting are switched off for the planner, so it names an index
whenever there is one, and what it cannot avoid shows in the plan.
"""

from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import connection
from django.urls import reverse

from tests.factories import LeadFactory, PlatformGrantFactory, WorkspaceFactory
from zrg.workspaces.context import platform

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

# Tables that grow with the traffic.
BIG = {
    "ai.AIInteraction",
    "assignment.LeadAttribution",
    "assignment.RoutingLog",
    "assignment.RoutingQueueEntry",
    "inbox.Draft",
    "inbox.DraftEvent",
    "inbox.InboundStageRun",
    "inbox.Message",
    "inbox.SendOrder",
    "jobs.BackgroundJob",
    "jobs.WebhookEvent",
    "leads.EnrichmentRequest",
    "leads.Lead",
    "leads.LeadIdentityConflict",
    "leads.OptOut",
    "workspaces.AdminAuditEvent",
}
# A filter's own order over the few rows of its partial index.
SORTED_FILTERS = {"unconfirmed=yes"}
IN_WORKSPACE = "?workspace__id__exact="
PER_CHOICES = 3
AVOIDED = ("seqscan", "bitmapscan", "sort")
SWITCH = "SELECT " + ", ".join(f"set_config('enable_{kind}', %s, true)" for kind in AVOIDED)


def big_lists():
    return [one for model, one in admin.site._registry.items() if model._meta.label in BIG]


def test_lists_of_big_tables_keep_one_order():
    kept = {model._meta.label for model, one in admin.site._registry.items() if getattr(one, "one_order", False)}

    assert kept == BIG


@pytest.mark.parametrize("listed", big_lists(), ids=lambda one: one.model._meta.label)
def test_every_answer_of_a_big_list_has_an_index(client, listed):
    # Of a single workspace the admin offers no choice.
    workspace, _other = WorkspaceFactory.create_batch(2)
    client.login_as(PlatformGrantFactory().user)
    url = reverse(f"admin:{listed.opts.app_label}_{listed.opts.model_name}_changelist")

    plans = {}
    for query in queries(client, url, listed, workspace):
        chosen = query.partition("&")[2] if query.startswith(IN_WORKSPACE) else query.removeprefix("?")
        for sql, parameters in statements(client, url + query, listed.opts.db_table):
            assert "SELECT DISTINCT" not in sql, (query, sql)
            # Many pages ask the same, of tables that stay as they are.
            asked = sql, repr(parameters)
            if asked not in plans:
                plans[asked] = plan_of(sql, parameters)
            plan = plans[asked]
            assert f"Seq Scan on {listed.opts.db_table}" not in plan, (query, plan)
            if chosen not in SORTED_FILTERS:
                assert "-> Sort" not in plan, (query, plan)
                assert not plan.startswith("Sort"), (query, plan)


@pytest.mark.parametrize(("listed", "counted"), [("leads_lead", False), ("workspaces_membership", True)])
def test_choices_of_a_big_list_are_not_counted(client, listed, counted):
    WorkspaceFactory.create_batch(2)
    client.login_as(PlatformGrantFactory().user)

    page = client.get(reverse(f"admin:{listed}_changelist") + "?_facets=True")

    assert (page.status_code, page.context["cl"].add_facets) == (200, counted)


def test_an_address_cannot_sort_a_big_list(client):
    workspace = WorkspaceFactory()
    for name in ("b", "a", "c"):
        LeadFactory(workspace=workspace, first_name=name)
    client.login_as(PlatformGrantFactory().user)

    listed = [
        [lead.pk for lead in client.get(reverse("admin:leads_lead_changelist") + query).context["cl"].result_list]
        for query in ("", "?o=1", "?o=-4")
    ]

    assert listed[0] == listed[1] == listed[2] == sorted(listed[0], reverse=True)


@pytest.mark.parametrize("listed", ["inbox_message", "jobs_backgroundjob", "workspaces_adminauditevent", "leads_lead"])
def test_a_big_list_asks_nothing_per_row(client, listed):
    client.login_as(PlatformGrantFactory().user)
    url = reverse(f"admin:{listed}_changelist")
    client.get(url)
    counts = []
    for number in (1, 3):
        ADD[listed](number)
        counts.append(len(statements(client, url, "")))

    assert counts[0] == counts[1]


def add_messages(count):
    from tests.factories.inbox import MessageFactory

    MessageFactory.create_batch(count)


def add_jobs(count):
    from zrg.jobs.models import BackgroundJob

    for _ in range(count):
        BackgroundJob.objects.create(type="T", workspace=WorkspaceFactory(), dedupe_key=str(uuid4()))


def add_audit(count):
    from zrg.workspaces.services.audit import record_audit

    for _ in range(count):
        record_audit("lead.merged", actor=None, workspace=WorkspaceFactory())


ADD = {
    "inbox_message": add_messages,
    "jobs_backgroundjob": add_jobs,
    "workspaces_adminauditevent": add_audit,
    "leads_lead": lambda count: LeadFactory.create_batch(count),
}


def queries(client, url, listed, workspace):
    """The plain list, some choices of each filter, alone and in a workspace, and what people search for."""
    found = [""]
    page = client.get(url)
    assert page.status_code == 200
    changelist = page.context["cl"]
    for spec in changelist.filter_specs:
        chosen = [choice["query_string"] for choice in spec.choices(changelist) if "query_string" in choice]
        found += [query for query in chosen if len(query) > 1][: PER_CHOICES + 1]
    if "workspace" in listed.list_filter:
        found += [
            f"{IN_WORKSPACE}{workspace.pk}&{query[1:]}" for query in list(found) if query and IN_WORKSPACE not in query
        ]
    if listed.search_fields:
        found += [f"?q={term}" for term in ("zzz", uuid4(), "nobody@northfork.example")]
    return dict.fromkeys(found)


def statements(client, url, table):
    """Selects on the table that a page runs."""
    seen = []

    def note(execute, sql, params, many, context):
        if (sql.lstrip("( \n").startswith(("SELECT", "WITH")) and f'"{table}"' in sql) or not table:
            seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert client.get(url).status_code == 200, url
    return seen


def plan_of(sql, parameters):
    """How the planner would do it, without the lines that say who may see a row."""
    with platform(), connection.cursor() as cursor:
        cursor.execute(SWITCH, ["off"] * len(AVOIDED))
        cursor.execute("EXPLAIN (COSTS OFF) " + sql, parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute(SWITCH, ["on"] * len(AVOIDED))
    return plan.replace("->  ", "-> ")
