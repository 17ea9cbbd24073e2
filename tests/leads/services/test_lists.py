import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from leads import registry
from leads.errors import SearchTimeout, UnknownFilter
from leads.models import Lead
from leads.registry import BodySearch
from leads.services import lists
from leads.services.lists import filter_leads, list_leads
from tests.factories import LeadFactory, MembershipFactory, SmsCampaignFactory, WorkspaceFactory
from zrg.lib.cursor import CursorMismatch
from zrg.lib.errors import NotVisible
from zrg.workspaces.access import Access, compute_access, context_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def manager_of(*workspaces):
    access = [MembershipFactory(workspace=one, role="INBOX_MANAGER") for one in workspaces[:1]]
    for one in workspaces[1:]:
        MembershipFactory(workspace=one, user=access[0].user, role="INBOX_MANAGER")
    return compute_access(access[0].user)


def setter_of(workspace):
    return compute_access(MembershipFactory(workspace=workspace, role="SETTER").user)


def shown(access, **params):
    """Ids of all pages, read as the person under row security."""
    ids = []
    with context_of(access, timeout_ms=30_000):
        while True:
            page = list_leads(access, params, now=NOW)
            ids += [lead.pk for lead in page.leads]
            if page.next_cursor is None:
                return ids
            params["cursor"] = page.next_cursor


def wrote(workspace, minutes_ago, **values):
    at = NOW - timedelta(minutes=minutes_ago)
    return LeadFactory(workspace=workspace, last_inbound_at=at, last_message_at=at, **values)


@pytest.mark.parametrize("sort", ["newest", "oldest", "name", "due"])
@pytest.mark.parametrize("limit", [1, 2, 3, 25])
def test_pages_show_every_lead_once_and_in_order(sort, limit):
    workspace = WorkspaceFactory()
    at = NOW - timedelta(hours=1)
    for number in range(7):
        # Two groups of equal keys: ties are told apart by id.
        LeadFactory(
            workspace=workspace,
            created_at=at + timedelta(minutes=number % 2),
            first_name=f"Dana {number % 2}",
            due_at=at if number in (1, 4) else None,
        )
    key = {
        "name": lambda lead: (lead.name_key, lead.pk),
        # Those without a time come last, the newest first.
        "due": lambda lead: (lead.due_at is None, lead.due_at or -lead.sort_at.timestamp(), lead.pk),
    }.get(sort, lambda lead: (lead.sort_at, lead.pk))
    expected = sorted(Lead.objects.in_workspace(workspace), key=key, reverse=sort == "newest")

    assert shown(manager_of(workspace), sort=sort, limit=str(limit)) == [lead.pk for lead in expected]


@pytest.mark.parametrize("limit", [2, 25])
@pytest.mark.parametrize("sort", ["newest", "oldest", "name", "due"])
def test_lists_of_several_workspaces_are_one_list(sort, limit):
    one, other, hidden = WorkspaceFactory(), WorkspaceFactory(), WorkspaceFactory()
    leads = [wrote(workspace, minutes, first_name=f"N{minutes}") for minutes, workspace in enumerate([one, other] * 3)]
    wrote(hidden, 1)
    expected = [lead.pk for lead in leads]

    ids = shown(manager_of(one, other), sort=sort, limit=str(limit), tab="responses")

    assert ids == (expected[::-1] if sort == "oldest" else expected)


def test_workspaces_narrow_the_list_of_all():
    one, other, hidden = WorkspaceFactory(), WorkspaceFactory(), WorkspaceFactory()
    mine, _theirs = LeadFactory(workspace=one), LeadFactory(workspace=other)
    access = manager_of(one, other)

    assert shown(access, workspaces=str(one.pk)) == [mine.pk]
    with pytest.raises(UnknownFilter, match="workspaces"):
        shown(access, workspaces=str(hidden.pk))
    with pytest.raises(NotVisible):
        shown(access, clientId=str(hidden.pk))
    assert shown(Access(user_id=uuid.uuid4())) == []


