"""The operations room of the model floor: who sees what, and what its actions do."""

import pytest
from django.urls import reverse

from tests.factories import MembershipFactory, PlatformGrantFactory, UserFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from tests.support.rows import make_row
from tests.zrg.ai.support import make_prompt, use_prompts
from zrg.ai import models
from zrg.ai.prompts import text_hash
from zrg.workspaces.services.grants import sync_staff

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

# The history of thresholds is shown on the page of the policy.
MODELS = [getattr(models, name) for name in models.__all__ if name != "ConfidencePolicyRevision"]
KEY = "test.text.v1"


def list_of(model) -> str:
    return reverse(f"admin:ai_{model._meta.model_name}_changelist")


def page_of(row) -> str:
    return reverse(f"admin:ai_{row._meta.model_name}_change", args=[row.pk])


def act(client, action, *rows):
    values = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(list_of(type(rows[0])), values, follow=True)


def texts(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


@pytest.fixture
def operator():
    return ZrgClient().login_as(PlatformGrantFactory().user)


@pytest.fixture
def workspace():
    return WorkspaceFactory()


def override(workspace, **values):
    return models.PromptOverride.objects.create(
        workspace=workspace,
        prompt_key=KEY,
        role="system",
        index=0,
        **{"base_content_hash": text_hash("Goals: {{goals}}"), "content": "Own {{goals}}", **values},
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_list_and_page_opens_and_shows_own_rows_only(client, operator, workspace, model):
    own, foreign = make_row(model, workspace), make_row(model, WorkspaceFactory())
    client.login_as(workspace.owner)

    listed = client.get(list_of(model))
    assert listed.status_code == 200
    assert [row.pk for row in listed.context["cl"].result_list] == [own.pk]
    assert client.get(page_of(own)).status_code == 200
    assert client.get(page_of(foreign)).status_code == 302
    assert len(operator.get(list_of(model)).context["cl"].result_list) == 2


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_lists_take_the_same_reads_for_one_row_and_for_three(operator, workspace, model):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def reads() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert operator.get(list_of(model)).status_code == 200
        return len(seen)

    make_row(model, workspace)
    operator.get(list_of(model))
    one = reads()
    for _ in range(2):
        make_row(model, workspace)

    assert reads() == one


def test_setters_do_not_get_in(client, workspace):
    client.login_as(MembershipFactory(workspace=workspace).user)

    assert client.get(list_of(models.PromptOverride)).status_code in (302, 403)


def test_nothing_is_written_through_forms(client, workspace):
    client.login_as(workspace.owner)
    row = override(workspace)

    client.post(page_of(row), {"content": "changed"})

    row.refresh_from_db()
    assert row.content == "Own {{goals}}"


def test_an_override_shows_its_drift_and_is_reset(client, workspace, monkeypatch):
    use_prompts(monkeypatch, make_prompt(KEY))
    client.login_as(workspace.owner)
    row = override(workspace, base_content_hash="old")

    assert "drifted: the code changed" in client.get(list_of(models.PromptOverride)).content.decode()
    act(client, "reset", row)

    assert not models.PromptOverride.objects.exists()
    revision = models.PromptOverrideRevision.objects.get()
    assert (revision.action, revision.old_content, revision.author) == ("reset", "Own {{goals}}", workspace.owner)


def test_platform_texts_are_shown_to_platform_people_and_reset_by_super_admins(client, operator, workspace, settings):
    row = override(None)
    client.login_as(workspace.owner)
    assert list(client.get(list_of(models.PromptOverride)).context["cl"].result_list) == []

    act(operator, "reset", row)
    assert models.PromptOverride.objects.count() == 1

    root = UserFactory(email="root@people.example")
    settings.SUPER_ADMIN_EMAILS = frozenset({root.email})
    sync_staff(root)
    act(ZrgClient().login_as(root), "reset", row)
    assert models.PromptOverride.objects.count() == 0


def test_a_revision_is_restored(client, workspace, monkeypatch):
    use_prompts(monkeypatch, make_prompt(KEY))
    client.login_as(workspace.owner)
    revision = models.PromptOverrideRevision.objects.create(
        workspace=workspace, prompt_key=KEY, role="system", index=0, new_content="One {{goals}}", action="set"
    )

    assert "1 done" in texts(act(client, "restore", revision))

    assert models.PromptOverride.objects.get().content == "One {{goals}}"


def test_knowledge_is_read_again_and_archived(client, workspace):
    client.login_as(workspace.owner)
    row = models.KnowledgeAsset.objects.create(
        workspace=workspace, name="Prices", type="text", raw_content="199", state="failed", error="No text."
    )
    assert "No text." in client.get(list_of(models.KnowledgeAsset)).content.decode()

    act(client, "read_again", row)
    row.refresh_from_db()
    assert (row.state, row.error) == ("pending", "")

    act(client, "archive", row)
    row.refresh_from_db()
    assert row.archived_at is not None


def test_one_persona_is_made_default(client, workspace):
    client.login_as(workspace.owner)
    first = models.Persona.objects.create(workspace=workspace, name="a", is_default=True)
    second = models.Persona.objects.create(workspace=workspace, name="b")

    assert "Choose one" in texts(act(client, "make_default", first, second))
    act(client, "make_default", second)

    assert models.Persona.objects.get(is_default=True).name == "b"
