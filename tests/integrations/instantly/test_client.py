"""Calling Instantly: what is sent, what its answers mean."""

from typing import Any

import pytest

from integrations.instantly.client import SPEC, InstantlyClient
from integrations.instantly.types import Campaign
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.clients import Account
from integrations.services.inspection import check_connection
from integrations.transport import Credential, Transport, explain_plainly
from tests.factories.integrations import API_KEY
from tests.support.simulator import RunningSimulator

CAMPAIGNS = "/api/v2/campaigns"
REPLY = "/api/v2/emails/reply"


class Bench:
    """A client whose waits are noted instead of waited."""

    def __init__(self, base_url: str, *, key: str = API_KEY) -> None:
        self.waits: list[float] = []
        self.client = InstantlyClient(
            Transport(
                provider="INSTANTLY",
                base_url=base_url,
                credential=Credential(headers={"Authorization": f"Bearer {key}"}),
                timeout=2.0,
                retries=SPEC.retries(),
                explain=explain_plainly,
                pause=self.waits.append,
            )
        )

    def reply(self, **changes: Any) -> ProviderResult:
        values = {
            "reply_to_uuid": "01953f0a-6a2d-7c11-9b1e-7f0a2c3d4e5f",
            "eaccount": "priya@outbound.example",
            "subject": "Re: quick idea",
            "html": "<p>Hi</p>",
            "text": "Hi",
        }
        return self.client.send_reply(**{**values, **changes})


@pytest.fixture
def bench(simulator: RunningSimulator) -> Bench:
    return Bench(f"{simulator.url}/instantly/api/v2")


@pytest.mark.unit
def test_all_pages_of_campaigns_are_read(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.state.instantly.campaigns = [{"id": f"c-{n}", "name": f"Campaign {n}", "status": 1} for n in range(230)]

    result = bench.client.list_campaigns()

    assert len(result.data) == 230
    assert result.data[-1] == Campaign(id="c-229", name="Campaign 229", status="1")
    assert [entry["query"] for entry in simulator.requests("instantly", CAMPAIGNS)] == [
        {"limit": "100"},
        {"limit": "100", "starting_after": "c-99"},
        {"limit": "100", "starting_after": "c-199"},
    ]


@pytest.mark.unit
def test_repeated_cursor_ends_the_list(bench: Bench, simulator: RunningSimulator) -> None:
    page = {"items": [{"id": "c-1"}], "next_starting_after": "c-1"}
    simulator.script("instantly", CAMPAIGNS, status=200, times=9, body=page)

    assert len(bench.client.list_campaigns().data) == 2


@pytest.mark.unit
def test_half_a_listing_is_no_listing(bench: Bench, simulator: RunningSimulator) -> None:
    page = {"items": [{"id": "c-1"}], "next_starting_after": "c-1"}
    simulator.script("instantly", CAMPAIGNS, status=200, body=page)
    simulator.script("instantly", CAMPAIGNS, status=500, body={"message": "down"})

    result = bench.client.list_campaigns()

    assert (result.outcome, result.code, result.data) == ("failed", "provider_5xx", None)


@pytest.mark.unit
def test_reply_returns_the_created_email(bench: Bench, simulator: RunningSimulator) -> None:
    result = bench.reply(cc=["kim@northfork.example"])

    (sent,) = simulator.state.instantly.sent
    assert (result.outcome, result.data.scheduled_id, result.data.message_id) == ("ok", sent["id"], sent["message_id"])
    assert sent["cc_address_email_list"] == "kim@northfork.example"


@pytest.mark.unit
@pytest.mark.parametrize(("header", "waits"), [({"Retry-After": "3"}, [3.0, 3.0]), ({}, [1.0, 2.0])])
def test_refused_for_its_rate_waits_as_told(
    bench: Bench, simulator: RunningSimulator, header: dict[str, str], waits: list[float]
) -> None:
    simulator.script("instantly", REPLY, status=429, times=9, headers=header, body={"message": "slow down"})

    result = bench.reply()

    assert (result.outcome, result.code) == ("failed", "rate_limited")
    assert bench.waits == waits


@pytest.mark.unit
def test_longer_waits_go_back_to_the_job(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script("instantly", REPLY, status=429, headers={"Retry-After": "90"}, body={"message": "slow down"})

    result = bench.reply()

    assert (result.code, result.retry_after, bench.waits) == ("rate_limited", 90.0, [])


@pytest.mark.unit
@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, "Bad Request", "bad_request"),
        (402, "Payment Required", "payment_required"),
        (404, "Not Found", "not_found"),
    ],
)
def test_errors_are_told_by_status(
    bench: Bench, simulator: RunningSimulator, status: int, error: str, code: str
) -> None:
    body = {"statusCode": status, "error": error, "message": "said so"}
    simulator.script("instantly", REPLY, status=status, body=body)

    result = bench.reply()

    assert (result.outcome, result.code, result.message) == ("failed", code, "said so")


@pytest.mark.unit
def test_wrong_key(simulator: RunningSimulator) -> None:
    result = Bench(f"{simulator.url}/instantly/api/v2", key="wrong").client.list_campaigns()

    assert (result.status, result.code, result.message) == (401, "auth_failed", "Invalid API key")


@pytest.mark.unit
@pytest.mark.parametrize("missing", ["reply_to_uuid", "eaccount", "subject"])
def test_refused_bodies(bench: Bench, missing: str) -> None:
    result = bench.reply(**{missing: ""})

    assert (result.code, result.message) == ("bad_request", f"body must have required property '{missing}'")


def test_check_asks_the_provider_and_writes_the_health(pine: Connection, simulator: RunningSimulator) -> None:
    assert check_connection(pine).ok

    pine.refresh_from_db()
    assert pine.status == "CONNECTED"


@pytest.mark.parametrize(("knob", "expected"), [("5", 5), ("-2", 1), ("junk", 90)])
def test_pace_of_the_key(pine: Connection, monkeypatch: pytest.MonkeyPatch, knob: str, expected: int) -> None:
    monkeypatch.setenv("INSTANTLY_REQUESTS_PER_10S", knob)
    throttle = SPEC.throttle(Account(connection=pine, secrets={"api_key": API_KEY}))

    assert throttle is not None
    assert (throttle.limit, throttle.seconds) == (expected, 10.0)
    assert API_KEY not in throttle.account
