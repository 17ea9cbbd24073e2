"""Voices in the settings."""

import re
from typing import Any

import pytest

from tests.factories import EmailCampaignFactory, MembershipFactory, WorkspaceFactory
from tests.factories.ai import PersonaFactory
from tests.support.client import ZrgClient
from zrg.ai.models import Persona
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import AdminAuditEvent, Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(settings__ai_persona_name="Nora")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner)


def url(workspace: Workspace, *parts: str) -> str:
    return "/".join([f"/w/{workspace.pk}/settings/ai/personas", *parts])


def item(persona: Persona, *parts: str) -> str:
    return url(persona.workspace, "of", str(persona.pk), *parts)


def form_of(client: ZrgClient, address: str, **changes: str) -> dict[str, str]:
    version = re.search(r'name="version" value="(\w+)"', client.get(address).content.decode())
    assert version is not None
    form = {"name": "Jordan", "tone": "direct", "greeting": "Hello {firstName},"}
    return {"version": version[1], **form, **changes}


def test_first_persona_is_made_of_the_workspaces_own_fields(owner: ZrgClient, workspace: Workspace) -> None:
    html = owner.get(url(workspace)).content.decode()

    made = Persona.objects.get()
    assert (made.is_default, made.persona_name) == (True, "Nora")
    assert made.name in html
    assert '<span class="badge badge--accent">Default</span>' in html


def test_persona_is_created_changed_and_made_the_default(owner: ZrgClient, workspace: Workspace) -> None:
    owner.get(url(workspace))

    created = owner.post(url(workspace, "of", "new"), form_of(owner, url(workspace, "of", "new"), signature="J."))
    made = Persona.objects.get(name="Jordan")
    changed = owner.post(item(made), form_of(owner, item(made), goals="Book a call"))
    owner.post(item(made, "default"))

    made.refresh_from_db()
    assert (created.status_code, created["Location"], changed.status_code) == (302, item(made), 302)
    assert (made.tone, made.signature, made.goals, made.is_default) == ("direct", None, "Book a call", True)
    assert Persona.objects.filter(is_default=True).count() == 1
    assert AdminAuditEvent.objects.filter(action__startswith="persona.").count() == 3


def test_taken_name_is_refused_beside_the_name(owner: ZrgClient, workspace: Workspace) -> None:
    PersonaFactory(workspace=workspace, name="JORDAN")

    response = owner.post(url(workspace, "of", "new"), form_of(owner, url(workspace, "of", "new")))

    assert response.status_code == 422
    assert "Another persona has this name" in response.content.decode().split('id="id_name_error"')[1][:200]
    assert Persona.objects.count() == 1


def test_stale_form_is_not_saved(owner: ZrgClient, workspace: Workspace) -> None:
    persona = PersonaFactory(workspace=workspace, name="Jordan")
    stale = form_of(owner, item(persona), goals="Mine")
    Persona.objects.update(goals="Theirs")

    response = owner.post(item(persona), stale)

    persona.refresh_from_db()
    html = response.content.decode()
    assert response.status_code == 409
    assert "Stored now: Theirs" in html
    assert "Mine</textarea>" in html
    assert persona.goals == "Theirs"


def test_default_is_neither_archived_nor_deleted(owner: ZrgClient, workspace: Workspace) -> None:
    persona = PersonaFactory(workspace=workspace, is_default=True)

    answers = [owner.post(item(persona, act)) for act in ("archival", "removal")]

    persona.refresh_from_db()
    assert [one.status_code for one in answers] == [409, 409]
    assert "Make another persona the default first." in answers[0].content.decode()
    assert persona.archived_at is None


def test_persona_in_use_is_not_deleted_and_names_the_campaigns(owner: ZrgClient, workspace: Workspace) -> None:
    persona = PersonaFactory(workspace=workspace)
    EmailCampaignFactory(workspace=workspace, name="Spring outreach", persona=persona)

    refused = owner.post(item(persona, "removal"))
    owner.post(item(persona, "archival"))

    persona.refresh_from_db()
    assert refused.status_code == 409
    assert "Spring outreach" in refused.content.decode()
    assert persona.archived_at is not None
    assert "1 archived" in owner.get(url(workspace)).content.decode()


def test_unused_persona_is_deleted(owner: ZrgClient, workspace: Workspace) -> None:
    persona = PersonaFactory(workspace=workspace)

    assert owner.post(item(persona, "removal"))["Location"] == url(workspace)
    assert not Persona.objects.filter(pk=persona.pk).exists()


@pytest.mark.parametrize("role", [MembershipRole.INBOX_MANAGER, MembershipRole.SETTER])
def test_others_look_and_change_nothing(client: ZrgClient, workspace: Workspace, role: MembershipRole) -> None:
    persona = PersonaFactory(workspace=workspace, name="Jordan")
    client.login_as(MembershipFactory(workspace=workspace, role=role.value).user)
    form = {"version": "x", "name": "Other", "tone": "direct", "greeting": "Hi"}

    listed: Any = client.get(url(workspace))
    answers = [client.post(item(persona), form), client.post(item(persona, "default"))]

    persona.refresh_from_db()
    assert "Jordan" in listed.content.decode()
    assert "New persona" not in listed.content.decode()
    assert [one.status_code for one in answers] == [403, 403]
    assert (persona.name, persona.is_default) == ("Jordan", False)


def test_persona_of_another_workspace_does_not_exist(owner: ZrgClient, workspace: Workspace) -> None:
    foreign = PersonaFactory()

    assert owner.get(url(workspace, "of", str(foreign.pk))).status_code == 404
    assert owner.post(url(workspace, "of", str(foreign.pk), "removal")).status_code == 404