def test_person_with_two_roles_sees_all_here_and_own_there():
    whole, partly = WorkspaceFactory(), WorkspaceFactory()
    access = manager_of(whole)
    MembershipFactory(workspace=partly, user_id=access.user_id, role="SETTER")
    access = compute_access(MembershipFactory._meta.model.objects.filter(user_id=access.user_id).first().user)
    seen, own = wrote(whole, 1), wrote(partly, 2, assigned_to_id=access.user_id)
    wrote(partly, 3)

    assert shown(access) == [seen.pk, own.pk]
    assert shown(access, assigned="me") == [own.pk]


def test_filters_narrow_together():
    workspace = WorkspaceFactory()
    label = SmsCampaignFactory(workspace=workspace)
    setter = MembershipFactory(workspace=workspace, role="SETTER").user
    wanted = wrote(
        workspace,
        1,
        channels=["email", "sms"],
        sentiment_tag="Interested",
        overall_score=3,
        sms_campaign=label,
        assigned_to=setter,
        status="qualified",
    )
    wrote(workspace, 2, channels=["linkedin"])
    access = manager_of(workspace)

    for params in (
        {"channels": ["sms", "linkedin"], "sentiments": "Interested"},
        {"channels": "sms"},
        {"score": "3+"},
        {"smsCampaignId": str(label.pk)},
        {"assigned": str(setter.pk)},
        {"status": "qualified"},
    ):
        assert shown(access, **params) == [wanted.pk], params
    assert len(shown(access, channels=["sms", "linkedin"])) == 2
    assert shown(access, smsCampaignId=str(uuid.uuid4())) == []
    assert shown(access, status="qualified", score="4") == []


def test_unattributed_unassigned_and_scores():
    workspace = WorkspaceFactory()
    plain = wrote(workspace, 1)
    stopped = wrote(
        workspace, 2, overall_score=1, sentiment_tag="Blacklist", status="blacklisted", blacklist_reason="manual"
    )
    poor = wrote(workspace, 3, overall_score=1)
    best = wrote(workspace, 4, overall_score=4, sms_campaign=SmsCampaignFactory(workspace=workspace))
    access = manager_of(workspace)

    assert shown(access, smsCampaignId="unattributed") == [plain.pk, stopped.pk, poor.pk]
    assert shown(access, assigned="none") == [plain.pk, stopped.pk, poor.pk, best.pk]
    assert shown(access, score="unscored") == [plain.pk]
    assert shown(access, score="disqualified") == [stopped.pk]
    assert shown(access, score="1+") == [stopped.pk, poor.pk, best.pk]
    assert shown(access, score="4") == [best.pk]


def test_setter_cannot_widen_the_list():
    workspace = WorkspaceFactory()
    access, colleague = setter_of(workspace), setter_of(workspace)
    own = wrote(workspace, 1, assigned_to_id=access.user_id)
    wrote(workspace, 2, assigned_to_id=colleague.user_id)
    wrote(workspace, 3)

    assert shown(access) == [own.pk]
    assert shown(access, assigned="me") == [own.pk]
    assert shown(access, assigned="none") == []
    assert shown(access, assigned=str(colleague.user_id)) == []


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


@pytest.mark.parametrize("sort", ["newest", "oldest", "name", "due"])
@pytest.mark.parametrize(
    "wish",
    [
        {"sentiments": "Interested"},
        {"score": "3+"},
        {"channels": "sms"},
        {"status": "qualified"},
        {"smsCampaignId": "unattributed"},
        {"channels": "sms,linkedin", "score": "3+", "sentiments": "Interested", "status": "qualified"},
    ],
)
def test_filters_keep_the_order_of_the_list_and_its_pages(sort, wish):
    workspace = WorkspaceFactory()
    fitting = {"sentiment_tag": "Interested", "overall_score": 3, "channels": ["sms"], "status": "qualified"}
    other = {"sentiment_tag": "Neutral", "overall_score": 1, "channels": ["email"], "status": "new"}
    label = SmsCampaignFactory(workspace=workspace)
    leads = [
        wrote(workspace, minutes, **(fitting if minutes % 2 else {**other, "sms_campaign": label}))
        for minutes in range(7)
    ]
    access = manager_of(workspace)
    everything = shown(access, sort=sort, limit="100", tab="responses")
    wanted = {lead.pk for lead in leads[1::2]}

    ids = shown(access, sort=sort, limit="2", tab="responses", clientId=str(workspace.pk), **wish)

    assert ids == [pk for pk in everything if pk in wanted]
    assert len(ids) == 3


