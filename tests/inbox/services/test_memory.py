"""Facts about leads: proposed, decided, used, forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import LeadMemoryEntry
from inbox.rules.memory import MemoryProposal
from inbox.schedules import forget_memory
from inbox.services.memory import (
    add_memory,
    approve_memory,
    approved_memory,
    merge_memory,
    propose_memory,
    reject_memory,
)
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import MembershipFactory, UserFactory
from zrg.jobs.contracts import RunContext
from zrg.lib.errors import BadInput, Forbidden
from zrg.workspaces.models import AdminAuditEvent, WorkspaceSettings

pytestmark = pytest.mark.django_db

FACT = MemoryProposal(category="timezone_preference", content="Prefers mornings", confidence=0.9)


@pytest.fixture
def lead():
    lead = LeadFactory()
    WorkspaceSettings.objects.filter(workspace=lead.workspace).update(
        memory_allowlist_categories=["timezone_preference"], memory_ttl_days=30
    )
    return lead


@pytest.fixture
def governor(settings):
    user = UserFactory(email="root@zrg.example")
    settings.SUPER_ADMIN_EMAILS = {"root@zrg.example"}
    return user


def test_an_allowed_fact_is_used_at_once(lead):
    now = timezone.now()

    counts = propose_memory(lead, [FACT], now=now)

    entry = LeadMemoryEntry.objects.get()
    assert counts == {"approved": 1, "pending": 0, "dropped": 0}
    assert (entry.workspace_id, entry.source, entry.status) == (lead.workspace_id, "INFERENCE", "APPROVED")
    assert entry.expires_at == now + timedelta(days=30)
    assert approved_memory(lead.pk, now) == ["timezone_preference: Prefers mornings"]
    assert approved_memory(lead.pk, now + timedelta(days=31)) == []
    assert approved_memory(LeadFactory(workspace=lead.workspace).pk, now) == []


def test_hard_05_what_waits_is_never_used(lead):
    WorkspaceSettings.objects.update(memory_allowlist_categories=[])

    counts = propose_memory(lead, [FACT])

    assert counts["pending"] == 1
    assert approved_memory(lead.pk, timezone.now()) == []


def test_at_most_three_proposals_are_kept(lead):
    proposals = [MemoryProposal(category="timezone_preference", content=f"Fact {n}", confidence=1) for n in range(5)]

    counts = propose_memory(lead, proposals)

    assert counts == {"approved": 3, "pending": 0, "dropped": 2}
    assert LeadMemoryEntry.objects.count() == 3


def test_the_same_fact_again_lives_longer_and_is_one_row(lead):
    now = timezone.now()
    propose_memory(lead, [FACT], now=now)

    propose_memory(lead, [FACT], now=now + timedelta(days=10))
    propose_memory(lead, [FACT], now=now - timedelta(days=10))

    assert LeadMemoryEntry.objects.get().expires_at == now + timedelta(days=40)


def test_a_person_adds_and_the_policy_decides(lead):
    manager = MembershipFactory(workspace=lead.workspace, role="INBOX_MANAGER").user

    allowed = add_memory(lead, category="timezone_preference", content="Prefers mornings", by=manager)
    other = add_memory(lead, category="mood", content="Likes jokes", by=manager)

    assert (allowed.status, allowed.source, allowed.created_by) == ("APPROVED", "MANUAL", manager)
    assert other.status == "PENDING"
    with pytest.raises(BadInput):
        add_memory(lead, category="mood", content="dana@northfork.example", by=manager)
    assert LeadMemoryEntry.objects.count() == 2


def test_who_governs_approves_by_adding_and_decides_about_others(lead, governor):
    propose_memory(lead, [MemoryProposal(category="mood", content="Likes jokes", confidence=1)])
    waiting = LeadMemoryEntry.objects.get()

    own = add_memory(lead, category="mood", content="Never on Fridays", by=governor)
    approve_memory(waiting.pk, by=governor)

    assert (own.status, own.decided_by) == ("APPROVED", governor)
    assert len(approved_memory(lead.pk, timezone.now())) == 2
    reject_memory(own.pk, by=governor)
    assert [row.content for row in LeadMemoryEntry.objects.all()] == ["Likes jokes"]
    assert sorted(AdminAuditEvent.objects.filter(action__startswith="memory").values_list("action", flat=True)) == [
        "memory.approved",
        "memory.approved",
        "memory.rejected",
    ]


@pytest.mark.parametrize("role", ["SETTER", "INBOX_MANAGER", "ADMIN"])
def test_nobody_else_decides(lead, role):
    propose_memory(lead, [MemoryProposal(category="mood", content="Likes jokes", confidence=1)])
    entry = LeadMemoryEntry.objects.get()
    user = MembershipFactory(workspace=lead.workspace, role=role).user

    for act in (approve_memory, reject_memory):
        with pytest.raises(Forbidden):
            act(entry.pk, by=user)

    entry.refresh_from_db()
    assert entry.status == "PENDING"


def test_expired_facts_are_forgotten_by_night(lead):
    propose_memory(lead, [FACT], now=timezone.now() - timedelta(days=31))
    propose_memory(lead, [MemoryProposal(category="mood", content="Likes jokes")])

    forget_memory(RunContext(job="retention", deadline=float("inf"), correlation_id="t", params={"dryRun": True}))
    assert LeadMemoryEntry.objects.count() == 2
    forget_memory(RunContext(job="retention", deadline=float("inf"), correlation_id="t"))

    assert [row.content for row in LeadMemoryEntry.objects.all()] == ["Likes jokes"]


def test_merged_leads_keep_each_fact_once(lead):
    other = LeadFactory(workspace=lead.workspace)
    propose_memory(lead, [FACT])
    propose_memory(other, [FACT, MemoryProposal(category="mood", content="Likes jokes")])

    merge_memory(lead.pk, other.pk)

    assert sorted(LeadMemoryEntry.objects.filter(lead=lead).values_list("content", flat=True)) == [
        "Likes jokes",
        "Prefers mornings",
    ]
    assert not LeadMemoryEntry.objects.filter(lead=other).exists()


def test_erasing_a_lead_erases_what_is_known_of_it(lead):
    propose_memory(lead, [FACT])

    lead.delete()

    assert not LeadMemoryEntry.objects.exists()
