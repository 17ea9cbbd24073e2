import pytest

from tests.inbox.desk import make_desk
from tests.support.simulator import simulator  # noqa: F401


@pytest.fixture
def desk():
    return make_desk()


@pytest.fixture
def sending_desk(simulator):  # noqa: F811
    return make_desk(simulator)


@pytest.fixture
def htmx():
    return {"HTTP_HX_REQUEST": "true"}
