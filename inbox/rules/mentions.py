"""`@name` in an internal note: whom it names, and how it stands in the text."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


class Named(Protocol):
    """Somebody who can be mentioned."""

    @property
    def id(self) -> UUID: ...

    @property
    def name(self) -> str: ...

    @property
    def email(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A person named in a text, `text` as it stands there with its `@`."""

    person_id: UUID
    text: str


def handles_of(people: Sequence[Named]) -> dict[str, UUID]:
    """What stands behind `@` for each person: the name, or the address where two have the same name."""
    names = [person.name.lower() for person in people]
    return {(person.name if names.count(person.name.lower()) == 1 else person.email): person.id for person in people}


def find_mentions(text: str, handles: Mapping[str, UUID]) -> list[UUID]:
    """The people a text names, each once, in order. Whatever else follows an `@` is text."""
    return list(dict.fromkeys(piece.person_id for piece in split_mentions(text, handles) if isinstance(piece, Mention)))


def split_mentions(text: str, handles: Mapping[str, UUID]) -> Iterator[str | Mention]:
    """The text in pieces: plain ones and mentions, in order. The longest name wins; case does not matter."""
    pattern = _pattern(handles)
    if pattern is None:
        yield text
        return
    ids = {handle.lower(): person_id for handle, person_id in handles.items()}
    at = 0
    for match in pattern.finditer(text):
        if match.start() > at:
            yield text[at : match.start()]
        yield Mention(person_id=ids[match.group(1).lower()], text=match.group())
        at = match.end()
    if at < len(text):
        yield text[at:]


def _pattern(handles: Iterable[str]) -> re.Pattern[str] | None:
    # Inside an address or a link an `@` names nobody.
    names = sorted((handle for handle in handles if handle), key=len, reverse=True)
    if not names:
        return None
    return re.compile(rf"(?<![\w@./])@({'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)
