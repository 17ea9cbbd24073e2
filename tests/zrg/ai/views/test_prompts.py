"""Prompts and snippets in the settings: list, editor, drift, reset, history, whose text it is."""

import re
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.factories import MembershipFactory, UserFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.ai.models import PromptOverride, PromptOverrideRevision, PromptSnippetOverride
from zrg.ai.prompts import all_prompts, get_prompt
from zrg.ai.services.prompt_texts import effective
from zrg.ai.snippets import all_snippets
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.django_db

KEY = "sentiment.classify.v1"
ROOT = "root@platform.example"


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner)


@pytest.fixture
def root(settings: Any) -> ZrgClient:
    settings.SUPER_ADMIN_EMAILS = {ROOT}
    return ZrgClient().login_as(UserFactory(email=ROOT))


def url(workspace: Workspace, section: str, *parts: str) -> str:
    return "/".join([f"/w/{workspace.pk}/settings/ai/{section}", *parts])


def texts() -> list[str]:
    return [message.text for message in get_prompt(KEY).messages]


def form_of(client: ZrgClient, address: str, **changes: str) -> dict[str, str]:
    version = re.search(r'name="version" value="(\w+)"', client.get(address).content.decode())
    assert version is not None
    boxes = {f"text-{index}": text for index, text in enumerate(texts())}
    return {"version": version[1], "note": "", **boxes, **changes}


def in_force(workspace: Workspace) -> list[str]:
    return [message.text for message in effective(KEY, workspace.pk).messages]


def change(client: ZrgClient, workspace: Workspace, text: str, **more: str) -> Any:
    address = url(workspace, "prompts", "of", KEY)
    scope = "?scope=platform" if more.get("scope") else ""
    return client.post(address, {**form_of(client, address + scope, **{"text-0": text}), **more})


def test_all_prompts_are_listed_under_what_they_are_for(owner: ZrgClient, workspace: Workspace) -> None:
    html = owner.get(url(workspace, "prompts")).content.decode()

    for prompt in all_prompts():
        assert html.count(f'href="{url(workspace, "prompts", "of", prompt.key)}"') == 1
    assert html.index("Writing drafts") < html.index("Reading replies") < html.index(KEY)


def test_lists_cost_the_same_whatever_is_changed(owner: ZrgClient, workspace: Workspace) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connections["default"]) as queries:
            owner.get(url(workspace, "prompts"))
            owner.get(url(workspace, "snippets"))
        counts.append(sum('FROM "ai_' in one["sql"] for one in queries))
        change(owner, workspace, texts()[0] + "\nBe brief.")

    assert counts == [4, 4]


def test_text_is_replaced_for_this_workspace_only(owner: ZrgClient, workspace: Workspace) -> None:
    other = WorkspaceFactory()

    response = change(owner, workspace, texts()[0] + "\nBe brief.", note="Too long")

    revision = PromptOverrideRevision.objects.get()
    html = owner.get(response["Location"]).content.decode()
    assert response.status_code == 302
    assert in_force(workspace) == [texts()[0] + "\nBe brief.", *texts()[1:]]
    assert in_force(other) == texts()
    assert PromptOverride.objects.count() == 1
    assert (revision.author, revision.note) == (workspace.owner, "Too long")
    assert "Changed here" in html
    assert "Too long" in html
    assert "1 changed here" in owner.get(f"/w/{workspace.pk}/settings/ai").content.decode()


def test_refused_text_stays_in_its_box_with_the_reason(owner: ZrgClient, workspace: Workspace) -> None:
    response = change(owner, workspace, "Classify {{mood}}.")

    html = response.content.decode()
    assert response.status_code == 422
    assert re.search(r"(Missing|Unknown): {{", html.split('id="text-0_error"')[1])
    assert "Classify {{mood}}.</textarea>" in html
    assert not PromptOverride.objects.exists()


def test_text_that_drifted_is_not_used_and_can_be_taken_over(owner: ZrgClient, workspace: Workspace) -> None:
    change(owner, workspace, texts()[0] + "\nBe brief.")
    PromptOverride.objects.update(base_content_hash="0" * 16)
    address = url(workspace, "prompts", "of", KEY)

    listed = owner.get(url(workspace, "prompts")).content.decode()
    shown = owner.get(address).content.decode()
    taken = owner.get(address, {"waiting": "0"}).content.decode()
    unused = in_force(workspace)
    owner.post(address, form_of(owner, address, **{"text-0": texts()[0] + "\nBe brief."}))

    assert "1 of your texts is not used" in listed
    assert "Your text</strong>" not in shown
    assert "is not used.</strong>" in shown
    assert '<span class="diff__line diff__line--in">+Be brief.' in shown
    assert "Be brief.</textarea>" not in shown
    assert "Be brief.</textarea>" in taken
    assert unused == texts()
    assert in_force(workspace)[0].endswith("Be brief.")


