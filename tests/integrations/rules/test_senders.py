import pytest

from integrations.rules.senders import pick_sender, refusal_of_status

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("Connected", None),
        (None, None),
        ("", None),
        ("Active", None),
        ("Disabled by admin", "disabled"),
        ("INACTIVE", "inactive"),
        ("disconnected", "disconnected"),
        ("Not connected", "not connected"),
        ("not_connected", "not_connected"),
        ("connection_failed", "connection_failed"),
        ("Auth error", "error"),
        ("invalid credentials", "invalid"),
        ("deleted", "deleted"),
        ("Paused", "paused"),
        ("Suspended", "suspended"),
    ],
)
def test_status_that_cannot_send(status: str | None, word: str | None) -> None:
    assert refusal_of_status(status) == word


@pytest.mark.parametrize(
    ("ids", "preferred", "chosen"),
    [
        (["100", "67", "9"], [], "9"),
        (["100", "67", "b", "a"], [None], "67"),
        (["b", "a"], [], "a"),
        (["100", "67"], ["55", "100"], "100"),
        ([], ["67"], None),
    ],
)
def test_preferred_first_then_the_lowest_id(ids: list[str], preferred: list[str | None], chosen: str | None) -> None:
    assert pick_sender(ids, preferred) == chosen
