"""Calling SmartLead: what is sent, what its answers mean, how long refused calls wait."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from integrations.services.inspection import check_connection
from integrations.smartlead.client import SPEC, SmartLeadClient
from integrations.smartlead.types import Campaign
from integrations.transport import Credential, Transport, explain_plainly
from tests.factories.integrations import API_KEY
from tests.support.simulator import RunningSimulator

CAMPAIGNS = "/api/v1/campaigns"
REPLY = "/api/v1/campaigns/*/reply-email-thread"


class Bench:
    """A client whose waits are noted instead of waited."""

    def __init__(self, base_url: str, *, key: str = API_KEY) -> None:
        self.waits: list[float] = []
        self.client = SmartLeadClient(
            Transport(
                provider="SMARTLEAD",
                base_url=base_url,
                credential=Credential(params={"api_key": key}),
                timeout=2.0,
                retries=SPEC.retries(),
                explain=explain_plainly,
                pause=self.waits.append,
            )
        )

    def reply(self, **changes: Any) -> ProviderResult:
        values = {"campaign_id": "88410", "stats_id": "st-1", "message_html": "<p>Hi</p>", "to_email": "a@b.example"}
        return self.client.send_reply(**{**values, **changes})


@pytest.fixture
def bench(simulator: RunningSimulator) -> Bench:
    return Bench(f"{simulator.url}/smartlead/api/v1")


@pytest.mark.unit
def test_campaigns(bench: Bench) -> None:
    assert bench.client.list_campaigns().data == (Campaign(id="88410", name="Dental owners", status="ACTIVE"),)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("body", "ids"),
    [([{"id": 1}, {"name": "no id"}, "text", None], ["1"]), ({"data": [{"id": "2"}]}, ["2"]), ([], [])],
)
def test_campaigns_in_any_shape(bench: Bench, simulator: RunningSimulator, body: Any, ids: list[str]) -> None:
    simulator.script("smartlead", CAMPAIGNS, status=200, body=body)

    assert [campaign.id for campaign in bench.client.list_campaigns().data] == ids


@pytest.mark.unit
def test_answer_without_a_list_is_no_empty_list(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script("smartlead", CAMPAIGNS, status=200, body={"message": "maintenance"})

    result = bench.client.list_campaigns()

    assert (result.outcome, result.code) == ("failed", "invalid_response")


@pytest.mark.unit
def test_unknown_parts_of_a_thread_are_left_out(bench: Bench, simulator: RunningSimulator) -> None:
    bench.reply(cc=["kim@northfork.example", "lee@northfork.example"])

    (entry,) = simulator.requests("smartlead", REPLY)
    assert entry["json"] == {
        "email_stats_id": "st-1",
        "email_body": "<p>Hi</p>",
        "to_email": "a@b.example",
        "cc": "kim@northfork.example,lee@northfork.example",
        "bcc": "",
        "add_signature": True,
    }


@pytest.mark.unit
def test_campaign_id_cannot_reach_another_route(bench: Bench, simulator: RunningSimulator) -> None:
    bench.reply(campaign_id="1/../../leads?x=")

    (entry,) = simulator.requests("smartlead")
    assert entry["path"] == "/api/v1/campaigns/1%2F..%2F..%2Fleads%3Fx%3D/reply-email-thread"
    assert entry["query"] == {"api_key": API_KEY}


@pytest.mark.unit
def test_plain_sentence_is_an_acceptance(bench: Bench) -> None:
    result = bench.reply()

    assert (result.outcome, result.data.message) == ("ok", "Email added to the queue, will be sent out soon!")


@pytest.mark.unit
def test_refused_for_its_rate_waits_two_seconds_twice(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script("smartlead", REPLY, status=429, times=9, body={"message": "Too many requests"})

    result = bench.reply()

    assert (result.outcome, result.code, result.retry_after) == ("failed", "rate_limited", 30.0)
    assert bench.waits == [2.0, 2.0]
    assert len(simulator.requests("smartlead", REPLY)) == 3


@pytest.mark.unit
def test_wrong_key(simulator: RunningSimulator) -> None:
    result = Bench(f"{simulator.url}/smartlead/api/v1", key="wrong").client.list_campaigns()

    assert (result.status, result.code, result.message) == (401, "auth_failed", "Invalid API Key")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changes", "message"),
    [({"stats_id": ""}, '"email_stats_id" is required'), ({"to_email": "nobody"}, '"to_email" must be a valid email')],
)
def test_refused_bodies(bench: Bench, changes: dict[str, str], message: str) -> None:
    result = bench.reply(**changes)

    assert (result.outcome, result.code, result.message) == ("failed", "bad_request", message)


def test_hard_02_key_never_logged(
    harbor: Connection, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.script("smartlead", CAMPAIGNS, status=400, body={"message": f"bad call ?api_key={API_KEY}"})

    with capture_logs() as logs:
        result = get_client(harbor.workspace_id, SPEC).list_campaigns()
        monkeypatch.setenv("SMARTLEAD_API_BASE", "http://127.0.0.1:9/api/v1")
        broken = get_client(harbor.workspace_id, SPEC).list_campaigns()

    harbor.refresh_from_db()
    assert (result.code, broken.code) == ("bad_request", "network")
    assert [line["path"] for line in logs if line["event"] == "provider.call"] == ["/campaigns", "/campaigns"]
    assert API_KEY not in f"{result}{broken}{logs}{harbor.last_error_message}"


def test_check_asks_the_provider_and_writes_the_health(harbor: Connection, simulator: RunningSimulator) -> None:
    assert check_connection(harbor).ok

    harbor.refresh_from_db()
    assert harbor.status == "CONNECTED"
    assert len(simulator.requests("smartlead", CAMPAIGNS)) == 1


@pytest.mark.parametrize(("knob", "expected"), [("3", 3), ("0", 1), ("junk", 10), ("", 10)])
def test_pace_of_the_key(harbor: Connection, monkeypatch: pytest.MonkeyPatch, knob: str, expected: int) -> None:
    from integrations.services.clients import Account

    monkeypatch.setenv("SMARTLEAD_REQUESTS_PER_2S", knob)
    account = Account(connection=harbor, secrets={"api_key": API_KEY})
    throttle = SPEC.throttle(account)

    assert throttle is not None
    assert (throttle.limit, throttle.seconds) == (expected, 2.0)
    assert API_KEY not in throttle.account
