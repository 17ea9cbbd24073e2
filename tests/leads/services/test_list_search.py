"""What a search of the list finds, in whose reach, and in which order."""

import pytest
from django.db import connection

from leads import registry
from leads.errors import SearchTimeout
from leads.models import Lead
from leads.registry import BodySearch
from leads.services import lists
from leads.services.lists import list_leads
from tests.factories import LeadFactory, WorkspaceFactory
from tests.leads.services.reading import NOW, manager_of, setter_of, shown, slow_ids, slow_match, wrote
from zrg.workspaces.access import context_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def found_people():
    """A workspace in which every way to search finds the same lead, and a second workspace that has its twin."""
    workspace, other = WorkspaceFactory(), WorkspaceFactory()
    setter = setter_of(workspace)
    people = {}
    for where in (workspace, other):
        people[where.pk] = LeadFactory(
            workspace=where,
            email="dana@northfork.example",
            alternate_emails=["office@northfork.example"],
            current_replier_email="pa@mail.example",
            current_replier_name="Pat Ames",
            first_name="Dana",
            last_name="O’Reyes",
            company_name="Northfork Dental, Inc.",
            phone="+14155552671",
            phone_national="4155552671",
            linkedin_url="https://linkedin.com/in/dana-oreyes-77",
        )
    LeadFactory(workspace=workspace, first_name="Kim", last_name="Lee", company_name="Other", email="kim@other.example")
    return workspace, other, people[workspace.pk], setter


SEARCHES = [
    "dana@northfork.example",
    "OFFICE@northfork.example",
    "pa@mail.example",
    "+1 (415) 555-2671",
    "5552671",
    "dan",
    "reye northf",
    "DENTAL inc.",
    "pat am",
    "o'reyes",
    "oreyes",
    "d reyes",
]


@pytest.mark.parametrize("text", SEARCHES)
def test_search_finds_by_address_phone_and_beginnings_of_words(found_people, text):
    workspace, _other, lead, _setter = found_people

    assert shown(manager_of(workspace), search=text, clientId=str(workspace.pk)) == [lead.pk]


@pytest.mark.parametrize("text", ["ana", "northfork.exampl2", "office@northfork.exampl", "555267", "zzz", "dana kim"])
def test_search_does_not_find_inside_words_or_half_addresses(found_people, text):
    workspace, _other, lead, _setter = found_people

    assert lead.pk not in shown(manager_of(workspace), search=text)


@pytest.mark.parametrize("text", SEARCHES)
@pytest.mark.parametrize("window", [0, 4_000])
def test_hard_07_search_in_scope(found_people, text, window, monkeypatch):
    """Whatever way a search takes, it shows nothing of another workspace or of somebody else's leads."""
    monkeypatch.setattr(lists, "SEARCH_WINDOW", window)
    workspace, other, lead, setter = found_people

    assert shown(setter, search=text) == []
    assert shown(manager_of(other), search=text) == [Lead.objects.in_workspace(other).get().pk]
    assert sorted(shown(manager_of(workspace, other), search=text)) == sorted(
        [lead.pk, Lead.objects.in_workspace(other).get().pk]
    )
    Lead.objects.filter(pk=lead.pk).update(assigned_to_id=setter.user_id)
    assert shown(setter, search=text) == [lead.pk]


@pytest.mark.parametrize("window", [0, 1, 2, 3, 4_000])
@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_search_gives_the_same_pages_with_every_window(monkeypatch, window, sort):
    monkeypatch.setattr(lists, "SEARCH_WINDOW", window)
    workspace = WorkspaceFactory()
    leads = [wrote(workspace, minutes, first_name="Dana" if minutes % 3 else "Kim") for minutes in range(9)]
    expected = [lead.pk for lead in leads if lead.first_name == "Dana"]

    ids = shown(manager_of(workspace), search="dan", sort=sort, limit="2", tab="responses")

    assert ids == (expected if sort == "newest" else expected[::-1])


@pytest.mark.parametrize("window", [0, 1, 2, 3, 4_000])
@pytest.mark.parametrize("sort", ["newest", "oldest", "name", "due"])
def test_search_of_several_workspaces_gives_the_same_pages_with_every_window(monkeypatch, window, sort):
    """The newest of one workspace may be older than what the window leaves out of another."""
    monkeypatch.setattr(lists, "SEARCH_WINDOW", window)
    many, few = WorkspaceFactory(), WorkspaceFactory()
    leads = [wrote(many, minutes, first_name="Dana" if minutes % 3 else "Kim") for minutes in range(9)]
    leads += [wrote(few, 100 + minutes, first_name="Dana") for minutes in range(2)]
    access = manager_of(many, few)
    everything = shown(access, sort=sort, limit="100", tab="responses")
    dana = {lead.pk for lead in leads if lead.first_name == "Dana"}

    ids = shown(access, search="dan", sort=sort, limit="2", tab="responses")

    assert ids == [pk for pk in everything if pk in dana]
    assert len(ids) == 8


def test_too_short_search_shows_the_list_and_says_so():
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace)
    access = manager_of(workspace)

    page = list_leads(access, {"search": "da."}, now=NOW)

    assert ([one.pk for one in page.leads], page.search_too_short) == ([lead.pk], True)


def test_words_like_operators_are_only_words(found_people):
    workspace, *_ = found_people

    for text in ("dana & | ! :*", "'dana'); drop", "dana \\' :A"):
        shown(manager_of(workspace), search=text)


def test_search_that_takes_too_long_leaves_the_transaction_usable():
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace)
    access = manager_of(workspace)

    with context_of(access):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(registry, "_body_search", [BodySearch(ids=slow_ids, matches=slow_match)])
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 50")
            with pytest.raises(SearchTimeout) as timeout:
                list_leads(access, {"search": "in:body pricing"}, now=NOW)
        assert (timeout.value.http_status, timeout.value.data["retry_after"]) == (503, 2)
        assert [one.pk for one in list_leads(access, {}, now=NOW).leads] == [lead.pk]


def test_search_of_messages_without_messages_finds_nothing(monkeypatch):
    monkeypatch.setattr(registry, "_body_search", [])
    workspace = WorkspaceFactory()
    LeadFactory(workspace=workspace)

    assert shown(manager_of(workspace), search="in:body pricing") == []


@pytest.mark.parametrize("function", ["zrg_search_leads", "zrg_leads_knowing_email", "zrg_leads_with_alternate"])
def test_hard_07_lookup_functions_repeat_the_workspace_check(found_people, function):
    workspace, other, _lead, _setter = found_people
    text = {"zrg_search_leads": "dana"}.get(function, "office@northfork.example")

    with context_of(manager_of(other)), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {function}(%s::uuid[], %s)", [[workspace.pk], text])
        foreign = cursor.fetchone()[0]
        cursor.execute(f"SELECT count(*) FROM {function}(%s::uuid[], %s)", [[workspace.pk, other.pk], text])
        both = cursor.fetchone()[0]

    assert (foreign, both) == (0, 1)
