"""The section Memory of the drawer."""

import pytest

from inbox.models import LeadMemoryEntry
from inbox.rules.memory import MemoryProposal
from inbox.services.memory import propose_memory
from tests.factories.workspaces import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def governor(settings):
    settings.SUPER_ADMIN_EMAILS = {"root@zrg.example"}
    return UserFactory(email="root@zrg.example")


def drawer(client, desk) -> str:
    return client.get(f"{desk.prefix}/drawer/{desk.lead.pk}/memory").content.decode()


def waiting(desk) -> LeadMemoryEntry:
    propose_memory(desk.lead, [MemoryProposal(category="mood", content="Likes <b>jokes</b>", confidence=1)])
    return LeadMemoryEntry.objects.get()


def test_a_setter_adds_and_hears_that_it_waits(client, desk, htmx):
    response = client.login_as(desk.setter).post(
        f"{desk.prefix}/leads/{desk.lead.pk}/memory", {"category": "mood", "content": "Likes jokes"}, **htmx
    )

    assert response.status_code == 200
    assert "once it was approved" in response.headers["HX-Trigger"]
    assert LeadMemoryEntry.objects.get().status == "PENDING"
    assert "Likes jokes" not in drawer(client, desk)


def test_an_empty_fact_is_refused(client, desk, htmx):
    response = client.login_as(desk.setter).post(
        f"{desk.prefix}/leads/{desk.lead.pk}/memory", {"category": "mood", "content": "a@b.example"}, **htmx
    )

    assert response.status_code == 422
    assert "without addresses" in response.content.decode()
    assert not LeadMemoryEntry.objects.exists()


def test_who_governs_sees_and_decides(client, desk, governor, htmx):
    entry = waiting(desk)
    client.login_as(governor)
    shown = drawer(client, desk)

    response = client.post(f"{desk.prefix}/leads/{desk.lead.pk}/memory/{entry.pk}", {"decision": "approve"}, **htmx)

    assert "waits for a decision" in shown
    assert "Likes &lt;b&gt;jokes" in shown
    assert response.status_code == 200
    entry.refresh_from_db()
    assert (entry.status, entry.decided_by) == ("APPROVED", governor)
    client.post(f"{desk.prefix}/leads/{desk.lead.pk}/memory/{entry.pk}", {"decision": "reject"}, **htmx)
    assert not LeadMemoryEntry.objects.exists()


@pytest.mark.parametrize("who", ["setter", "manager"])
def test_nobody_else_decides(client, desk, htmx, who):
    entry = waiting(desk)

    response = client.login_as(getattr(desk, who)).post(
        f"{desk.prefix}/leads/{desk.lead.pk}/memory/{entry.pk}", {"decision": "approve"}, **htmx
    )

    assert response.status_code == 403
    entry.refresh_from_db()
    assert entry.status == "PENDING"
