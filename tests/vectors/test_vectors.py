"""The project's own copy of the example cases is part of the suite."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.runner import applies, failure_of, has_adapter

CASES = [
    pytest.param(path, index, id=f"{path.stem}-{case['id']}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.json"))
    if has_adapter(path.stem)
    for index, case in enumerate(json.loads(path.read_text())["cases"])
    if applies(path.stem, case)
]


@pytest.mark.parametrize(("path", "index"), CASES)
def test_example_case(path: Path, index: int, django_db_setup: None, django_db_blocker: Any) -> None:
    document = json.loads(path.read_text())

    with django_db_blocker.unblock():
        failure = failure_of(document["name"], document, document["cases"][index])

    assert failure is None
