"""Prompt texts and snippets that replace the code's: precedence, drift, checks, rights, history."""

from uuid import uuid4

import pytest

from tests.factories import MembershipFactory, UserFactory, WorkspaceFactory
from tests.support.client import no_context
from tests.zrg.ai.support import make_prompt, use_prompts, use_snippets
from zrg.ai.contracts import PromptMessage
from zrg.ai.models import PromptOverride, PromptOverrideRevision, PromptSnippetOverride, PromptSnippetRevision
from zrg.ai.prompts import fill
from zrg.ai.services.prompt_editing import (
    Place,
    reset_prompt,
    reset_snippet,
    restore_prompt_revision,
    restore_snippet_revision,
    save_prompt_texts,
    save_snippet,
)
from zrg.ai.services.prompt_pages import count_drifting, prompt_lines, prompt_view, snippet_lines, snippet_revisions
from zrg.ai.services.prompt_texts import effective, snippet, snippet_number, snippets
from zrg.ai.snippets import Snippet
from zrg.lib.errors import BadInput, Forbidden, NotVisible
from zrg.workspaces.access import resolve_access
from zrg.workspaces.models import AdminAuditEvent

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

KEY = "test.text.v1"
SYSTEM = Place(key=KEY, role="system", index=0)
LOW = Snippet(key="low", label="Low", purpose="", default="10", kind="number", minimum=5, maximum=50, below="high")
HIGH = Snippet(key="high", label="High", purpose="", default="20", kind="number", minimum=5, maximum=50)
RULE = Snippet(key="rule", label="Rule", purpose="", default="{a} to {b}", required=("{a}", "{b}"))
TERMS = Snippet(key="terms", label="Terms", purpose="", default="delve", kind="lines")


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    use_prompts(monkeypatch, make_prompt(KEY))
    use_snippets(monkeypatch, LOW, HIGH, RULE, TERMS)


@pytest.fixture
def workspace():
    return WorkspaceFactory()


@pytest.fixture
def root(settings):
    user = UserFactory(email="root@people.example")
    settings.SUPER_ADMIN_EMAILS = frozenset({user.email})
    return user


def save(text, *, workspace=None, by, place=SYSTEM):
    with no_context():
        save_prompt_texts(
            [(place, text)], workspace_id=workspace.pk if workspace else None, access=resolve_access(by), by=by
        )


def save_value(key, content, *, workspace=None, by):
    with no_context():
        save_snippet(key, content, workspace_id=workspace.pk if workspace else None, access=resolve_access(by), by=by)


def system_text(workspace) -> str:
    return effective(KEY, workspace.pk).messages[0].text


def nothing_written() -> bool:
    rows = (PromptOverride, PromptOverrideRevision, PromptSnippetOverride, PromptSnippetRevision)
    return not any(model.objects.exists() for model in rows)


def test_the_workspace_comes_before_the_platform_and_that_before_the_code(workspace, root):
    assert (system_text(workspace), effective(KEY, workspace.pk).version[:5]) == ("Goals: {{goals}}", "code:")

    save("Platform {{goals}}", by=root)
    assert (system_text(workspace), effective(KEY, workspace.pk).version[:4]) == ("Platform {{goals}}", "sys_")

    save("Own {{goals}}", workspace=workspace, by=workspace.owner)
    found = effective(KEY, workspace.pk)
    stamp = PromptOverride.objects.get(workspace=workspace).updated_at
    assert found.messages == (
        PromptMessage(role="system", text="Own {{goals}}"),
        PromptMessage(role="user", text="{{reply}}"),
    )
    assert found.sources == ("workspace", "code")
    assert found.version == f"ws_{stamp:%Y%m%d%H%M%S}"
    assert system_text(WorkspaceFactory()) == "Platform {{goals}}"


def test_hard_05_variables_never_rescanned_in_overrides(workspace):
    save("Own {{goals}}", workspace=workspace, by=workspace.owner)

    filled = fill(make_prompt(KEY), {"goals": "{{reply}}", "reply": "{{goals}}"}, effective(KEY, workspace.pk).messages)

    assert [message["content"] for message in filled] == ["Own {{reply}}", "{{goals}}"]


