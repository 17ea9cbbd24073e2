"""`/api/ai/prompts/<key>`."""

import pytest

from tests.factories import MembershipFactory, UserFactory, WorkspaceFactory
from tests.zrg.ai.support import make_prompt, use_prompts
from zrg.ai.models import PromptOverride, PromptOverrideRevision

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

KEY = "test.text.v1"
URL = f"/api/ai/prompts/{KEY}"


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    use_prompts(monkeypatch, make_prompt(KEY))


@pytest.fixture
def workspace():
    return WorkspaceFactory()


def put(client, text, **scope):
    body = {"messages": [{"role": "system", "index": 0, "content": text}], **scope}
    return client.put(URL, body, content_type="application/json")


def test_a_text_is_saved_shown_restored_and_reset(client, workspace):
    client.login_as(workspace.owner)
    scope = {"clientId": str(workspace.pk)}

    saved = put(client, "Own {{goals}}", **scope)
    assert (saved.status_code, saved.json()["messages"][0]["text"]) == (200, "Own {{goals}}")
    shown = client.get(URL, scope).json()
    assert shown["version"].startswith("ws_")
    assert [(message["source"], message["variables"]) for message in shown["messages"]] == [
        ("workspace", ["goals"]),
        ("code", ["reply"]),
    ]
    assert shown["messages"][0]["code"] == "Goals: {{goals}}"

    reset = client.delete(f"{URL}?clientId={workspace.pk}").json()
    assert reset["messages"][0]["source"] == "code"
    revision = reset["revisions"][-1]
    assert (revision["action"], revision["author"]) == ("set", workspace.owner.display_name)
    restored = client.post(f"{URL}/restore/{revision['id']}")
    assert (restored.status_code, restored.json()["messages"][0]["text"]) == (200, "Own {{goals}}")


def test_the_platforms_text_is_for_super_admins(client, workspace, settings):
    root = UserFactory(email="root@people.example")
    settings.SUPER_ADMIN_EMAILS = frozenset({root.email})
    client.login_as(root)
    assert put(client, "Platform {{goals}}", scope="system").status_code == 200
    assert client.get(URL, {"scope": "system"}).json()["messages"][0]["source"] == "platform"

    client.login_as(workspace.owner)
    assert put(client, "Mine {{goals}}", scope="system").status_code in (403, 404)
    assert client.get(URL, {"scope": "system"}).status_code in (403, 404)
    assert client.delete(f"{URL}?scope=system").status_code in (403, 404)
    revision = PromptOverrideRevision.objects.get().pk
    assert client.post(f"{URL}/restore/{revision}").status_code in (403, 404)
    assert PromptOverride.objects.get().content == "Platform {{goals}}"
    assert PromptOverrideRevision.objects.count() == 1
    inherited = client.get(URL, {"clientId": str(workspace.pk)}).json()["messages"][0]
    assert (inherited["text"], inherited["source"]) == ("Platform {{goals}}", "platform")


def test_refusals_name_what_is_wrong_and_write_nothing(client, workspace):
    client.login_as(workspace.owner)
    scope = {"clientId": str(workspace.pk)}

    missing = put(client, "nothing", **scope)
    assert (missing.status_code, missing.json()["error"], missing.json()["names"]) == (
        422,
        "missing_variables",
        ["goals"],
    )
    for body in ({}, {"messages": []}, {"messages": ["x"]}, {"messages": [{"role": "system", "index": True}]}, []):
        assert client.put(f"{URL}?clientId={workspace.pk}", body, content_type="application/json").status_code == 400
    assert put(client, "Own {{goals}}", clientId="x").status_code == 404
    assert put(client, "Own {{goals}}", scope="other").status_code == 400
    assert client.get("/api/ai/prompts/no", scope).status_code == 404
    assert not PromptOverrideRevision.objects.exists()


@pytest.mark.parametrize("role", ["SETTER", "CLIENT_PORTAL"])
def test_others_may_not_even_look(client, workspace, role):
    client.login_as(MembershipFactory(workspace=workspace, role=role).user)

    assert client.get(URL, {"clientId": str(workspace.pk)}).status_code == 403
    assert put(client, "Own {{goals}}", clientId=str(workspace.pk)).status_code == 403
    assert not PromptOverride.objects.exists()


def test_a_foreign_workspace_does_not_exist(client, workspace):
    client.login_as(WorkspaceFactory().owner)

    assert client.get(URL, {"clientId": str(workspace.pk)}).status_code == 404
    assert put(client, "Own {{goals}}", clientId=str(workspace.pk)).status_code == 404
    assert not PromptOverride.objects.exists()
