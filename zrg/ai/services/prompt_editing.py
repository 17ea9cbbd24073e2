"""Saving, resetting and restoring prompt texts and snippets (05 R21).

A scope is a workspace or, with `workspace_id=None`, the platform. Every function checks the right of the
person for its scope, writes a revision and an audit row, and refuses with nothing written.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils.translation import gettext

from zrg.ai.contracts import Prompt, PromptMessage
from zrg.ai.enums import RevisionAction
from zrg.ai.models import PromptOverride, PromptOverrideRevision, PromptSnippetOverride, PromptSnippetRevision
from zrg.ai.models.prompting import MAX_SNIPPET_CHARS
from zrg.ai.prompts import get_prompt, text_hash, unix_lines
from zrg.ai.rules.prompt_checks import problem_of
from zrg.ai.services.prompt_texts import snippet_values
from zrg.ai.snippets import Snippet, get_snippet
from zrg.ai.snippets import problem_of as problem_of_snippet
from zrg.lib import log_events
from zrg.lib.errors import BadInput, NotVisible
from zrg.lib.text import storable
from zrg.workspaces.access import Access, context_of, require
from zrg.workspaces.context import platform
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

WORKSPACE_ACTION = "prompt.workspace_override"
PLATFORM_ACTION = "prompt.system_override"

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One message of a prompt."""

    key: str
    role: str
    index: int

    def message(self) -> tuple[Prompt, PromptMessage]:
        """The code's text of this place; BadInput when there is none."""
        try:
            prompt = get_prompt(self.key)
        except KeyError as error:
            raise NotVisible(key=self.key) from error
        found = prompt.messages[self.index] if 0 <= self.index < len(prompt.messages) else None
        if found is None or found.role != self.role:
            raise BadInput(gettext("The prompt has no such message."), code="unknown_position", field="index")
        return prompt, found


@contextmanager
def _scope(access: Access, workspace_id: UUID | None) -> Iterator[None]:
    """The right for the scope, then the context in which its rows may be written."""
    if workspace_id is None:
        require(access, PLATFORM_ACTION)
        with platform(user_id=access.user_id):
            yield
    else:
        require(access, WORKSPACE_ACTION, workspace_id)
        with context_of(access):
            yield


def save_prompt_texts(
    texts: Sequence[tuple[Place, str]],
    *,
    workspace_id: UUID | None,
    access: Access,
    by: User,
    note: str = "",
    action: RevisionAction = RevisionAction.SET,
) -> None:
    """Save these messages or none. A text is bound to today's code text, so saving again ends a drift.

    Raises BadInput (422) with `code` missing_variables, unknown_variables, missing_output_fields, empty,
    too_long or unknown_position, and the `names` at fault.
    """
    with _scope(access, workspace_id):
        checked = [(place, _checked(place, content), place.message()[1]) for place, content in texts]
        for place, content, message in checked:
            _store_text(place, content, text_hash(message.text), workspace_id, by, note, action)
            logger.info(log_events.PROMPT_SAVED, prompt=place.key, scope=_scope_name(workspace_id), action=action.value)


def reset_prompt(
    key: str, *, workspace_id: UUID | None, access: Access, by: User, place: Place | None = None, note: str = ""
) -> int:
    """Remove the overrides of a prompt (or of one of its messages) in a scope; returns how many there were."""
    with _scope(access, workspace_id):
        rows = PromptOverride.objects.of(workspace_id).filter(prompt_key=key).select_for_update()
        if place is not None:
            rows = rows.filter(role=place.role, index=place.index)
        removed = list(rows)
        for row in removed:
            _record_text(row, row.content, None, by, note, RevisionAction.RESET)
            row.delete()
    return len(removed)


def restore_prompt_revision(revision_id: UUID, *, access: Access, by: User, key: str | None = None) -> None:
    """Make the text what it was after that revision; today's checks apply to it."""
    revision = _visible(PromptOverrideRevision, revision_id, access)
    if key is not None and revision.prompt_key != key:
        raise NotVisible
    place = Place(key=revision.prompt_key, role=revision.role, index=revision.index)
    note = f"revision {revision.pk}"
    if revision.new_content is None:
        reset_prompt(place.key, workspace_id=revision.workspace_id, access=access, by=by, place=place, note=note)
        return
    save_prompt_texts(
        [(place, revision.new_content)],
        workspace_id=revision.workspace_id,
        access=access,
        by=by,
        note=note,
        action=RevisionAction.RESTORE,
    )


def save_snippet(
    key: str,
    content: str,
    *,
    workspace_id: UUID | None,
    access: Access,
    by: User,
    note: str = "",
    action: RevisionAction = RevisionAction.SET,
) -> None:
    """Save a snippet in a scope; BadInput (422, code `snippet`) with the reason, NotVisible for an unknown key."""
    spec = _known(key)
    content = _clean(spec, content)
    with _scope(access, workspace_id):
        if len(content) > MAX_SNIPPET_CHARS:
            raise BadInput(
                gettext("At most {max_snippet_chars:,} characters.").format(max_snippet_chars=MAX_SNIPPET_CHARS),
                code="snippet",
                field=key,
            )
        if reason := problem_of_snippet(spec, content, lambda name: _number(name, workspace_id)):
            raise BadInput(reason, code="snippet", field=key)
        with transaction.atomic():
            row, created = PromptSnippetOverride.objects.of(workspace_id).get_or_create(
                snippet_key=key, defaults={"workspace_id": workspace_id, "content": content, "updated_by": by}
            )
            row = PromptSnippetOverride.objects.select_for_update().get(pk=row.pk)
            before = None if created else row.content
            row.content, row.updated_by = content, by
            row.save(update_fields=["content", "updated_by", "updated_at"])
            _record_snippet(row, before, content, by, note, action)