def test_a_drifted_override_is_not_used_and_a_new_save_ends_the_drift(workspace, monkeypatch, caplog):
    save("Own {{goals}}", workspace=workspace, by=workspace.owner)
    use_prompts(monkeypatch, make_prompt(KEY, "New goals: {{goals}}", "{{reply}}"))

    found = effective(KEY, workspace.pk)

    assert (found.messages[0].text, found.version[:5]) == ("New goals: {{goals}}", "code:")
    assert [(drift.content, drift.source) for drift in found.drift] == [("Own {{goals}}", "workspace")]
    assert count_drifting() == 1
    message = prompt_view(KEY, workspace.pk).messages[0]
    assert message.diff(message.drift[0])[-2:] == ["-New goals: {{goals}}", "+Own {{goals}}"]

    save("Own {{goals}}", workspace=workspace, by=workspace.owner)
    assert (system_text(workspace), count_drifting()) == ("Own {{goals}}", 0)


def test_an_override_whose_variable_the_code_dropped_is_drift(workspace, monkeypatch):
    save("Own {{goals}} {{reply}}", workspace=workspace, by=workspace.owner)
    use_prompts(monkeypatch, make_prompt(KEY, "Goals: {{goals}}", "{{message}}"))

    assert system_text(workspace) == "Goals: {{goals}}"


def test_windows_line_ends_make_no_drift(workspace, monkeypatch):
    use_prompts(monkeypatch, make_prompt(KEY, "Goals:\r\n{{goals}}", "{{reply}}"))
    save("Own\r\n{{goals}}", workspace=workspace, by=workspace.owner)
    use_prompts(monkeypatch, make_prompt(KEY, "Goals:\n{{goals}}", "{{reply}}"))

    assert system_text(workspace) == "Own\n{{goals}}"


@pytest.mark.parametrize(
    ("text", "code", "names"),
    [
        ("No variable", "missing_variables", ["goals"]),
        ("{{goals}} {{secret}}", "unknown_variables", ["secret"]),
        ("{{goals}} {{Goals}}", "unknown_variables", ["Goals"]),
        ("{{goals}} {{ }}", "unknown_variables", [""]),
        (" \n", "empty", []),
        ("{{goals}}" + "x" * 40_000, "too_long", []),
    ],
)
def test_a_text_that_would_break_the_prompt_is_refused(workspace, text, code, names):
    with pytest.raises(BadInput) as refused:
        save(text, workspace=workspace, by=workspace.owner)

    assert (refused.value.code, refused.value.http_status, refused.value.data["names"]) == (code, 422, names)
    assert nothing_written()


def test_the_output_section_of_a_json_prompt_stays(workspace, monkeypatch):
    schema = {"type": "object", "properties": {"word": {"type": "string"}, "quiet": {"type": "string"}}}
    use_prompts(monkeypatch, make_prompt(KEY, "Answer with word, about {{goals}}", "{{reply}}", schema=schema))

    with pytest.raises(BadInput) as refused:
        save("Answer about {{goals}}", workspace=workspace, by=workspace.owner)

    assert (refused.value.code, refused.value.data["names"]) == ("missing_output_fields", ["word"])
    save("In {{goals}}, word is a noun.", workspace=workspace, by=workspace.owner)
    assert system_text(workspace) == "In {{goals}}, word is a noun."


@pytest.mark.parametrize("place", [Place(key=KEY, role="user", index=0), Place(key=KEY, role="system", index=2)])
def test_a_place_the_prompt_does_not_have_is_refused(workspace, place):
    with pytest.raises(BadInput) as refused:
        save("{{goals}}", workspace=workspace, by=workspace.owner, place=place)

    assert refused.value.code == "unknown_position"
    with pytest.raises(NotVisible):
        save("{{goals}}", workspace=workspace, by=workspace.owner, place=Place(key="no", role="system", index=0))
    assert nothing_written()


