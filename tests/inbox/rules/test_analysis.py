"""A model names things in a mail; it never rewrites what a person said."""

import pytest

from inbox.rules.analysis import kept_lines, written_phone

pytestmark = pytest.mark.unit

RECEIVED = "Hi Priya,\n\nCould you send  pricing\nfor ten seats?\n\nDana\n+1 415 555 0137"


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("Could you send pricing\nfor ten seats?", "Could you send  pricing\nfor ten seats?"),
        ("Hi Priya,\n\nfor ten seats?", "Hi Priya,\n\nfor ten seats?"),
        ("for ten seats?\nHi Priya,", None),
        ("Could you send pricing for ten seats?", None),
        ("Please send pricing", None),
        ("Hi Priya,\nHi Priya,", None),
        ("  \n ", None),
        ("Hi Priya,\n" + "\n" * 8_000, None),
    ],
)
def test_hard_05_answer_is_kept_only_line_by_line(answer, kept):
    assert kept_lines(answer, RECEIVED) == kept


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ((None, "+14155550137"), None),
        (("4155550137",), "4155550137"),
        (("+1 (415) 555-0137",), None),
        (("+1 415 555 0199",), None),
        (("2125550199", "415-555-0137"), "415-555-0137"),
        ((None, None), None),
    ],
)
def test_hard_03_model_never_supplies_digits(numbers, found):
    text = "Reach me under 415 555 0137, not under\n212-555-0199"

    assert written_phone(numbers, text=text, own_text="Priya, 212 555 0199") == found
