"""A model's JSON is taken only in the shape that was asked for."""

import pytest

from zrg.ai.schema import SchemaViolation, parse_object, validate

pytestmark = pytest.mark.unit

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["tag", "times"],
    "properties": {
        "tag": {"type": "string", "enum": ["A", "B"]},
        "times": {"type": ["array", "null"], "items": {"type": "string"}},
    },
}


def test_parse_object_takes_the_first_complete_object():
    assert parse_object('Sure! {"tag": "A", "times": null} and {"tag": "B"}') == {"tag": "A", "times": None}


@pytest.mark.parametrize("text", ["", "no json", '{"tag": ', "[1, 2]"])
def test_parse_object_without_object_raises(text):
    with pytest.raises(ValueError, match="no JSON object"):
        parse_object(text)


@pytest.mark.parametrize("value", [{"tag": "A", "times": None}, {"tag": "B", "times": ["Tue 3pm"]}])
def test_validate_accepts_the_shape(value):
    validate(value, SCHEMA)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"tag": "C", "times": None}, r"\$\.tag: enum"),
        ({"tag": "A"}, r"\$\.times: missing"),
        ({"tag": "A", "times": [1]}, r"\$\.times\[0\]: type"),
        ({"tag": "A", "times": None, "more": 1}, r"additional properties"),
        ({"tag": True, "times": None}, r"\$\.tag: type"),
    ],
)
def test_validate_names_the_path_never_the_value(value, path):
    with pytest.raises(SchemaViolation, match=path):
        validate(value, SCHEMA)
