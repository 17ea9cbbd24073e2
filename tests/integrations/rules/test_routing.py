from uuid import UUID

import pytest

from integrations.rules.routes import name_candidates, route_hash
from integrations.rules.routing import pick_workspace, route_keys

pytestmark = pytest.mark.unit

ONE, TWO = UUID(int=1), UUID(int=2)


def pick(rows: list[tuple[str, UUID]], *, host_known: bool = False, name: str | None = "Northfork") -> object:
    keys = route_keys("14", "send.example", name)
    routed = pick_workspace(keys, [(route_hash(key), one) for key, one in rows], host_known=host_known)
    return routed.workspace_id, routed.by_name, routed.ambiguous


@pytest.mark.parametrize(
    ("rows", "host_known", "found"),
    [
        ([("send.example|14", ONE), ("14", ONE), ("14", TWO)], True, (ONE, False, False)),
        ([("14", ONE)], False, (ONE, False, False)),
        ([("14", ONE)], True, (None, False, False)),
        ([("14", ONE), ("14", TWO)], False, (None, False, True)),
        ([("14", ONE), ("14", TWO), ("name:northfork", ONE)], False, (ONE, True, True)),
        ([("name:northfork", ONE), ("name:northfork", TWO)], False, (None, False, True)),
        ([], False, (None, False, False)),
    ],
)
def test_first_key_that_fits_one_workspace(rows: list[tuple[str, UUID]], host_known: bool, found: object) -> None:
    assert pick(rows, host_known=host_known) == found


@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        ("Northfork", ["Northfork"]),
        ("Northfork - Inboxxia Client", ["Northfork - Inboxxia Client", "Northfork"]),
        ("Northfork - emailbison", ["Northfork - emailbison", "Northfork"]),
        (" - EmailBison", ["- EmailBison"]),
        ("A - EmailBison - Inboxxia", ["A - EmailBison - Inboxxia", "A - EmailBison"]),
    ],
)
def test_names_are_tried_as_given_and_without_an_ending(name: str, candidates: list[str]) -> None:
    assert list(name_candidates(name)) == candidates
