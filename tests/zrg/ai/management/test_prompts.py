"""`manage.py prompts`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import WorkspaceFactory
from tests.zrg.ai.support import make_prompt, use_prompts
from zrg.ai.models import PromptOverride
from zrg.ai.prompts import text_hash

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

KEY = "test.text.v1"


def run(*words: str) -> str:
    out = StringIO()
    call_command("prompts", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def workspace(monkeypatch):
    use_prompts(monkeypatch, make_prompt(KEY))
    workspace = WorkspaceFactory()
    PromptOverride.objects.create(
        workspace=workspace,
        prompt_key=KEY,
        role="system",
        index=0,
        base_content_hash=text_hash("Goals: {{goals}}"),
        content="Own {{goals}}",
    )
    return workspace


def test_show_tells_what_a_workspace_uses(workspace):
    assert "--- system (workspace)\nOwn {{goals}}" in run("show", KEY, "--workspace", str(workspace.pk))
    assert "--- system (code)\nGoals: {{goals}}" in run("show", KEY)
    with pytest.raises(CommandError, match="Unknown prompt no"):
        run("show", "no")


def test_list_and_check_name_drift(workspace, monkeypatch):
    assert "ws_" in run("list", "--workspace", str(workspace.pk))
    assert "prompts are fine" in run("check", "--workspace", str(workspace.pk))

    use_prompts(monkeypatch, make_prompt(KEY, "Other {{goals}}", "{{reply}}"))
    assert "test (1 drifted)" in run("list", "--workspace", str(workspace.pk))
    with pytest.raises(CommandError, match="1 drifted"):
        run("check", "--workspace", str(workspace.pk))
    with pytest.raises(CommandError, match="1 drifted"):
        run("check")
    assert "prompts are fine" in run("check", "--workspace", str(WorkspaceFactory().pk))


def test_check_names_models_without_a_price(monkeypatch):
    use_prompts(monkeypatch, make_prompt(KEY, model="gpt-4o", effort=None))

    with pytest.raises(CommandError, match=f"{KEY}: gpt-4o has no price"):
        run("check")
