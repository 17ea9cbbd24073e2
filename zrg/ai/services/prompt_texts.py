"""Which text a prompt has in a workspace today: its own, the platform's, or the code's (05 R21).

An override counts only while the code's text is the one it was written for. One written for another
text is drift: it is not used, and shown in the editor.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import structlog

from zrg.ai.contracts import PromptMessage, Trial
from zrg.ai.models import PromptOverride, PromptSnippetOverride
from zrg.ai.prompts import get_prompt, text_hash, variables_in, variables_of, version
from zrg.ai.snippets import Snippet, get_snippet
from zrg.ai.throttle import first_this_hour
from zrg.lib import log_events
from zrg.lib.hashing import sha
from zrg.workspaces.context import tenant

Source = Literal["code", "platform", "workspace"]

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """An override that waits: the code's text changed since it was written."""

    role: str
    index: int
    source: Source
    base_content_hash: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectivePrompt:
    """`messages` in the order of the prompt, `sources` where each comes from.

    `version`: `code:<hash8>`, `sys_<timestamp>` or `ws_<timestamp>` (UTC, of the newest override in use).
    """

    key: str
    messages: tuple[PromptMessage, ...]
    sources: tuple[Source, ...]
    version: str
    drift: tuple[Drift, ...] = ()


def effective(key: str, workspace_id: UUID) -> EffectivePrompt:
    """The prompt as this workspace uses it; one indexed read. KeyError for an unknown key."""
    get_prompt(key)
    with tenant(workspace_id):
        rows = list(PromptOverride.objects.in_force_for(workspace_id).filter(prompt_key=key))
    found = resolve(key, rows)
    for drift in found.drift:
        if first_this_hour("prompt.drift", key, workspace_id, drift.role, drift.index):
            logger.warning(log_events.PROMPT_DRIFT, prompt=key, role=drift.role, index=drift.index, scope=drift.source)
    return found


def tried(found: EffectivePrompt, trial: Trial) -> EffectivePrompt:
    """The prompt with the texts of a trial in place of those in force; its version is `trial_<hash8>`."""
    texts = trial.texts.get(found.key)
    if not texts:
        return found
    messages = tuple(
        replace(message, text=texts.get(index, message.text)) for index, message in enumerate(found.messages)
    )
    return replace(found, messages=messages, version="trial_" + sha("\n".join(one.text for one in messages))[:8])


def resolve(key: str, rows: Iterable[PromptOverride]) -> EffectivePrompt:
    """Code's messages with the overrides of `rows` that fit; a workspace's before the platform's."""
    prompt = get_prompt(key)
    # The platform's first, so that the workspace's own replace them.
    ordered = sorted(rows, key=lambda row: row.workspace_id is not None)
    known = variables_of(prompt)
    messages: list[PromptMessage] = []
    sources: list[Source] = []
    used: list[PromptOverride] = []
    drift: list[Drift] = []
    for index, message in enumerate(prompt.messages):
        chosen: PromptOverride | None = None
        for row in ordered:
            if (row.role, row.index) != (message.role, index):
                continue
            if row.base_content_hash == text_hash(message.text) and variables_in(row.content) <= known:
                chosen = row
            else:
                drift.append(_drift(row))
        messages.append(PromptMessage(role=message.role, text=chosen.content) if chosen else message)
        sources.append(_source(chosen))
        used += [chosen] if chosen else []
    return EffectivePrompt(
        key=key,
        messages=tuple(messages),
        sources=tuple(sources),
        version=_version(used) or version(prompt),
        drift=tuple(drift),
    )


def snippet(key: str, workspace_id: UUID) -> str:
    """The value of a snippet in this workspace."""
    return snippets((key,), workspace_id)[key]


def snippets(keys: Sequence[str], workspace_id: UUID) -> dict[str, str]:
    """The values of several snippets, in one read: the workspace's, else the platform's, else the code's.

    KeyError for an unknown key. Numbers that contradict each other (a minimum not below its maximum, one
    set by the workspace and one by the platform) both fall back to the code's.
    """
    specs = [get_snippet(key) for key in keys]
    wanted = {*keys, *(spec.below for spec in specs if spec.below)}
    with tenant(workspace_id):
        rows = list(PromptSnippetOverride.objects.in_force_for(workspace_id).filter(snippet_key__in=wanted))
    return snippet_values(specs, rows)


def snippet_values(specs: Sequence[Snippet], rows: Iterable[PromptSnippetOverride]) -> dict[str, str]:
    """The values of these snippets under the overrides of `rows`."""
    stored = {row.snippet_key: row.content for row in sorted(rows, key=lambda row: row.workspace_id is not None)}
    values = {spec.key: stored.get(spec.key, spec.default) for spec in specs}
    for spec in specs:
        if spec.below and not _ascending(spec, stored):
            values[spec.key] = spec.default
            if spec.below in values:
                values[spec.below] = get_snippet(spec.below).default
    return values


def snippet_number(key: str, workspace_id: UUID) -> int:
    """The value of a number."""
    return int(snippet(key, workspace_id))


def _ascending(spec: Snippet, stored: dict[str, str]) -> bool:
    upper = get_snippet(spec.below)
    return int(stored.get(spec.key, spec.default)) < int(stored.get(upper.key, upper.default))


def _source(row: PromptOverride | None) -> Source:
    if row is None:
        return "code"
    return "workspace" if row.workspace_id else "platform"


def _drift(row: PromptOverride) -> Drift:
    return Drift(
        role=row.role,
        index=row.index,
        source=_source(row),
        base_content_hash=row.base_content_hash,
        content=row.content,
    )


def _version(used: Sequence[Any]) -> str:
    if not used:
        return ""
    own = [row for row in used if row.workspace_id]
    newest: datetime = max(row.updated_at for row in own or used)
    return f"{'ws' if own else 'sys'}_{newest.astimezone(UTC):%Y%m%d%H%M%S}"
