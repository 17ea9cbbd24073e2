"""Text as the database can hold it."""

import re

_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Without NUL and lone surrogates: JSON can spell them, PostgreSQL and UTF-8 cannot hold them."""
    return _UNSTORABLE.sub("", text)
