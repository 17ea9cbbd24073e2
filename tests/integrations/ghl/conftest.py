"""A client of GoHighLevel at the simulator, and a contact there."""

from typing import Any

import pytest

from integrations.ghl.client import SPEC, GhlClient
from integrations.transport import Credential, Transport
from tests.factories.integrations import API_KEY
from tests.integrations.ghl.payloads import LOCATION
from tests.support.simulator import RunningSimulator

SEND_PATH = "/conversations/messages"


class Bench:
    """A client whose waits are noted instead of waited."""

    def __init__(self, base_url: str, *, key: str = API_KEY, timeout: float = 2.0) -> None:
        self.waits: list[float] = []
        self.client = GhlClient(
            Transport(
                provider="GHL",
                base_url=base_url,
                credential=Credential(headers={"Authorization": f"Bearer {key}"}),
                timeout=timeout,
                retries=SPEC.retries(),
                explain=SPEC.explain(base_url),
                pause=self.waits.append,
            ),
            location_id=LOCATION,
        )


@pytest.fixture
def bench(simulator: RunningSimulator) -> Bench:
    return Bench(f"{simulator.url}/ghl")


@pytest.fixture
def contact_id(simulator: RunningSimulator) -> str:
    contact = simulator.state.ghl.add_contact(
        location_id=LOCATION, email="dana@northfork.example", phone="+14155552671", firstName="Dana"
    )
    return str(contact["id"])


def calls(simulator: RunningSimulator, path: str = "*", method: str = "") -> list[dict[str, Any]]:
    return simulator.requests("ghl", path=path, method=method)
