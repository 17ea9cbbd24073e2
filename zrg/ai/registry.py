"""What apps above tell the model floor, registered in their `apps.py`."""

from collections.abc import Callable
from uuid import UUID

# Persona id in, names of what uses it out.
PersonaUsage = Callable[[UUID], list[str]]

_persona_usages: dict[str, PersonaUsage] = {}


def register_persona_usage(kind: str, usage: PersonaUsage) -> None:
    """`usage(persona_id)` names the things of this `kind` that would lose their persona."""
    if kind in _persona_usages:
        raise RuntimeError(f"persona usage registered twice: {kind}")
    _persona_usages[kind] = usage


def persona_usages(persona_id: UUID) -> dict[str, list[str]]:
    """What uses a persona, by kind; kinds that do not are left out."""
    found = {kind: usage(persona_id) for kind, usage in _persona_usages.items()}
    return {kind: names for kind, names in found.items() if names}
