"""Fixtures of all tests.

`db` tests run inside one transaction under the platform context; requests of `client` and work of
`drain` start without any context, as in production. `committed_db` tests really commit (needed for
two connections, processes, on_commit) and empty the tables afterwards.
"""

from collections.abc import Iterator

import pytest
from django.db import connections

from tests.support import database, order
from tests.support.client import client, htmx_headers  # noqa: F401  # fixtures of all tests
from tests.support.simulator import simulator  # noqa: F401  # started by the tests that name it
from zrg.workspaces.context import platform


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # A browser leaves an event loop in its thread, in which the database may not be asked: files that ask it
    # themselves come first there, as they are found.
    if not str(config.getoption("markexpr")).startswith(("e2e", "wide")):
        order.put_in_order(items)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    database.create_database()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    database.drop_database()


@pytest.fixture(autouse=True)
def _platform_context(request: pytest.FixtureRequest) -> Iterator[None]:
    if "db" not in request.fixturenames and request.node.get_closest_marker("django_db") is None:
        yield
        return
    request.getfixturevalue("db")
    with platform(timeout_ms=30_000):
        connections["default"].__dict__["_zrg_outer_contexts"] = 1
        yield
        connections["default"].__dict__["_zrg_outer_contexts"] = 0


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """A database in which transactions really commit."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()
        database.empty_tables()
        connections.close_all()
