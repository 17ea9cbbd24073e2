"""Arrays for PostgreSQL written as text, for statements that carry hundreds of values."""

from collections.abc import Iterable
from uuid import UUID


def plain_array(values: Iterable[UUID | str | None]) -> str:
    """The literal of an array of ids, hashes or other words without quotes, commas, braces, backslashes and blanks.

    A driver asks each element for its type; here the caller names it: `%s::uuid[]`. None becomes NULL.
    """
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