def test_several_texts_are_saved_together_or_not_at_all(workspace):
    texts = [(SYSTEM, "Own {{goals}}"), (Place(key=KEY, role="user", index=1), "no variable")]

    with no_context(), pytest.raises(BadInput):
        save_prompt_texts(texts, workspace_id=workspace.pk, access=resolve_access(workspace.owner), by=workspace.owner)

    assert nothing_written()


@pytest.mark.parametrize("role", ["SETTER", "INBOX_MANAGER", "CLIENT_PORTAL"])
def test_only_those_who_manage_ai_may_write(workspace, role):
    person = MembershipFactory(workspace=workspace, role=role).user

    with pytest.raises(Forbidden):
        save("Own {{goals}}", workspace=workspace, by=person)
    with pytest.raises(Forbidden):
        save_value("terms", "x", workspace=workspace, by=person)
    assert nothing_written()


def test_the_platforms_texts_belong_to_super_admins(workspace):
    stranger = UserFactory()

    for person in (workspace.owner, stranger):
        with pytest.raises((Forbidden, NotVisible)):
            save("Own {{goals}}", by=person)
        with pytest.raises((Forbidden, NotVisible)):
            save_value("terms", "x", by=person)
    with pytest.raises(NotVisible):
        save("Own {{goals}}", workspace=workspace, by=stranger)
    assert nothing_written()


def test_every_change_leaves_a_revision_that_can_be_restored(workspace):
    owner = workspace.owner
    save("One {{goals}}", workspace=workspace, by=owner)
    save("Two {{goals}}", workspace=workspace, by=owner)
    with no_context():
        removed = reset_prompt(KEY, workspace_id=workspace.pk, access=resolve_access(owner), by=owner)

    history = list(PromptOverrideRevision.objects.order_by("created_at"))
    assert removed == 1
    assert [(row.action, row.old_content, row.new_content) for row in history] == [
        ("set", None, "One {{goals}}"),
        ("set", "One {{goals}}", "Two {{goals}}"),
        ("reset", "Two {{goals}}", None),
    ]
    assert system_text(workspace) == "Goals: {{goals}}"

    with no_context():
        restore_prompt_revision(history[0].pk, access=resolve_access(owner), by=owner)
    assert system_text(workspace) == "One {{goals}}"
    with no_context():
        restore_prompt_revision(history[2].pk, access=resolve_access(owner), by=owner)
    assert system_text(workspace) == "Goals: {{goals}}"
    assert [row.action for row in prompt_view(KEY, workspace.pk).revisions][:2] == ["reset", "restore"]
    assert AdminAuditEvent.objects.filter(action__startswith="prompt.", workspace=workspace).count() == 5


def test_a_revision_that_no_longer_fits_is_not_restored(workspace, monkeypatch):
    owner = workspace.owner
    save("One {{goals}}", workspace=workspace, by=owner)
    revision = PromptOverrideRevision.objects.get().pk
    use_prompts(monkeypatch, make_prompt(KEY, "{{goals}} {{tone}}", "{{reply}}"))

    with no_context(), pytest.raises(BadInput) as refused:
        restore_prompt_revision(revision, access=resolve_access(owner), by=owner)

    assert refused.value.data["names"] == ["tone"]
    assert PromptOverrideRevision.objects.count() == 1


def test_a_foreign_revision_does_not_exist(workspace):
    save("One {{goals}}", workspace=workspace, by=workspace.owner)
    other = WorkspaceFactory().owner

    for revision in (PromptOverrideRevision.objects.get().pk, uuid4()):
        with no_context(), pytest.raises(NotVisible):
            restore_prompt_revision(revision, access=resolve_access(other), by=other)
    with no_context(), pytest.raises(NotVisible):
        restore_snippet_revision(uuid4(), access=resolve_access(other), by=other)


def test_platform_texts_cannot_be_written_in_a_workspaces_context(workspace):
    from django.db import DatabaseError, transaction

    from zrg.workspaces.context import tenant

    with no_context(), tenant(workspace.pk), pytest.raises(DatabaseError), transaction.atomic():
        PromptOverride.objects.create(prompt_key=KEY, role="system", index=0, base_content_hash="x", content="x")
    assert nothing_written()


