"""Checking a model's JSON answer against the strict schema of its prompt."""

import json
from typing import Any

from zrg.lib.text import storable

TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


class SchemaViolation(ValueError):
    """The answer does not have the required shape; the message names the path, never the value."""


def parse_object(text: str) -> dict[str, Any]:
    """The first complete JSON object in the text; ValueError when there is none."""
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start != -1:
        try:
            value, _end = decoder.raw_decode(text, start)
        except json.JSONDecodeError:
            start = text.find("{", start + 1)
            continue
        if isinstance(value, dict):
            return value
        start = text.find("{", start + 1)
    raise ValueError("no JSON object")


def cleaned(value: Any) -> Any:
    """The answer with every text as the database can hold it: JSON may spell characters that it cannot."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {storable(name): cleaned(part) for name, part in value.items()}
    return value


def validate(value: Any, schema: dict[str, Any], path: str = "$") -> None:
    """Raise SchemaViolation unless `value` has the shape; the subset our strict schemas use."""
    types = schema.get("type", [])
    allowed = types if isinstance(types, list) else [types]
    if allowed and not any(_is(value, name) for name in allowed):
        raise SchemaViolation(f"{path}: type")
    if "enum" in schema and value not in schema["enum"]:
        raise SchemaViolation(f"{path}: enum")
    if isinstance(value, dict):
        _validate_object(value, schema, path)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            validate(item, schema["items"], f"{path}[{index}]")


def _validate_object(value: dict[str, Any], schema: dict[str, Any], path: str) -> None:
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            raise SchemaViolation(f"{path}.{name}: missing")
    if schema.get("additionalProperties") is False and value.keys() - properties.keys():
        raise SchemaViolation(f"{path}: additional properties")
    for name, part in value.items():
        if name in properties:
            validate(part, properties[name], f"{path}.{name}")


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])
