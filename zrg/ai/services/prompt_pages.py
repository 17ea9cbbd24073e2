"""What people see of prompts and snippets: texts, where they come from, drift, history.

Reads run in the caller's context. `workspace_id=None` shows the platform's scope.
"""

import difflib
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from zrg.ai.contracts import Prompt
from zrg.ai.models import PromptOverride, PromptOverrideRevision, PromptSnippetOverride, PromptSnippetRevision
from zrg.ai.prompts import all_prompts, get_prompt, text_hash, variables_in
from zrg.ai.services.prompt_texts import Drift, EffectivePrompt, Source, resolve, snippet_values
from zrg.ai.snippets import Snippet, all_snippets
from zrg.lib.errors import NotVisible

REVISIONS_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """One message: the code's text, the text in force, and overrides that wait because the code changed."""

    role: str
    index: int
    code: str
    code_hash: str
    text: str
    source: Source
    variables: tuple[str, ...]
    drift: tuple[Drift, ...]

    def diff(self, drift: Drift) -> list[str]:
        """Lines of a unified diff from today's code text to the waiting override."""
        lines = difflib.unified_diff(
            self.code.split("\n"), drift.content.split("\n"), "code", drift.source, lineterm=""
        )
        return list(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptView:
    """A prompt in a scope, with its last changes there."""

    prompt: Prompt
    version: str
    messages: tuple[MessageView, ...]
    revisions: tuple[PromptOverrideRevision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptLine:
    """A prompt in the list: its version, which scopes changed it, and how many overrides wait."""

    prompt: Prompt
    version: str
    sources: frozenset[Source]
    drift_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetLine:
    """A snippet with its value and where that comes from."""

    snippet: Snippet
    value: str
    source: Source


def prompt_lines(workspace_id: UUID | None) -> list[PromptLine]:
    """All prompts by key, in one read."""
    by_key: dict[str, list[PromptOverride]] = defaultdict(list)
    for row in _rows(workspace_id):
        by_key[row.prompt_key].append(row)
    found = [(prompt, resolve(prompt.key, by_key[prompt.key])) for prompt in all_prompts()]
    return [
        PromptLine(
            prompt=prompt,
            version=text.version,
            sources=frozenset(text.sources) - {"code"},
            drift_count=len(text.drift),
        )
        for prompt, text in found
    ]


def prompt_view(key: str, workspace_id: UUID | None) -> PromptView:
    """One prompt in a scope; NotVisible for an unknown key."""
    try:
        prompt = get_prompt(key)
    except KeyError as error:
        raise NotVisible(key=key) from error
    text = resolve(key, _rows(workspace_id, key))
    history = PromptOverrideRevision.objects.of(workspace_id).filter(prompt_key=key).select_related("author")
    return PromptView(
        prompt=prompt,
        version=text.version,
        messages=tuple(_message_view(prompt, text, index) for index in range(len(prompt.messages))),
        revisions=tuple(history.order_by("-created_at")[:REVISIONS_SHOWN]),
    )


def count_drifting() -> int:
    """How many of the overrides the caller sees wait because the code changed (doctor)."""
    by_key: dict[str, list[PromptOverride]] = defaultdict(list)
    for row in PromptOverride.objects.all():
        by_key[row.prompt_key].append(row)
    return sum(len(resolve(prompt.key, by_key[prompt.key]).drift) for prompt in all_prompts())


def snippet_lines(workspace_id: UUID | None) -> list[SnippetLine]:
    """All snippets in their order, in one read."""
    rows = list(_snippet_rows(workspace_id))
    specs = all_snippets()
    values = snippet_values(specs, rows)
    return [SnippetLine(snippet=spec, value=values[spec.key], source=_snippet_source(spec, rows)) for spec in specs]


def snippet_revisions(key: str, workspace_id: UUID | None) -> list[PromptSnippetRevision]:
    """The last changes of a snippet in a scope, newest first."""
    history = PromptSnippetRevision.objects.of(workspace_id).filter(snippet_key=key).select_related("author")
    return list(history.order_by("-created_at")[:REVISIONS_SHOWN])


def _rows(workspace_id: UUID | None, key: str | None = None) -> list[PromptOverride]:
    rows = PromptOverride.objects.all()
    rows = rows.in_force_for(workspace_id) if workspace_id else rows.of(None)
    return list(rows.filter(prompt_key=key) if key else rows)


def _snippet_rows(workspace_id: UUID | None) -> list[PromptSnippetOverride]:
    rows = PromptSnippetOverride.objects.all()
    return list(rows.in_force_for(workspace_id) if workspace_id else rows.of(None))


def _snippet_source(spec: Snippet, rows: list[PromptSnippetOverride]) -> Source:
    of_key = [row for row in rows if row.snippet_key == spec.key]
    if not of_key:
        return "code"
    return "workspace" if any(row.workspace_id for row in of_key) else "platform"


def _message_view(prompt: Prompt, text: EffectivePrompt, index: int) -> MessageView:
    code = prompt.messages[index]
    return MessageView(
        role=code.role,
        index=index,
        code=code.text,
        code_hash=text_hash(code.text),
        text=text.messages[index].text,
        source=text.sources[index],
        variables=tuple(sorted(variables_in(code.text))),
        drift=tuple(drift for drift in text.drift if drift.index == index),
    )