def test_filters_that_take_too_long_leave_the_transaction_usable(monkeypatch):
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, status="qualified")
    access = manager_of(workspace)
    narrowed = lists.narrow_leads
    monkeypatch.setattr(
        lists, "narrow_leads", lambda leads, *rest: narrowed(leads, *rest).filter(_slow_match((), "pricing"))
    )

    with context_of(access):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 50")
        with pytest.raises(SearchTimeout) as timeout:
            list_leads(access, {"status": "qualified"}, now=NOW)
        monkeypatch.undo()
        assert (timeout.value.http_status, timeout.value.data["retry_after"]) == (503, 2)
        assert [one.pk for one in list_leads(access, {"status": "qualified"}, now=NOW).leads] == [lead.pk]


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
            patch.setattr(registry, "_body_search", [BodySearch(ids=_slow_ids, matches=_slow_match)])
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 50")
            with pytest.raises(SearchTimeout) as timeout:
                list_leads(access, {"search": "in:body pricing"}, now=NOW)
        assert (timeout.value.http_status, timeout.value.data["retry_after"]) == (503, 2)
        assert [one.pk for one in list_leads(access, {}, now=NOW).leads] == [lead.pk]


def _slow_ids(workspaces, text):
    return RawSQL("SELECT gen_random_uuid() FROM pg_sleep(5)", [])


def _slow_match(workspaces, text):
    return RawSQL("EXISTS (SELECT 1 FROM pg_sleep(5))", [], output_field=BooleanField())


def test_search_of_messages_without_messages_finds_nothing(monkeypatch):
    monkeypatch.setattr(registry, "_body_search", [])
    workspace = WorkspaceFactory()
    LeadFactory(workspace=workspace)

    assert shown(manager_of(workspace), search="in:body pricing") == []


def test_cursor_belongs_to_its_filters():
    workspace = WorkspaceFactory()
    LeadFactory.create_batch(2, workspace=workspace)
    access = manager_of(workspace)
    cursor = list_leads(access, {"limit": "1"}, now=NOW).next_cursor

    for params in ({"tab": "responses"}, {"sort": "oldest"}, {"search": "dana"}, {"clientId": str(workspace.pk)}):
        with pytest.raises(CursorMismatch):
            list_leads(access, {**params, "cursor": cursor}, now=NOW)
    with pytest.raises(CursorMismatch):
        list_leads(access, {"cursor": cursor[:-2]}, now=NOW)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("params", "queries"),
    [
        ({}, 1),
        ({"search": "dana@northfork.example"}, 3),
        ({"search": "dana"}, 4),
        ({"search": "5552671"}, 3),
        ({"status": "new"}, 3),
        ({"sort": "due", "tab": "responses"}, 1),
    ],
)
def test_statements_of_a_page(django_assert_num_queries, rows, params, queries):
    workspace = WorkspaceFactory()
    setter = MembershipFactory(workspace=workspace).user
    for _ in range(rows):
        LeadFactory(workspace=workspace, assigned_to=setter, sms_campaign=SmsCampaignFactory(workspace=workspace))
    access = manager_of(workspace)

    with django_assert_num_queries(queries):
        page = list_leads(access, params, now=NOW)
        [(lead.shown_name, lead.assigned_to.display_name, lead.sms_campaign.name, lead.is_open) for lead in page.leads]


def test_all_leads_of_a_list_are_the_pages_together():
    one, other = WorkspaceFactory(), WorkspaceFactory()
    for minutes, workspace in enumerate([one, other, one]):
        wrote(workspace, minutes)
    access = manager_of(one, other)

    with context_of(access):
        everything = list(filter_leads(access, {"tab": "responses"}, now=NOW).values_list("pk", flat=True))

    assert everything == shown(access, tab="responses", limit="1")
