"""Deterministic keys: the same request always has the same key, and the database refuses the second."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from zrg.lib.hashing import canonical_json, sha

DISPATCH_WINDOW_SECONDS = 60
# Parameters every schedule understands, at the values they have when nobody names them.
COMMON_PARAM_DEFAULTS: Mapping[str, Any] = {"dryRun": False, "force": False}
PARAMS_DIGEST_LENGTH = 16


class DispatchKey(NamedTuple):
    """Identity of one run of a schedule in one window."""

    dispatch_key: str
    correlation_id: UUID


def build_job_dedupe_key(workspace_id: UUID | str, message_id: UUID | str, type: str) -> str:
    """Key of a job about one message: one job of a type per message of a workspace."""
    return f"{workspace_id}:{message_id}:{type}"


def window_start_of(requested_at: datetime, window_seconds: int = DISPATCH_WINDOW_SECONDS) -> datetime:
    """Start (UTC) of the dispatch window that holds `requested_at`, an aware datetime."""
    since_epoch = requested_at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return requested_at.astimezone(UTC) - since_epoch % timedelta(seconds=window_seconds)


def build_dispatch_key(
    job: str,
    requested_at: datetime,
    window_seconds: int = DISPATCH_WINDOW_SECONDS,
    params: Mapping[str, Any] | None = None,
    *,
    defaults: Mapping[str, Any] | None = None,
) -> DispatchKey:
    """Key of a run `cron:{job}:{window}[:{digest of parameters}]` and the correlation id derived from it.

    Beat and an external clock that call in the same window get the same key, so one run results.
    Parameters that are null or equal their default (`defaults` of the job, or the common ones) do not
    count. Windows shorter than a minute show their seconds, otherwise two of them would share a key.
    """
    window = window_start_of(requested_at, window_seconds)
    key = f"cron:{job}:{window:%Y-%m-%dT%H:%M}"
    if window_seconds < 60:
        key += f":{window:%S}"
    effective = effective_params(params, defaults)
    if effective:
        key += f":{params_digest(effective)}"
    return DispatchKey(key, uuid5(NAMESPACE_URL, key))


def effective_params(params: Mapping[str, Any] | None, defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The parameters that change what a run does: neither null nor equal to their default."""
    known = {**COMMON_PARAM_DEFAULTS, **(defaults or {})}
    return {
        name: value
        for name, value in (params or {}).items()
        if value is not None and not (name in known and _same(value, known[name]))
    }


def params_digest(params: Mapping[str, Any]) -> str:
    """First 16 hex digits of the SHA-256 of the canonical JSON; values are JSON values."""
    return sha(canonical_json(dict(params)))[:PARAMS_DIGEST_LENGTH]


def _same(value: Any, default: Any) -> bool:
    # Python holds True == 1: a limit of 1 is not the switch "true".
    return type(value) is type(default) and value == default
