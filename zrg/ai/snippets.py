"""The snippet registry: small texts and numbers that prompts use and people may change.

The app that owns a snippet registers it with its default; the effective value comes from
`zrg.ai.services.prompt_texts`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

SnippetKind = Literal["text", "lines", "number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A snippet as code holds it.

    `required`: placeholders a text must contain, such as `{minChars}`. `minimum` and `maximum` bound a
    number; `below` names the number it must stay under.
    """

    key: str
    label: str
    purpose: str
    default: str
    kind: SnippetKind = "text"
    required: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 1_000_000
    below: str = ""


_snippets: dict[str, Snippet] = {}


def register_snippets(*snippets: Snippet) -> None:
    """Called by the app that owns the snippets; a key is registered once."""
    for snippet in snippets:
        if _snippets.setdefault(snippet.key, snippet) != snippet:
            raise RuntimeError(f"snippet {snippet.key} is registered twice")


def get_snippet(key: str) -> Snippet:
    """The snippet of a key; KeyError for an unknown one."""
    return _snippets[key]


def all_snippets() -> list[Snippet]:
    """Every registered snippet, in order of registration."""
    return list(_snippets.values())


def problem_of(snippet: Snippet, content: str, number_of: Callable[[str], int]) -> str:
    """Why this content cannot be saved; "" when it can. `number_of` gives the number in force of another snippet."""
    if snippet.kind == "number":
        return _problem_of_number(snippet, content, number_of)
    missing = [name for name in snippet.required if name not in content]
    return f"It must contain {', '.join(missing)}." if missing else ""


def _problem_of_number(snippet: Snippet, content: str, number_of: Callable[[str], int]) -> str:
    if not (content.isascii() and content.isdigit() and snippet.minimum <= int(content) <= snippet.maximum):
        return f"A whole number from {snippet.minimum} to {snippet.maximum}."
    if snippet.below and int(content) >= number_of(snippet.below):
        return f"It must be smaller than {get_snippet(snippet.below).label}."
    above = next((one for one in _snippets.values() if one.below == snippet.key), None)
    if above is not None and int(content) <= number_of(above.key):
        return f"It must be larger than {above.label}."
    return ""
