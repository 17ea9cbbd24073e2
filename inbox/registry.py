"""What apps above add to the inbox: sections of the drawer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from leads.models import Lead


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerSection:
    """One section of the drawer, a fragment with a URL of its own.

    `action` is what a person must be allowed to see it; `load` gives the template's context under
    the section's own name `section`. Saving belongs to the app that registers it.
    """

    key: str
    title: str
    position: int
    template: str
    action: str
    load: Callable[[HttpRequest, Lead], dict[str, Any]]


_SECTIONS: dict[str, DrawerSection] = {}


def register_drawer_section(section: DrawerSection) -> None:
    """Add a section; called from `ready()`. The same key again replaces it."""
    _SECTIONS[section.key] = section


def drawer_sections() -> list[DrawerSection]:
    """All sections in their order."""
    return sorted(_SECTIONS.values(), key=lambda section: (section.position, section.key))


def drawer_section(key: str) -> DrawerSection | None:
    """One section by its key."""
    return _SECTIONS.get(key)
