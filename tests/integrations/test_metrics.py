import pytest
from prometheus_client import REGISTRY

from integrations.models import Connection
from tests.integrations.emailbison.payloads import URL, call
from tests.integrations.test_transport import Bench
from tests.support.client import ZrgClient
from tests.support.simulator import RunningSimulator


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.parametrize(
    ("event_type", "label", "result"),
    [("LEAD_REPLIED", "LEAD_REPLIED", "accepted"), ("MADE_UP_BY_A_CALLER", "other", "ignored")],
)
def test_webhooks_are_counted(
    northfork: Connection, client: ZrgClient, event_type: str, label: str, result: str
) -> None:
    labels = {"provider": "EMAILBISON", "event_type": label, "result": result}
    before = sample("zrg_webhooks_total", **labels)

    client.post(URL, call(event_type), content_type="application/json")

    assert sample("zrg_webhooks_total", **labels) == before + 1


@pytest.mark.unit
def test_provider_calls_are_counted(simulator: RunningSimulator) -> None:
    labels = {"provider": "EMAILBISON", "outcome": "unknown", "code": "provider_5xx"}
    before = sample("zrg_provider_calls_total", **labels)
    simulator.script("emailbison", status=500)

    Bench(f"{simulator.url}/emailbison").reply()

    assert sample("zrg_provider_calls_total", **labels) == before + 1
