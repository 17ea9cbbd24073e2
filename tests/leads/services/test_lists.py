import uuid
from datetime import timedelta

import pytest
from django.db import connection

from leads.errors import SearchTimeout, UnknownFilter
from leads.models import Lead
from leads.services import lists
from leads.services.lists import filter_leads, list_leads
from tests.factories import LeadFactory, MembershipFactory, SmsCampaignFactory, WorkspaceFactory
from tests.leads.services.reading import NOW, manager_of, setter_of, shown, slow_match, wrote
from zrg.lib.cursor import CursorMismatch
from zrg.lib.errors import NotVisible
from zrg.workspaces.access import Access, compute_access, context_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


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
        lists, "narrow_leads", lambda leads, *rest: narrowed(leads, *rest).filter(slow_match((), "pricing"))
    )

    with context_of(access):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 50")
        with pytest.raises(SearchTimeout) as timeout:
            list_leads(access, {"status": "qualified"}, now=NOW)
        monkeypatch.undo()
        assert (timeout.value.http_status, timeout.value.data["retry_after"]) == (503, 2)
        assert [one.pk for one in list_leads(access, {"status": "qualified"}, now=NOW).leads] == [lead.pk]


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
