import pytest

from zrg.lib.text import read_number

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("42", 42), ("999999999", 999_999_999), ("1000000000", None), ("9" * 5_000, None)]
    + [(text, None) for text in ("", "²", "-1", "1.5", " 1", "one")],
)
def test_whole_numbers_a_column_takes(text, number):
    assert read_number(text) == number
