"""Voices: one default always, names once, none deleted that is used."""

import threading

import pytest
from django.db import connection

from tests.factories import EmailCampaignFactory, WorkspaceFactory
from zrg.ai.models import Persona
from zrg.ai.services.personas import (
    archive_persona,
    create_persona,
    delete_persona,
    ensure_default_persona,
    set_default_persona,
    unarchive_persona,
    update_persona,
)
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.context import tenant
from zrg.workspaces.models import AdminAuditEvent

pytestmark = pytest.mark.integration


@pytest.fixture
def workspace(db):
    return WorkspaceFactory()


def create(workspace, name, **values):
    return create_persona(workspace.pk, {"name": name, **values}, by=workspace.owner)


def defaults(workspace) -> list[str]:
    return list(Persona.objects.in_workspace(workspace).filter(is_default=True).values_list("name", flat=True))


def test_the_first_persona_is_built_from_the_workspaces_fields(db):
    workspace = WorkspaceFactory(
        settings__ai_persona_name="Priya",
        settings__ai_tone="pirate",
        settings__ai_signature="Priya",
        settings__ai_goals="x",
    )

    first = ensure_default_persona(workspace.pk)

    assert ensure_default_persona(workspace.pk).pk == first.pk
    assert (first.name, first.is_default, first.persona_name, first.tone) == (
        "Default",
        True,
        "Priya",
        "friendly-professional",
    )
    assert (first.greeting, first.sms_greeting, first.signature, first.goals) == ("Hi {firstName},", None, "Priya", "x")


def test_without_a_default_the_oldest_that_is_not_archived_becomes_it(workspace):
    for name in ("a", "b"):
        Persona.objects.create(workspace=workspace, name=name)
    archive_persona(Persona.objects.get(name="a"), by=None)

    assert ensure_default_persona(workspace.pk).name == "b"
    archived = WorkspaceFactory()
    Persona.objects.create(workspace=archived, name="default", archived_at="2026-01-01T00:00:00Z")
    assert ensure_default_persona(archived.pk).name == "Default 2"


def test_the_first_created_is_the_default_and_the_next_is_not(workspace):
    first = create(workspace, "  Priya   Nair ", signature=" ", sms_greeting="Hey,")
    second = create(workspace, "Ben")

    assert (first.name, first.signature, first.sms_greeting, first.created_by) == (
        "Priya Nair",
        None,
        "Hey,",
        workspace.owner,
    )
    assert (first.is_default, second.is_default) == (True, False)


def test_changing_the_default(workspace):
    first, second = create(workspace, "a"), create(workspace, "b")

    set_default_persona(second, by=workspace.owner)
    assert defaults(workspace) == ["b"]
    set_default_persona(second, by=workspace.owner)

    archive_persona(first, by=workspace.owner)
    with pytest.raises(Conflict) as refused:
        set_default_persona(first, by=workspace.owner)
    assert (refused.value.code, defaults(workspace)) == ("persona_archived", ["b"])
    assert AdminAuditEvent.objects.filter(action="persona.default_changed").count() == 1


def test_the_default_is_neither_archived_nor_deleted(workspace):
    persona = create(workspace, "a")

    for act in (archive_persona, delete_persona):
        with pytest.raises(Conflict) as refused:
            act(persona, by=workspace.owner)
        assert refused.value.code == "persona_is_default"
    persona.refresh_from_db()
    assert (persona.is_default, persona.archived_at) == (True, None)


def test_a_persona_of_a_campaign_is_not_deleted(workspace):
    create(workspace, "a")
    persona = create(workspace, "b")
    campaign = EmailCampaignFactory(workspace=workspace, name="Spring", persona=persona)

    with pytest.raises(Conflict) as refused:
        delete_persona(persona, by=workspace.owner)
    assert (refused.value.code, refused.value.http_status) == ("persona_in_use", 409)
    assert refused.value.data["used"] == {"campaigns": ["Spring"]}
    assert Persona.objects.filter(pk=persona.pk).exists()

    campaign.persona = None
    campaign.save()
    delete_persona(persona, by=workspace.owner)
    assert not Persona.objects.filter(pk=persona.pk).exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a", "tone": "pirate"}, "tone"),
        ({"name": "a", "goals": "x" * 4_001}, "goals"),
        ({"name": "a", "signature": "x" * 2_001}, "signature"),
        ({"name": "a", "greeting": "x" * 201}, "greeting"),
        ({"name": "a", "is_default": True}, "is_default"),
    ],
)
def test_refused_values_write_nothing(workspace, values, field):
    with pytest.raises(BadInput) as refused:
        create_persona(workspace.pk, values, by=workspace.owner)

    assert list(refused.value.data["fields"]) == [field]
    assert not Persona.objects.exists()


def test_a_name_is_used_once_per_workspace(workspace):
    create(workspace, "Priya")
    other = create(workspace, "Ben")

    with pytest.raises(Conflict):
        create(workspace, "PRIYA")
    with pytest.raises(Conflict):
        update_persona(other, {"name": "priya"}, by=workspace.owner)
    other.refresh_from_db()
    assert (other.name, create(WorkspaceFactory(), "Priya").name) == ("Ben", "Priya")


def test_a_change_is_audited_with_what_changed(workspace):
    persona = create(workspace, "a", goals="x")

    update_persona(persona, {"goals": "y", "name": "a"}, by=workspace.owner)
    update_persona(persona, {"goals": "y"}, by=workspace.owner)

    event = AdminAuditEvent.objects.get(action="persona.changed")
    assert (event.before, event.after) == ({"goals": "x"}, {"goals": "y"})


def test_an_archived_persona_comes_back(workspace):
    create(workspace, "a")
    persona = archive_persona(create(workspace, "b"), by=workspace.owner)
    assert list(Persona.objects.active().values_list("name", flat=True)) == ["a"]

    unarchive_persona(persona, by=workspace.owner)
    assert Persona.objects.active().count() == 2


def test_two_people_at_once_leave_one_default(committed_db):
    from zrg.workspaces.context import platform

    with platform():
        workspace = WorkspaceFactory()
    barrier = threading.Barrier(4)
    made = []

    def act():
        barrier.wait()
        with tenant(workspace.pk):
            made.append(ensure_default_persona(workspace.pk).pk)
        connection.close()

    threads = [threading.Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with platform():
        assert len(set(made)) == Persona.objects.count() == 1
