"""Ways in which a recorded call can be damaged; each is decided by the random source it is given."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

Path = tuple[Any, ...]

ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    -0.0,
    1e308,
    10**18,
    2**63,
    -(2**63) - 1,
    10**400,
    "",
    " ",
    "\t\n",
    "null",
    "0",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\U0001f600",
    "‮evil",
    "x" * 70_000,
    "é" * 5_000,
    "<script>alert(1)</script>",
    "' OR 1=1; --",
    "%s %(x)s {0} {{name}}",
    "2026-13-45T99:99:99Z",
    "9999-12-31T23:59:59.999999-23:59",
    "0001-01-01T00:00:00+23:59",
    "1772728863",
    "99999999999999999999",
    "dana@",
    "@northfork.example",
    "dana@northfork.example, kim@northfork.example",
    "<dana@northfork.example>",
    "MAILER-DAEMON@mx.example",
    "https://linkedin.com/in/" + "a" * 600,
    "http://[::1",
    [],
    {},
    [None, 1, "a", {}],
    {"a": {"b": [{"c": None}]}},
    {"": ""},
    {"\x00": "\x00"},
    [[[[]]]],
)

ODD_BYTES = (b"", b"{", b"[1]", b'"text"', b"null", b"NaN", b"\xff\xfe", b"\x00", b"{}", b'{"a":' * 5_000, b"[" * 200)
ODD_PIECES = (b"\x00", b"\\u0000", b"\\ud800", b"\xed\xa0\x80", b"\xc3", b'"', b",", b"}")
ODD_NUMBERS = (b"1e999", b"-1e999", b"1E400", b"0.1e-999", b"9" * 5_000, b"9" * 400, b"NaN", b"Infinity", b"01", b"--1")


def damage_value(payload: Any, random: Random) -> Any:
    """Between one and three changes somewhere in the tree."""
    damaged = deepcopy(payload)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        damaged = random.choice(_VALUE_DAMAGES)(damaged, random)
    return damaged


def damage_bytes(body: bytes, random: Random) -> bytes:
    """One change of the text itself."""
    return random.choice(_BYTE_DAMAGES)(body, random)


def damage_headers(headers: dict[str, str], random: Random) -> dict[str, str]:
    """The proof is missing, somebody else's, cut, or nonsense."""
    wrong = (
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "v0=00",
        "t=,v1=",
        "t=1,v1=00",
        "\xe9",
        "x" * 5_000,
        "0" * 64,
    )
    kind = random.randrange(4)
    if kind == 0:
        return {}
    if kind == 1:
        return {name: random.choice(wrong) for name in headers}
    if kind == 2:
        return {name: value[: random.randrange(len(value))] for name, value in headers.items()}
    return {name: value[:-1] + random.choice("0fx ") + "!" for name, value in headers.items()}


def damage_path(path: str, random: Random) -> str:
    """Another or no workspace."""
    before, mark, query = path.partition("?")
    odd = ("", "x", "%00", "%ff%fe", "-1", "null", "%20", "00000000-0000-0000-0000-000000000000", "a" * 3_000)
    if mark:
        name = query.partition("=")[0]
        return random.choice((before, f"{before}?{name}={random.choice(odd)}", f"{path}&{query}", f"{path}&secret=%00"))
    return f"{path}?locationId={random.choice(odd)}&clientId={random.choice(odd)}"


def _replace(payload: Any, random: Random) -> Any:
    return _changed(payload, _pick(payload, random), lambda value: deepcopy(random.choice(ODD_VALUES)))


def _remove(payload: Any, random: Random) -> Any:
    path = _pick(payload, random)
    if not path:
        return random.choice(([], "", None, {}))
    parent = _at(payload, path[:-1])
    del parent[path[-1]]
    return payload


def _as_other_type(payload: Any, random: Random) -> Any:
    wraps: tuple[Callable[[Any], Any], ...] = (
        str,
        lambda v: [v],
        lambda v: {"value": v},
        json.dumps,
        lambda v: [v] * 300,
    )
    return _changed(payload, _pick(payload, random), random.choice(wraps))


_WRAPS: tuple[Callable[[Any], Any], ...] = (
    str,
    json.dumps,
    lambda value: [value],
    lambda value: [value] * 300,
    lambda value: {"value": value},
)


