"""What became of one call to a provider."""

from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["ok", "failed", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderResult:
    """What became of one call to a provider.

    `outcome`: `ok`, `failed` (definitely not performed) or `unknown` (possibly performed: never
    repeated by a machine). `code` is one of `integrations.enums.Code` unless ok; `message` is redacted
    and may be shown; `retry_after` in seconds when the provider asked us to wait; `data` is the typed
    answer of the call.
    """

    outcome: Outcome
    status: int | None = None
    data: Any = None
    code: str | None = None
    message: str = ""
    retry_after: float | None = None

    @property
    def ok(self) -> bool:
        """Whether the call was performed."""
        return self.outcome == "ok"
