"""The pages of the tab AI that are columns of the workspace's row."""

import re

import pytest

from tests.factories import MembershipFactory, PlatformGrantFactory, UserFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.ai.context import PROFILES
from zrg.ai.views.columns import DRAFTING, FALLBACKS, MEMORY, MODELS, PAGES
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import AdminAuditEvent, Workspace, WorkspaceSettings
from zrg.workspaces.settings_frame import READ_ONLY

pytestmark = pytest.mark.django_db

SUPER = "root@platform.example"
WORKSPACE_MODELS = {
    "draft_generation_model": "gpt-5.1",
    "draft_generation_reasoning_effort": "medium",
    "email_draft_verification_model": "gpt-5.2",
    "insights_chat_model": "gpt-5-mini",
    "insights_chat_reasoning_effort": "medium",
}


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner)


def url(workspace: Workspace, *parts: str) -> str:
    return "/".join([f"/w/{workspace.pk}/settings/ai", *parts])


def row_of(workspace: Workspace) -> WorkspaceSettings:
    return WorkspaceSettings.objects.get(workspace=workspace)


def test_tab_lists_the_pages_with_their_state(owner: ZrgClient, workspace: Workspace) -> None:
    html = owner.get(url(workspace)).content.decode()

    for page in PAGES:
        assert f'href="{url(workspace, page.key)}"' in html
    assert '<span class="standing standing--good">On</span>' in html
    assert "gpt-5.1" in html


