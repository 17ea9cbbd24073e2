"""Whom a note names."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from inbox.rules.mentions import find_mentions, handles_of, split_mentions

KIM, KIM_SMITH, ROBIN = (UUID(int=number) for number in (1, 2, 3))
HANDLES = {"Kim": KIM, "Kim Smith": KIM_SMITH, "robin@zrg.example": ROBIN}


@dataclass(frozen=True)
class Someone:
    id: UUID
    name: str
    email: str


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Kim look", [KIM]),
        ("@Kim Smith look", [KIM_SMITH]),
        ("see (@kim), please", [KIM]),
        ("@KIM SMITH's turn", [KIM_SMITH]),
        ("@Kim and @robin@zrg.example and @kim", [KIM, ROBIN]),
        ("@Kimberly is nobody here", []),
        ("write to ana@Kim or @@Kim", []),
        ("https://example.net/@Kim", []),
        ("@ Kim", []),
        ("@Nobody", []),
        ("", []),
    ],
)
def test_names_are_found(text, named):
    assert find_mentions(text, HANDLES) == named


@pytest.mark.parametrize("text", ["", "@Kim", "a @Kim Smith b @kim\nc", "no @one"])
def test_pieces_are_the_text(text):
    assert "".join(piece if isinstance(piece, str) else piece.text for piece in split_mentions(text, HANDLES)) == text


def test_nobody_to_name_is_one_piece():
    assert list(split_mentions("@Kim", {})) == ["@Kim"]


def test_two_of_one_name_are_told_apart_by_address():
    people = [Someone(KIM, "Kim", "a@zrg.example"), Someone(KIM_SMITH, "kim", "b@zrg.example")]

    handles = handles_of([*people, Someone(ROBIN, "Robin", "r@zrg.example")])

    assert handles == {"a@zrg.example": KIM, "b@zrg.example": KIM_SMITH, "Robin": ROBIN}


def test_a_name_with_signs_is_a_name_and_no_pattern():
    assert find_mentions("hello @R. (Bob) K*m!", {"R. (Bob) K*m": ROBIN}) == [ROBIN]
