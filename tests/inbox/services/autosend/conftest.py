"""The world of auto-send on the simulator."""

from collections.abc import Iterator

import pytest

from tests.support.autosend_world import World, make_world
from zrg.workspaces.switches import forget_switches


@pytest.fixture
def world(simulator, db) -> Iterator[World]:
    forget_switches()
    yield make_world(simulator)
    forget_switches()
