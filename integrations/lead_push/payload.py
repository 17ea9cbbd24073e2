"""The JSON that programs push: people name its fields themselves, so it is read like the columns of a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zrg.lib.hashing import canonical_json, sha

SOURCES = ("datashopper", "audience_labs", "clay", "api")
MAX_COLUMNS = 200
MAX_VALUE = 2_000
# Objects that hold the person where the program wraps it.
_WRAPPERS = ("lead", "data", "contact", "person")
_IDS = ("externalId", "external_id", "id", "recordId", "record_id", "leadId", "lead_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One person: the program's own id of it, and its values by name, in the order they came."""

    external_id: str | None
    columns: tuple[tuple[str, str], ...]


def event_type(source: str) -> str:
    """What a push of this source is called."""
    return f"lead_{source}"


def is_known(kind: str) -> bool:
    """Whether we process events of this type."""
    return kind.removeprefix("lead_") in SOURCES and kind.startswith("lead_")


def read_push(payload: dict[str, Any]) -> Push:
    """The person; nothing is required yet."""
    person = next((payload[name] for name in _WRAPPERS if isinstance(payload.get(name), dict)), payload)
    # What stands around the person comes after it.
    around = {} if person is payload else {name: value for name, value in payload.items() if value is not person}
    return Push(
        external_id=_external_id(person) or _external_id(around),
        columns=tuple(list(_flat({**around, **person} if around else person))[:MAX_COLUMNS]),
    )


def problem_of(push: Push) -> str | None:
    """What a push lacks; None when it can be kept."""
    return None if push.columns else "Missing lead fields"


def reference(source: str, push: Push, payload: dict[str, Any]) -> str:
    """The same in every repetition of a push: the program's id, else the words themselves."""
    return f"{source}:{push.external_id or sha(canonical_json(payload))}"


def _external_id(values: dict[str, Any]) -> str | None:
    for name in _IDS:
        value = values.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()[:MAX_VALUE]
    return None


def _flat(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if name in _IDS:
            continue
        key = f"{prefix}{name}".strip()
        if isinstance(value, dict):
            # One level: `company: {name}` is read as `company name`.
            if not prefix:
                yield from _flat(value, f"{key} ")
            continue
        if text := _text(value):
            yield key, text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return str(value).strip()[:MAX_VALUE]
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return ", ".join(str(one).strip() for one in value)[:MAX_VALUE]
    return ""