def _rename(payload: Any, random: Random) -> Any:
    path = _pick(payload, random)
    if not path or not isinstance(path[-1], str):
        return payload
    parent = _at(payload, path[:-1])
    parent[random.choice((path[-1].upper(), path[-1] + "\x00", "\ud800", path[-1] + "x"))] = parent.pop(path[-1])
    return payload


def _swap(payload: Any, random: Random) -> Any:
    one, other = _pick(payload, random), _pick(payload, random)
    if not one or not other or one[: len(other)] == other or other[: len(one)] == one:
        return payload
    kept = deepcopy(_at(payload, one))
    _changed(payload, one, lambda _: deepcopy(_at(payload, other)))
    return _changed(payload, other, lambda _: kept)


def _nest(payload: Any, random: Random) -> Any:
    def deep(value: Any) -> Any:
        for _ in range(random.choice((10, 60, 64, 70, 200))):
            value = [value] if random.random() < 0.5 else {"a": value}
        return value

    return _changed(payload, _pick(payload, random), deep)


def _many(payload: Any, random: Random) -> Any:
    """Many more parts than anybody sends."""
    if isinstance(payload, dict):
        payload.update({f"extra{n}": n for n in range(random.choice((50, 500)))})
    return payload


def _thin(payload: Any, random: Random) -> Any:
    """An object keeps only some of its fields."""
    objects = [path for path in _paths(payload) if isinstance(_at(payload, path), dict)]
    if not objects:
        return payload
    path, kept = random.choice(objects), random.choice((0.3, 0.6, 0.9))
    thin = {name: value for name, value in _at(payload, path).items() if random.random() < kept}
    return _changed(payload, path, lambda _: thin)


def _scramble(payload: Any, random: Random) -> Any:
    """Many values are odd at once."""
    for _ in range(random.choice((3, 8))):
        payload = _replace(payload, random) if isinstance(payload, dict) else payload
    return payload


_VALUE_DAMAGES = (
    _replace,
    _replace,
    _replace,
    _remove,
    _remove,
    _thin,
    _thin,
    _scramble,
    _scramble,
    _as_other_type,
    _rename,
    _swap,
    _nest,
    _many,
)


def _truncate(body: bytes, random: Random) -> bytes:
    return body[: random.randrange(len(body) or 1)]


def _flip(body: bytes, random: Random) -> bytes:
    flipped = bytearray(body)
    for _ in range(random.choice((1, 2, 8))):
        flipped[random.randrange(len(flipped))] = random.randrange(256)
    return bytes(flipped)


def _insert(body: bytes, random: Random) -> bytes:
    at = random.randrange(len(body))
    return (
        body[:at]
        + random.choice((b"\x00", b"\\u0000", b"\\ud800", b"\xed\xa0\x80", b"\xc3", b'"', b",", b"}"))
        + body[at:]
    )


def _number(body: bytes, random: Random) -> bytes:
    digits = [at for at in range(len(body)) if body[at : at + 1].isdigit()]
    if not digits:
        return body
    start = end = random.choice(digits)
    while end < len(body) and body[end : end + 1].isdigit():
        end += 1
    return body[:start] + random.choice(ODD_NUMBERS) + body[end:]


def _other(body: bytes, random: Random) -> bytes:
    return random.choice(ODD_BYTES)


def _frame(body: bytes, random: Random) -> bytes:
    return random.choice((b"\xef\xbb\xbf" + body, body + body, b"[" + body + b"]", body + b"\x00", b" " * 500 + body))


def _inflate(body: bytes, random: Random) -> bytes:
    """Rarely, for it is slow: more than any door reads."""
    return body + b" " * (1_100_000 if random.random() < 0.02 else 1_000)


_BYTE_DAMAGES = (_truncate, _truncate, _flip, _flip, _insert, _insert, _number, _number, _other, _frame, _inflate)


def _pick(payload: Any, random: Random) -> Path:
    return random.choice(list(_paths(payload)))


def _paths(value: Any, here: Path = (), depth: int = 0) -> Iterator[Path]:
    """Where something stands, the root included; not below what another damage made deep."""
    yield here
    if depth > 8:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, (*here, name), depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value[:5]):
            yield from _paths(inner, (*here, index), depth + 1)


def _at(payload: Any, path: Path) -> Any:
    for step in path:
        payload = payload[step]
    return payload


def _changed(payload: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(payload)
    parent = _at(payload, path[:-1])
    parent[path[-1]] = change(parent[path[-1]])
    return payload
