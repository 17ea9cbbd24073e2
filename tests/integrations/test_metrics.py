import re
from pathlib import Path

import pytest
from prometheus_client import Counter

import integrations
from integrations.metrics import PROVIDER_CALLS, WEBHOOKS
from integrations.models import Connection, ProviderBudget
from integrations.services.figures import ConnectionCollector
from tests.integrations.emailbison.payloads import URL, call
from tests.integrations.test_transport import Bench
from tests.support.client import ZrgClient
from tests.support.simulator import RunningSimulator


def sample(counter: Counter, **labels: str) -> float:
    samples = [one for metric in counter.collect() for one in metric.samples]
    return next((one.value for one in samples if one.name.endswith("_total") and one.labels == labels), 0.0)


@pytest.mark.parametrize(
    ("event_type", "label", "result"),
    [("LEAD_REPLIED", "LEAD_REPLIED", "accepted"), ("MADE_UP_BY_A_CALLER", "other", "ignored")],
)
def test_webhooks_are_counted(
    northfork: Connection, client: ZrgClient, event_type: str, label: str, result: str
) -> None:
    labels = {"provider": "EMAILBISON", "event_type": label, "result": result}
    before = sample(WEBHOOKS, **labels)

    client.post(URL, call(event_type), content_type="application/json")

    assert sample(WEBHOOKS, **labels) == before + 1


def test_wrong_secrets_are_counted_apart(granite: Connection, client: ZrgClient) -> None:
    labels = {"provider": "EMAILBISON", "event_type": "other", "result": "unauthorized"}
    before = sample(WEBHOOKS, **labels)

    client.post(f"{URL}?clientId={granite.workspace_id}", call("LEAD_REPLIED"), content_type="application/json")

    assert sample(WEBHOOKS, **labels) == before + 1


@pytest.mark.unit
def test_alert_rules_name_figures_that_exist() -> None:
    rules = (Path(integrations.__file__).parents[1] / "ops/prometheus/integrations.yml").read_text()
    gauges = {"zrg_connection_status", "zrg_circuit_state", "zrg_unrouted_events"}

    assert set(re.findall(r"zrg_[a-z_]+", rules)) == {"zrg_webhooks_total"} | gauges
    assert set(re.findall(r'result="([a-z]+)"', rules)) == {"unauthorized", "unavailable"}


@pytest.mark.unit
def test_provider_calls_are_counted(simulator: RunningSimulator) -> None:
    labels = {"provider": "EMAILBISON", "outcome": "unknown", "code": "provider_5xx"}
    before = sample(PROVIDER_CALLS, **labels)
    simulator.script("emailbison", status=500)

    Bench(f"{simulator.url}/emailbison").reply()

    assert sample(PROVIDER_CALLS, **labels) == before + 1


def test_states_are_read_from_the_tables(northfork: Connection, granite: Connection, client: ZrgClient) -> None:
    Connection.objects.filter(pk=granite.pk).update(status="DISCONNECTED")
    ProviderBudget.objects.create(workspace=granite.workspace, provider="EMAILBISON", state="open")
    client.post(URL, call(event={"instance_url": None, "workspace_name": None}), content_type="application/json")

    figures = {
        (one.name, *one.labels.values()): one.value
        for metric in ConnectionCollector().collect()
        for one in metric.samples
    }

    assert figures == {
        ("zrg_connection_status", "EMAILBISON", "UNKNOWN"): 1,
        ("zrg_connection_status", "EMAILBISON", "DISCONNECTED"): 1,
        ("zrg_circuit_state", "EMAILBISON", "open"): 1,
        ("zrg_unrouted_events",): 1,
    }
