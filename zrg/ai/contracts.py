"""Values of a model call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

Effort = str
ErrorCode = Literal[
    "",
    "timeout",
    "rate_limit",
    "api_error",
    "parse_error",
    "incomplete_output",
    "schema_violation",
    "refused",
    "budget_exhausted",
    "disabled",
    "unknown",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptMessage:
    """One message of a prompt; `{{name}}` marks a variable."""

    role: Literal["system", "assistant", "user"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt as code holds it. Budgets are output tokens; `schema` makes the answer strict JSON.

    The first budget is the input's tokens × `budget_scale` + `budget_overhead`, within minimum and maximum.
    `prefers_token_count`: the provider counts the input (one more request), instead of an estimate.
    `max_attempts` None: as many as the deployment says.
    """

    key: str
    feature_id: str
    purpose: str
    messages: tuple[PromptMessage, ...]
    model: str
    effort: Effort | None
    min_output_tokens: int
    max_output_tokens: int
    output_cap: int
    max_attempts: int | None = None
    retry_extra_tokens: int = 0
    budget_scale: float = 1.0
    budget_overhead: int = 0
    prefers_token_count: bool = False
    temperature: float | None = None
    schema: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried in place of what is in force, by prompt key: models, and texts by the index of their message.

    Calls of a trial stand in the statistics under `ai.replay`, for no message and no draft: nobody was answered.
    """

    models: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallScope:
    """For whom a call is made; ids and figures only, they go into the statistics.

    `metadata`: short values under the allow-listed names of `zrg.ai.rules.metadata`; anything else is dropped.
    """

    workspace_id: UUID
    source: str
    lead_id: UUID | None = None
    message_id: UUID | None = None
    draft_id: UUID | None = None
    trace_id: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    trial: Trial | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one answer as the provider counted them."""

    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`value` is a string or a validated object, None when `error_code` says why there is none."""

    value: Any = None
    error_code: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    attempts: int = 0

    @property
    def ok(self) -> bool:
        return not self.error_code
