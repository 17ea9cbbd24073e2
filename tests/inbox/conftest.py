"""A desk to act at, with and without a provider behind it."""

import pytest

from tests.inbox.desk import Desk, make_desk
from tests.support.simulator import RunningSimulator


@pytest.fixture
def desk() -> Desk:
    return make_desk()


@pytest.fixture
def sending_desk(simulator: RunningSimulator) -> Desk:
    """Its thread can be answered at the simulator."""
    return make_desk(simulator)


@pytest.fixture
def htmx() -> dict[str, str]:
    """What a request for a fragment says."""
    return {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both tables of Clay exist."""
    for kind in ("PHONE", "LINKEDIN"):
        monkeypatch.setenv(f"CLAY_{kind}_TABLE_WEBHOOK_URL", "https://clay.example/table")
