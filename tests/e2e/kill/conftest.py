"""An installation of its own, whose processes are killed."""

from collections.abc import Iterator

import pytest

from tests.e2e.kill.killing import Processes
from tests.e2e.product import SETTER, Product
from tests.stack.installation import Installation


@pytest.fixture(scope="package")
def product() -> Iterator[Product]:
    """An installation that may be broken; the shared one stays whole."""
    installation = Installation()
    try:
        installation.start()
        made = Product(installation)
        made.undo_seconds(SETTER, 0)
        yield made
    finally:
        installation.close()


@pytest.fixture
def processes(product: Product) -> Processes:
    """Its processes."""
    return Processes(product.installation)
