"""String literals of a script, with what they are given to: enough of JavaScript to read our own files."""

import re
from collections.abc import Iterator

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
      | (?P<regex>(?<=[(,=:!&|?{};\n])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n\[])+/[a-z]*)
      | (?P<template>`)
      | (?P<brace>[{}])
      | (?P<other>\s+|[\w$]+|.)""",
    re.DOTALL | re.VERBOSE,
)
PIECE = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*", re.DOTALL)
CALL = re.compile(r"(?:gettext\(\s*|ngettext\(\s*(?:\"[^\"]*\",\s*)?)$")


def literals(source: str) -> Iterator[tuple[str, bool]]:
    """Each literal in the order of the file, `{}` for what a template puts in, and whether gettext gets it."""
    yield from _code(source, 0, [])


def _code(source: str, at: int, end: list[int]) -> Iterator[tuple[str, bool]]:
    depth = 0
    while at < len(source):
        token = TOKEN.match(source, at)
        assert token is not None
        kind, text = token.lastgroup, token.group()
        if text == "}" and depth == 0:
            end.append(at)
            return
        depth += {"{": 1, "}": -1}.get(text, 0) if kind == "brace" else 0
        if kind == "string":
            yield text[1:-1], bool(CALL.search(source, 0, at))
        at = token.end()
        if kind == "template":
            pieces: list[str] = []
            while True:
                piece = PIECE.match(source, at)
                assert piece is not None
                pieces.append(piece.group())
                at = piece.end()
                if source.startswith("`", at):
                    break
                inner: list[int] = []
                yield from _code(source, at + 2, inner)
                at = inner[0] + 1
            yield "{}".join(pieces), False
            at += 1
