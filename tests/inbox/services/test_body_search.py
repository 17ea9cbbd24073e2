from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from leads.services import lists
from leads.services.lists import list_leads
from tests.factories import LeadFactory, MembershipFactory, WorkspaceFactory
from tests.factories.inbox import MessageFactory
from zrg.workspaces.access import compute_access, context_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def found(access, text):
    with context_of(access):
        return [lead.pk for lead in list_leads(access, {"search": f"in:body {text}"}).leads]


@pytest.fixture
def written():
    """The same words in two workspaces, and a person of the first."""
    workspace, other = WorkspaceFactory(), WorkspaceFactory()
    leads = [LeadFactory(workspace=one) for one in (workspace, other)]
    for lead in leads:
        MessageFactory(lead=lead, body="Could you send the Pricing for ten seats?")
    return leads[0], leads[1]


def test_words_of_messages_are_found_by_their_beginnings(written):
    lead, _other = written
    access = compute_access(MembershipFactory(workspace=lead.workspace, role="INBOX_MANAGER").user)

    assert found(access, "pric seat") == [lead.pk]
    assert found(access, "ricing") == []
    assert found(access, lead.first_name) == []


@pytest.mark.parametrize("window", [0, 1, 4_000])
def test_words_of_messages_are_found_with_every_window(written, window, monkeypatch):
    """Both by the index and row by row."""
    monkeypatch.setattr(lists, "SEARCH_WINDOW", window)
    lead, other = written
    LeadFactory.create_batch(3, workspace=lead.workspace)
    person = MembershipFactory(workspace=lead.workspace, role="INBOX_MANAGER").user
    alone = compute_access(person)
    MembershipFactory(workspace=other.workspace, user=person, role="INBOX_MANAGER")

    assert found(alone, "pric seat") == [lead.pk]
    assert found(alone, "ricing") == []
    assert sorted(found(compute_access(person), "pricing")) == sorted([lead.pk, other.pk])


@pytest.mark.parametrize("window", [0, 4_000])
def test_hard_07_search_in_scope_of_messages(written, window, monkeypatch):
    monkeypatch.setattr(lists, "SEARCH_WINDOW", window)
    lead, other = written
    setter = compute_access(MembershipFactory(workspace=lead.workspace, role="SETTER").user)

    assert found(setter, "pricing") == []
    with context_of(setter), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM zrg_search_messages(%s::uuid[], 'pricing', now() - interval '1 day')",
            [[other.workspace_id]],
        )
        assert cursor.fetchone() == (0,)


def test_old_messages_are_left_alone(written):
    lead, _other = written
    MessageFactory(lead=lead, body="Ancient history", sent_at=timezone.now() - timedelta(days=181))
    access = compute_access(MembershipFactory(workspace=lead.workspace, role="INBOX_MANAGER").user)

    assert found(access, "ancient") == []
