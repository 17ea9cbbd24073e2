"""What a text must keep so that it may replace a prompt's message (05 R21)."""

import re
from dataclasses import dataclass

from zrg.ai.contracts import Prompt, PromptMessage
from zrg.ai.models.prompting import MAX_PROMPT_CHARS
from zrg.ai.prompts import variables_in, variables_of

_ANY_BRACES = re.compile(r"\{\{([^{}]{0,80})\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a text cannot be saved; `names` are the variables or fields at fault."""

    code: str
    message: str
    names: tuple[str, ...] = ()


def problem_of(prompt: Prompt, message: PromptMessage, content: str) -> Problem | None:
    """The first reason to refuse `content` in place of `message`; None when it can be saved."""
    if not content.strip():
        return Problem(code="empty", message="The text is empty.")
    if len(content) > MAX_PROMPT_CHARS:
        return Problem(code="too_long", message=f"At most {MAX_PROMPT_CHARS:,} characters.")
    if names := sorted(variables_in(message.text) - variables_in(content)):
        return Problem(code="missing_variables", message=f"Missing: {_braced(names)}.", names=tuple(names))
    if names := sorted(_written(content) - variables_of(prompt)):
        return Problem(code="unknown_variables", message=f"Unknown: {_braced(names)}.", names=tuple(names))
    if names := sorted(_fields_named(prompt, message.text) - _fields_named(prompt, content)):
        return Problem(
            code="missing_output_fields",
            message=f"The part on the answer must keep naming {', '.join(names)}.",
            names=tuple(names),
        )
    return None


def _written(content: str) -> set[str]:
    """Whatever stands between double braces, also what the filling would not recognise."""
    return {found.strip() for found in _ANY_BRACES.findall(content)}


def _fields_named(prompt: Prompt, text: str) -> set[str]:
    """The fields of the JSON answer that a text explains: its output section."""
    fields = (prompt.schema or {}).get("properties", {})
    return {name for name in fields if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)}


def _braced(names: list[str]) -> str:
    return ", ".join("{{" + name + "}}" for name in names)
