"""A language made for a test: a compiled catalogue from texts."""

import struct
from pathlib import Path


def write_catalogue(folder: Path, language: str, texts: dict[str, str], domain: str = "django") -> None:
    """`<folder>/<language>/LC_MESSAGES/<domain>.mo`, in the format of GNU gettext."""
    pairs = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **texts}.items())
    sources, targets = ([pair[side].encode() for pair in pairs] for side in (0, 1))
    start = 28 + 16 * len(pairs)
    index, data = b"", b""
    for column in (sources, targets):
        for text in column:
            index += struct.pack("<2I", len(text), start + len(data))
            data += text + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    place = folder / language / "LC_MESSAGES"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{domain}.mo").write_bytes(head + index + data)