def reset_snippet(key: str, *, workspace_id: UUID | None, access: Access, by: User, note: str = "") -> bool:
    """Remove the override of a snippet in a scope; whether there was one."""
    with _scope(access, workspace_id):
        row = PromptSnippetOverride.objects.of(workspace_id).filter(snippet_key=key).select_for_update().first()
        if row is None:
            return False
        _record_snippet(row, row.content, None, by, note, RevisionAction.RESET)
        row.delete()
    return True


def restore_snippet_revision(revision_id: UUID, *, access: Access, by: User) -> None:
    """Make the snippet what it was after that revision; today's checks apply to it."""
    revision = _visible(PromptSnippetRevision, revision_id, access)
    scope: dict[str, Any] = {"workspace_id": revision.workspace_id, "access": access, "by": by}
    note = f"revision {revision.pk}"
    if revision.new_content is None:
        reset_snippet(revision.snippet_key, note=note, **scope)
        return
    save_snippet(revision.snippet_key, revision.new_content, note=note, action=RevisionAction.RESTORE, **scope)


def _checked(place: Place, content: str) -> str:
    prompt, message = place.message()
    text = storable(unix_lines(content))
    problem = problem_of(prompt, message, text)
    if problem is not None:
        raise BadInput(
            problem.message, code=problem.code, names=list(problem.names), role=place.role, index=place.index
        )
    return text


def _store_text(
    place: Place, content: str, base: str, workspace_id: UUID | None, by: User, note: str, action: RevisionAction
) -> None:
    row, created = PromptOverride.objects.of(workspace_id).get_or_create(
        prompt_key=place.key,
        role=place.role,
        index=place.index,
        defaults={"workspace_id": workspace_id, "content": content, "base_content_hash": base, "updated_by": by},
    )
    row = PromptOverride.objects.select_for_update().get(pk=row.pk)
    before = None if created else row.content
    row.content, row.base_content_hash, row.updated_by = content, base, by
    row.save(update_fields=["content", "base_content_hash", "updated_by", "updated_at"])
    _record_text(row, before, content, by, note, action)


def _record_text(
    row: PromptOverride, before: str | None, after: str | None, by: User, note: str, action: RevisionAction
) -> None:
    revision = PromptOverrideRevision.objects.create(
        workspace_id=row.workspace_id,
        prompt_key=row.prompt_key,
        role=row.role,
        index=row.index,
        old_content=before,
        new_content=after,
        action=action,
        note=note[:200],
        author=by,
    )
    _audit("prompt", f"{row.prompt_key}:{row.role}:{row.index}", row.workspace_id, revision.pk, by, action)


def _record_snippet(
    row: PromptSnippetOverride, before: str | None, after: str | None, by: User, note: str, action: RevisionAction
) -> None:
    revision = PromptSnippetRevision.objects.create(
        workspace_id=row.workspace_id,
        snippet_key=row.snippet_key,
        old_content=before,
        new_content=after,
        action=action,
        note=note[:200],
        author=by,
    )
    _audit("snippet", row.snippet_key, row.workspace_id, revision.pk, by, action)


def _audit(
    kind: str, name: str, workspace_id: UUID | None, revision_id: UUID, by: User, action: RevisionAction
) -> None:
    """The texts stand in the revision; the audit names it."""
    record_audit(
        f"{kind}.{action.value}",
        actor=by,
        workspace=workspace_id,
        object_type=kind,
        object_id=name,
        after={"revision": str(revision_id)},
    )


def _visible(model: Any, revision_id: UUID, access: Access) -> Any:
    with context_of(access):
        revision = model.objects.visible_to(access).filter(pk=revision_id).first()
    if revision is None:
        raise NotVisible
    return revision


def _known(key: str) -> Snippet:
    try:
        return get_snippet(key)
    except KeyError as error:
        raise NotVisible(key=key) from error


def _clean(spec: Snippet, content: str) -> str:
    text = storable(unix_lines(content)).strip()
    if spec.kind == "lines":
        return "\n".join(line.strip() for line in text.split("\n") if line.strip())
    return text


def _number(key: str, workspace_id: UUID | None) -> int:
    """The number in force in the scope that is being edited."""
    rows = PromptSnippetOverride.objects.filter(snippet_key=key)
    rows = rows.in_force_for(workspace_id) if workspace_id else rows.of(None)
    return int(snippet_values([get_snippet(key)], rows)[key])


def _scope_name(workspace_id: UUID | None) -> str:
    return "workspace" if workspace_id else "platform"