def test_save_changes_only_what_differs_and_is_audited(owner: ZrgClient, workspace: Workspace) -> None:
    form = {
        "version": "1",
        "draft_generation_enabled": "on",
        "draft_verification_step3_enabled": "on",
    }
    response = owner.post(url(workspace, DRAFTING.key), form)

    row = row_of(workspace)
    event = AdminAuditEvent.objects.get(action="settings.changed")
    assert (response.status_code, response["Location"]) == (302, url(workspace, DRAFTING.key))
    assert (row.draft_generation_enabled, row.draft_verification_step3_enabled) == (True, True)
    assert (row.draft_generation_step2_enabled, row.meeting_overseer_enabled) == (False, False)
    assert event.actor == workspace.owner
    assert event.after == {
        "ai_route_booking_process_enabled": False,
        "draft_generation_step2_enabled": False,
        "meeting_overseer_enabled": False,
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
def test_without_the_right_a_page_is_read_only(client: ZrgClient, workspace: Workspace, page: object) -> None:
    manager = MembershipFactory(workspace=workspace, role=MembershipRole.INBOX_MANAGER.value).user
    client.login_as(manager)

    html = client.get(url(workspace, page.key)).content.decode()  # type: ignore[attr-defined]
    refused = client.post(url(workspace, page.key), {"version": "1"})  # type: ignore[attr-defined]

    assert READ_ONLY in html
    controls = re.findall(r"<(?:input|select|textarea)\b[^>]*\bname=\"(?!csrf|version)[^>]*>", html)
    assert controls
    assert [control for control in controls if "disabled" not in control] == []
    assert refused.status_code == 403
    assert row_of(workspace).version == 1


def test_unknown_field_is_refused_by_its_name(owner: ZrgClient, workspace: Workspace) -> None:
    response = owner.post(url(workspace, DRAFTING.key), {"version": "1", "brand_name": "Other"})

    assert response.status_code == 400
    assert row_of(workspace).version == 1


def test_stale_form_keeps_what_was_typed_and_says_what_is_stored(owner: ZrgClient, workspace: Workspace) -> None:
    owner.post(url(workspace, MODELS.key), {"version": "1", **WORKSPACE_MODELS, "draft_generation_model": "gpt-5.2"})
    stale = {"version": "1", **WORKSPACE_MODELS, "draft_generation_reasoning_effort": "high"}

    response = owner.post(url(workspace, MODELS.key), stale)

    html = response.content.decode()
    assert response.status_code == 409
    assert "These settings changed meanwhile" in html
    assert 'value="high" selected' in html
    assert 'name="version" value="2"' in html
    assert (row_of(workspace).draft_generation_model, row_of(workspace).version) == ("gpt-5.2", 2)


def test_conflict_names_the_stored_value(owner: ZrgClient, workspace: Workspace) -> None:
    shown = owner.get(url(workspace, MODELS.key)).content.decode()
    WorkspaceSettings.objects.filter(workspace=workspace).update(draft_generation_model="gpt-5.2", version=2)

    response = owner.post(url(workspace, MODELS.key), {"version": "1", **WORKSPACE_MODELS})

    assert 'name="version" value="1"' in shown
    assert "Stored now: GPT-5.2" in response.content.decode()


def test_effort_the_model_does_not_have_is_refused_beside_the_field(owner: ZrgClient, workspace: Workspace) -> None:
    form = {"version": "1", **WORKSPACE_MODELS, "draft_generation_reasoning_effort": "extra_high"}

    response = owner.post(url(workspace, MODELS.key), form)

    html = response.content.decode()
    assert response.status_code == 422
    assert "needs gpt-5.2" in html.split('id="id_draft_generation_reasoning_effort_error"')[1][:200]
    assert row_of(workspace).version == 1


@pytest.mark.parametrize("who", ["owner", "manager", "global admin"])
def test_hard_06_revision_super_admin_only(client: ZrgClient, workspace: Workspace, who: str) -> None:
    people = {
        "owner": lambda: workspace.owner,
        "manager": lambda: MembershipFactory(workspace=workspace, role=MembershipRole.INBOX_MANAGER.value).user,
        "global admin": lambda: PlatformGrantFactory().user,
    }
    person = people[who]()
    form = {"version": "1", **WORKSPACE_MODELS, "auto_send_revision_enabled": "on"}

    response = client.login_as(person).post(url(workspace, MODELS.key), form)

    row = row_of(workspace)
    event = AdminAuditEvent.objects.get()
    assert response.status_code == 403
    assert "set by a super admin only: Revise drafts that miss the threshold" in response.content.decode()
    assert (row.auto_send_revision_enabled, row.version) == (False, 1)
    assert (event.action, event.actor, event.workspace_id) == ("settings.refused", person, workspace.pk)
    assert event.after == {"fields": ["auto_send_revision_enabled"]}


def test_super_admin_sets_revision_and_memory(client: ZrgClient, workspace: Workspace, settings: object) -> None:
    settings.SUPER_ADMIN_EMAILS = {SUPER}  # type: ignore[attr-defined]
    client.login_as(UserFactory(email=SUPER))
    models = {
        "version": "1",
        **WORKSPACE_MODELS,
        "auto_send_evaluator_model": "gpt-5.1",
        "auto_send_evaluator_reasoning_effort": "low",
        "auto_send_revision_enabled": "on",
        "auto_send_revision_model": "gpt-5.2",
        "auto_send_revision_reasoning_effort": "extra_high",
        "ai_daily_cost_cap_usd": "25.00",
        "followup_booking_gate_enabled": "on",
    }
    memory = {
        "version": "2",
        "memory_allowlist_categories": "timezone_preference\n\n scheduling_preference ",
        "memory_min_confidence": "0.8",
        "memory_ttl_days": "30",
    }

    statuses = [
        client.post(url(workspace, MODELS.key), models).status_code,
        client.post(url(workspace, MEMORY.key), memory).status_code,
    ]

    row = row_of(workspace)
    assert statuses == [302, 302]
    assert (row.auto_send_revision_enabled, row.auto_send_evaluator_model) == (True, "gpt-5.1")
    assert row.memory_allowlist_categories == ["timezone_preference", "scheduling_preference"]
    assert (row.memory_min_confidence, row.memory_ttl_days) == (0.8, 30)


def test_questions_are_lines_and_keep_their_ids(owner: ZrgClient, workspace: Workspace) -> None:
    stored = [{"id": "seats", "question": "How many seats?", "required": False}]
    WorkspaceSettings.objects.filter(workspace=workspace).update(qualification_questions=stored)
    form = {
        "version": "1",
        "ai_tone": "warm",
        "qualification_questions": "* How many seats?\n\n Who decides?\nWho decides?",
    }

    response = owner.post(url(workspace, FALLBACKS.key), form)
    too_many = owner.post(
        url(workspace, FALLBACKS.key),
        {"version": "2", "ai_tone": "warm", "qualification_questions": "\n".join(f"Question {n}?" for n in range(11))},
    )

    html = owner.get(url(workspace, FALLBACKS.key)).content.decode()
    row = row_of(workspace)
    assert (response.status_code, too_many.status_code) == (302, 422)
    assert [one["question"] for one in row.qualification_questions] == ["How many seats?", "Who decides?"]
    assert row.qualification_questions[0] == {"id": "seats", "question": "How many seats?", "required": True}
    assert "* How many seats?\nWho decides?</textarea>" in html
    assert "A list of at most 10 questions." in too_many.content.decode()


def test_memory_may_allow_nothing(client: ZrgClient, workspace: Workspace, settings: object) -> None:
    settings.SUPER_ADMIN_EMAILS = {SUPER}  # type: ignore[attr-defined]
    client.login_as(UserFactory(email=SUPER))
    WorkspaceSettings.objects.filter(workspace=workspace).update(memory_allowlist_categories=["timezone_preference"])
    form = {"version": "1", "memory_allowlist_categories": "", "memory_min_confidence": "0.7", "memory_ttl_days": "90"}

    assert client.post(url(workspace, MEMORY.key), form).status_code == 302
    assert row_of(workspace).memory_allowlist_categories == []


def test_every_kind_of_call_is_named_beside_its_budget():
    columns = [column for page in PAGES for group in page.groups for column in group.columns]

    hint = next(column.hint for column in columns if column.name == "lead_context_bundle_budgets")
    assert hint.endswith(f"Kinds: {', '.join(PROFILES)}.")
