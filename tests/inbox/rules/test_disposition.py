"""What became of a draft's text."""

import pytest

from inbox.rules.disposition import disposition

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("final_text", "ai_content", "sent_by", "expected"),
    [
        ("Hi", "Hi", "ai", "AUTO_SENT"),
        ("Hi there", "Hi", "ai", "AUTO_SENT"),
        ("Hi", "Hi", "setter", "APPROVED"),
        ("a\r\nb", "a\nb", "setter", "APPROVED"),
        ("\n a\nb \n", "a\nb", "setter", "APPROVED"),
        ("Hi!", "Hi", "setter", "EDITED"),
        ("a  b", "a b", "setter", "EDITED"),
        ("a\n\nb", "a\nb", "setter", "EDITED"),
        ("hi", "Hi", "setter", "EDITED"),
        ("", "Hi", "setter", "EDITED"),
    ],
)
def test_disposition(final_text: str, ai_content: str, sent_by: str, expected: str) -> None:
    assert disposition(final_text, ai_content, sent_by) == expected
