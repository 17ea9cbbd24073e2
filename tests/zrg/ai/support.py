"""Prompts and snippets of the tests, registered for one test only."""

from typing import Any

import pytest

from zrg.ai import prompts, snippets
from zrg.ai.contracts import Prompt, PromptMessage
from zrg.ai.snippets import Snippet


def make_prompt(key: str = "test.text.v1", *texts: str, **changes: Any) -> Prompt:
    """A prompt; its first text is the system's, the others the user's."""
    messages = tuple(
        PromptMessage(role="system" if index == 0 else "user", text=text)
        for index, text in enumerate(texts or ("Goals: {{goals}}", "{{reply}}"))
    )
    values = {
        "key": key,
        "feature_id": "test",
        "purpose": "test",
        "messages": messages,
        "model": "gpt-5-mini",
        "effort": "low",
        "min_output_tokens": 100,
        "max_output_tokens": 200,
        "output_cap": 300,
    }
    return Prompt(**{**values, **changes})


def use_prompts(monkeypatch: pytest.MonkeyPatch, *known: Prompt) -> None:
    """Register these beside the product's (or in place of those of the same key)."""
    monkeypatch.setattr(prompts, "_prompts", {**prompts._prompts, **{one.key: one for one in known}})


def use_snippets(monkeypatch: pytest.MonkeyPatch, *known: Snippet) -> None:
    """Register only these."""
    monkeypatch.setattr(snippets, "_snippets", {one.key: one for one in known})