def test_prompt_changed_meanwhile_is_not_overwritten(owner: ZrgClient, workspace: Workspace) -> None:
    address = url(workspace, "prompts", "of", KEY)
    stale = form_of(owner, address, **{"text-0": texts()[0] + "\nMine."})
    change(owner, workspace, texts()[0] + "\nTheirs.")

    response = owner.post(address, stale)

    html = response.content.decode()
    assert response.status_code == 409
    assert "Mine.</textarea>" in html
    assert "Theirs.</pre>" in html
    assert in_force(workspace)[0].endswith("Theirs.")


def test_reset_and_restore(owner: ZrgClient, workspace: Workspace) -> None:
    change(owner, workspace, texts()[0] + "\nBe brief.")
    address = url(workspace, "prompts", "of", KEY)
    saved = PromptOverrideRevision.objects.get()

    owner.post(f"{address}/reset", {"index": "0"})
    after_reset = in_force(workspace)
    owner.post(f"{address}/restoration", {"revision": str(saved.pk)})
    after_restore = in_force(workspace)
    owner.post(f"{address}/reset", {})

    assert after_reset == texts()
    assert after_restore[0].endswith("Be brief.")
    assert in_force(workspace) == texts()
    assert [one.action for one in PromptOverrideRevision.objects.order_by("created_at")] == [
        "set",
        "reset",
        "restore",
        "reset",
    ]


def test_platforms_text_is_for_super_admins(root: ZrgClient, owner: ZrgClient, workspace: Workspace) -> None:
    done = change(root, workspace, texts()[0] + "\nEverywhere.", scope="platform")
    address = url(workspace, "prompts", "of", KEY)

    seen = owner.get(address).content.decode()
    refused = owner.get(address, {"scope": "platform"})
    posted = owner.post(f"{address}/reset", {"scope": "platform"})

    assert done.status_code == 302
    assert "scope=platform" in done["Location"]
    assert in_force(WorkspaceFactory())[0].endswith("Everywhere.")
    assert "The platform&#x27;s" in seen or "The platform's" in seen
    assert (refused.status_code, posted.status_code) == (404, 404)
    assert PromptOverride.objects.filter(workspace=None).count() == 1


@pytest.mark.parametrize("role", [MembershipRole.INBOX_MANAGER, MembershipRole.SETTER, MembershipRole.CLIENT_PORTAL])
def test_others_do_not_see_prompts(client: ZrgClient, workspace: Workspace, role: MembershipRole) -> None:
    client.login_as(MembershipFactory(workspace=workspace, role=role.value).user)

    listed = client.get(url(workspace, "prompts")).content.decode()

    assert "Prompts are shown to the admins of a workspace." in listed
    assert KEY not in listed
    for section, item in (("prompts", KEY), ("snippets", all_snippets()[0].key)):
        address = url(workspace, section, "of", item)
        assert client.get(address).status_code == 403
        assert client.post(address, {"version": "x"}).status_code == 403
        assert client.post(f"{address}/reset").status_code == 403


def test_unknown_prompts_and_fields_are_refused(owner: ZrgClient, workspace: Workspace) -> None:
    address = url(workspace, "prompts", "of", KEY)

    assert owner.get(url(workspace, "prompts", "of", "draft.nonsense.v1")).status_code == 404
    assert owner.post(address, {**form_of(owner, address), "text-9": "x"}).status_code == 400
    assert owner.post(f"{address}/reset", {"index": "9"}).status_code == 422
    assert owner.post(f"{address}/restoration", {"revision": "nonsense"}).status_code == 404
    assert not PromptOverride.objects.exists()


def test_number_of_a_snippet_is_changed_within_its_bounds(owner: ZrgClient, workspace: Workspace) -> None:
    address = url(workspace, "snippets", "of", "emailLengthMaxChars")

    def save(content: str) -> Any:
        version = re.search(r'name="version" value="(\w+)"', owner.get(address).content.decode())
        assert version is not None
        return owner.post(address, {"version": version[1], "note": "", "content": content})

    refused = save("100")
    done = save("900")
    stale = owner.post(address, {"version": "0" * 24, "content": "800"})

    assert (refused.status_code, done.status_code, stale.status_code) == (422, 302, 409)
    assert "It must be larger than" in refused.content.decode()
    assert PromptSnippetOverride.objects.get().content == "900"
    assert "Changed here" in owner.get(url(workspace, "snippets")).content.decode()

    owner.post(f"{address}/reset")

    assert not PromptSnippetOverride.objects.exists()
