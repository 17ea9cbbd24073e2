"""The rotation as a person edits it: people by e-mail, the sequence as it stands in the form."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from django.http import QueryDict

from assignment.services.rotation_config import RotationForm, clean_email
from zrg.lib.text import read_number, storable

_SEPARATORS = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationDraft:
    """What stands in the form. `touched` is the entry that was changed last and
    `touched_by` the button of it that gets the focus."""

    version: int
    is_enabled: bool
    is_email_only: bool
    sequence: tuple[str, ...]
    setters: tuple[str, ...]
    managers: tuple[str, ...]
    new_setters: str = ""
    new_managers: str = ""
    touched: int | None = None
    touched_by: str = ""

    def as_form(self, *, with_people: bool) -> RotationForm:
        """What is saved; without people the team stays as it is."""
        return RotationForm(
            is_enabled=self.is_enabled,
            is_email_only=self.is_email_only,
            sequence=self.sequence,
            setters=[*self.setters, *split_addresses(self.new_setters)] if with_people else None,
            managers=[*self.managers, *split_addresses(self.new_managers)] if with_people else None,
        )

    def with_only(self, members: Collection[str], *, with_people: bool) -> "RotationDraft":
        """The draft with nobody in the sequence but these members, of the chosen and newly typed setters."""
        staying = set(members)
        if with_people:
            staying &= {clean_email(one) for one in self.setters}
            staying |= {clean_email(one) for one in split_addresses(self.new_setters)}
        return replace(self, sequence=tuple(one for one in self.sequence if one in staying))

    def edited(self, act: str, person: str) -> "RotationDraft":
        """The draft after `add`, `up:2`, `down:2` or `remove:2`; anything else leaves it as it is."""
        if act == "add":
            email = clean_email(person)
            return replace(self, sequence=(*self.sequence, email), touched=len(self.sequence)) if email else self
        name, _, place = act.partition(":")
        number = _number(place)
        if name not in _MOVES or number is None or number >= len(self.sequence):
            return self
        return _MOVES[name](self, number)


def read_draft(data: QueryDict) -> RotationDraft:
    """The form as it was posted."""
    return RotationDraft(
        version=_number(data.get("version", "")) or 0,
        is_enabled="enabled" in data,
        is_email_only="email_only" in data,
        sequence=tuple(clean_email(storable(one)) for one in data.getlist("sequence") if one.strip()),
        setters=tuple(storable(one) for one in data.getlist("setter")),
        managers=tuple(storable(one) for one in data.getlist("manager")),
        new_setters=storable(data.get("new_setters", "")),
        new_managers=storable(data.get("new_managers", "")),
    )


def split_addresses(text: str) -> list[str]:
    """Addresses typed into one field."""
    return [one for one in _SEPARATORS.split(text) if one]


def _number(text: str) -> int | None:
    return read_number(text)


def _move(draft: RotationDraft, place: int, target: int, by: str) -> RotationDraft:
    if not 0 <= target < len(draft.sequence):
        return draft
    sequence = list(draft.sequence)
    sequence[place], sequence[target] = sequence[target], sequence[place]
    # At an end the button that was pressed is closed: the other one takes the focus.
    ends = {0: "down", len(sequence) - 1: "up"}
    return replace(draft, sequence=tuple(sequence), touched=target, touched_by=ends.get(target, by))


def _remove(draft: RotationDraft, place: int) -> RotationDraft:
    rest = (*draft.sequence[:place], *draft.sequence[place + 1 :])
    if not rest:
        return replace(draft, sequence=(), touched=0)
    return replace(draft, sequence=rest, touched=min(place, len(rest) - 1), touched_by="remove")


_MOVES = {
    "up": lambda draft, place: _move(draft, place, place - 1, "up"),
    "down": lambda draft, place: _move(draft, place, place + 1, "down"),
    "remove": _remove,
}