def test_lists_take_one_read(workspace, django_assert_num_queries):
    save("One {{goals}}", workspace=workspace, by=workspace.owner)
    save_value("terms", "x", workspace=workspace, by=workspace.owner)

    with django_assert_num_queries(1):
        lines = {line.prompt.key: line for line in prompt_lines(workspace.pk)}
    with django_assert_num_queries(1):
        values = {line.snippet.key: (line.value, line.source) for line in snippet_lines(workspace.pk)}

    assert (lines[KEY].sources, lines[KEY].drift_count) == (frozenset({"workspace"}), 0)
    assert values["terms"] == ("x", "workspace")
    assert values["rule"] == ("{a} to {b}", "code")


# --- snippets


def test_snippets_have_the_same_precedence(workspace, root):
    save_value("terms", "platform", by=root)
    assert snippet("terms", workspace.pk) == "platform"

    save_value("terms", " one \r\n\r\n two ", workspace=workspace, by=workspace.owner)
    assert snippets(("terms", "rule"), workspace.pk) == {"terms": "one\ntwo", "rule": "{a} to {b}"}
    assert snippet("terms", WorkspaceFactory().pk) == "platform"


@pytest.mark.parametrize(
    ("key", "content", "reason"),
    [
        ("rule", "{a} only", "{b}"),
        ("low", "four", "whole number"),
        ("low", "4", "5 to 50"),
        ("low", "20", "smaller than High"),
        ("high", "10", "larger than Low"),
        ("high", "٣٠", "whole number"),
        ("terms", "x" * 20_001, "20,000"),
    ],
)
def test_a_snippet_that_would_break_a_prompt_is_refused(workspace, key, content, reason):
    with pytest.raises(BadInput, match=reason):
        save_value(key, content, workspace=workspace, by=workspace.owner)

    assert nothing_written()


def test_an_unknown_snippet_does_not_exist(workspace):
    with pytest.raises(NotVisible):
        save_value("other", "x", workspace=workspace, by=workspace.owner)
    with pytest.raises(KeyError):
        snippet("other", workspace.pk)


def test_numbers_that_contradict_each_other_fall_back_together(workspace, root):
    save_value("high", "15", workspace=workspace, by=workspace.owner)
    PromptSnippetOverride.objects.create(snippet_key="low", content="18")

    assert snippets(("low", "high"), workspace.pk) == {"low": "10", "high": "20"}
    assert snippet_number("low", workspace.pk) == 10


def test_a_snippet_is_reset_and_restored(workspace):
    owner = workspace.owner
    save_value("terms", "one", workspace=workspace, by=owner)
    save_value("terms", "two", workspace=workspace, by=owner)
    first = snippet_revisions("terms", workspace.pk)[-1]

    with no_context():
        assert reset_snippet("terms", workspace_id=workspace.pk, access=resolve_access(owner), by=owner)
        assert not reset_snippet("terms", workspace_id=workspace.pk, access=resolve_access(owner), by=owner)
    assert snippet("terms", workspace.pk) == "delve"
    with no_context():
        restore_snippet_revision(first.pk, access=resolve_access(owner), by=owner)
    assert snippet("terms", workspace.pk) == "one"
    assert [row.action for row in snippet_revisions("terms", workspace.pk)] == ["restore", "reset", "set", "set"]


def test_the_products_snippets_fit_each_other():
    from inbox.prompts.snippets import ALL_SNIPPETS
    from zrg.ai.snippets import problem_of

    numbers = {one.key: int(one.default) for one in ALL_SNIPPETS if one.kind == "number"}
    assert numbers == {"emailLengthMinChars": 220, "emailLengthMaxChars": 1200}
    assert len({one.key for one in ALL_SNIPPETS}) == len(ALL_SNIPPETS) == 14
    assert [problem_of(one, one.default, numbers.__getitem__) for one in ALL_SNIPPETS if one.kind != "number"] == [
        ""
    ] * 12
