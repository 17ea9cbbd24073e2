"""The client contract, over real HTTP against the simulator."""

from functools import partial
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from integrations.contracts import Address
from integrations.emailbison import answers
from integrations.emailbison.client import EmailBisonClient
from integrations.results import ProviderResult
from integrations.transport import Credential, RetryPolicy, Transport, host_refusal, retry_after_seconds, within
from tests.factories.integrations import API_KEY
from tests.support.simulator import RunningSimulator

pytestmark = pytest.mark.unit

REPLY_PATH = "/api/replies/*/reply"


class Bench:
    """A client whose waits are noted instead of waited."""

    def __init__(self, base_url: str, *, key: str = API_KEY, retries: int = 2, timeout: float = 2.0) -> None:
        self.waits: list[float] = []
        self.results: list[ProviderResult] = []
        self.client = EmailBisonClient(
            Transport(
                provider="EMAILBISON",
                base_url=base_url,
                credential=Credential(headers={"Authorization": f"Bearer {key}"}),
                timeout=timeout,
                retries=RetryPolicy(rate_limited=retries, network=retries),
                explain=partial(answers.explain, host="send.example"),
                observer=self.results.append,
                pause=self.waits.append,
            )
        )

    def reply(self) -> ProviderResult:
        return self.client.send_reply(
            reply_id="771204",
            message_html="<p>Hello</p>",
            sender_email_id="67",
            to=[Address(email="dana@northfork.example", name="Dana Reyes")],
            cc=[Address(email="kim@northfork.example")],
            subject="Re: quick idea",
        )


@pytest.fixture
def bench(simulator: RunningSimulator) -> Bench:
    return Bench(f"{simulator.url}/emailbison")


def test_reply_is_sent_as_documented(bench: Bench, simulator: RunningSimulator) -> None:
    result = bench.reply()

    assert (result.outcome, result.status, result.data.id) == ("ok", 200, "771204")
    assert simulator.sent_replies() == [
        {
            "message": "<p>Hello</p>",
            "content_type": "html",
            "sender_email_id": 67,
            "to_emails": [{"name": "Dana Reyes", "email_address": "dana@northfork.example"}],
            "cc_emails": [{"name": None, "email_address": "kim@northfork.example"}],
            "bcc_emails": [],
            "subject": "Re: quick idea",
            "inject_previous_email_body": False,
        }
    ]
    headers = simulator.requests(path=REPLY_PATH)[0]["headers"]
    assert headers["authorization"] == f"Bearer {API_KEY}"
    assert headers["user-agent"].startswith("ZRG/")
    assert bench.results == [result]


@pytest.mark.parametrize(
    ("respond", "outcome", "code"),
    [
        ({"status": 400, "body": {"message": "no"}}, "failed", "bad_request"),
        ({"status": 401, "body": {"message": "Unauthenticated."}}, "failed", "auth_failed"),
        ({"status": 402, "body": {}}, "failed", "payment_required"),
        ({"status": 403, "body": {}}, "failed", "auth_failed"),
        ({"status": 404, "body": {}}, "failed", "not_found"),
        ({"status": 408, "body": {}}, "failed", "bad_request"),
        ({"status": 409, "body": {}}, "failed", "conflict"),
        ({"status": 418, "body": {}}, "failed", "bad_request"),
        ({"status": 422, "body": {"message": "x", "errors": {"message": ["no"]}}}, "failed", "unprocessable"),
        ({"status": 422, "body": {"errors": {"sender_email_id": ["invalid"]}}}, "failed", "sender_invalid"),
        ({"status": 500, "body": {}}, "unknown", "provider_5xx"),
        ({"status": 502, "body": "<html>"}, "unknown", "provider_5xx"),
        ({"status": 503, "body": {}}, "unknown", "provider_5xx"),
        ({"status": 200, "body": "queued"}, "unknown", "invalid_response"),
        ({"status": 200, "body": {"data": {}}}, "unknown", "invalid_response"),
        ({"status": 200, "body": []}, "unknown", "invalid_response"),
        ({"status": 200, "body": {"data": {"success": False, "message": "no"}}}, "failed", "unprocessable"),
        (
            {"status": 302, "body": {}, "headers": {"Location": "https://elsewhere.example/"}},
            "unknown",
            "invalid_response",
        ),
        ({"close": "before"}, "unknown", "network"),
        ({"close": "after"}, "unknown", "network"),
    ],
)
def test_hard_02_unknown_never_retried(
    bench: Bench, simulator: RunningSimulator, respond: dict[str, Any], outcome: str, code: str
) -> None:
    """Every outcome of a write, and that the provider saw it exactly once."""
    simulator.script("emailbison", REPLY_PATH, times=5, **respond)

    result = bench.reply()

    assert (result.outcome, result.code) == (outcome, code)
    assert len(simulator.requests(path=REPLY_PATH)) == 1
    assert bench.waits == []


def test_slow_write_is_unknown_and_not_repeated(simulator: RunningSimulator) -> None:
    bench = Bench(f"{simulator.url}/emailbison", timeout=0.3)
    simulator.script("emailbison", REPLY_PATH, times=5, delay_ms=900)

    result = bench.reply()

    assert (result.outcome, result.code) == ("unknown", "timeout")
    assert bench.waits == []


def test_waiting_person_gets_an_answer_in_time(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script("emailbison", "/api/sender-emails*", times=5, delay_ms=900)
    simulator.script("emailbison", "/api/campaigns*", status=429, headers={"Retry-After": "20"}, body={})

    with within(0.2):
        slow = bench.client.list_sender_emails()
        late = bench.client.list_campaigns()
    with within(5.0):
        asked_to_wait = bench.client.list_campaigns()
    after = bench.client.list_campaigns()

    assert [(one.outcome, one.code) for one in (slow, late)] == [("failed", "timeout")] * 2
    assert len(simulator.requests(path="/api/campaigns*")) == 2
    assert asked_to_wait.code == "rate_limited"
    assert bench.waits == []
    assert after.ok


def test_refused_connection_is_failed() -> None:
    result = Bench("http://127.0.0.1:9").reply()

    assert (result.outcome, result.code) == ("failed", "network")


@pytest.mark.parametrize("body", [{"data": {"id": 771999}}, {"data": {"success": True, "reply": {"id": 771999}}}])
def test_reply_id_in_either_shape(bench: Bench, simulator: RunningSimulator, body: dict[str, Any]) -> None:
    simulator.script("emailbison", REPLY_PATH, status=200, body=body)

    assert bench.reply().data.id == "771999"


def test_write_is_repeated_after_a_429(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script("emailbison", REPLY_PATH, status=429, headers={"Retry-After": "4"})

    result = bench.reply()

    assert (result.outcome, bench.waits) == ("ok", [4.0])
    assert len(simulator.requests(path=REPLY_PATH)) == 2


def test_429_without_a_time_waits_longer_each_time(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script("emailbison", REPLY_PATH, status=429, times=9)

    result = bench.reply()

    assert (result.outcome, result.code, result.retry_after) == ("failed", "rate_limited", 30.0)
    assert bench.waits == [1.0, 2.0]


def test_longer_waits_go_back_to_the_job(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script("emailbison", REPLY_PATH, status=429, headers={"Retry-After": "31"})

    result = bench.reply()

    assert (result.outcome, result.code, result.retry_after) == ("failed", "rate_limited", 31.0)
    assert bench.waits == []


def test_all_waits_of_a_call_together_are_at_most_30_seconds(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script("emailbison", REPLY_PATH, status=429, headers={"Retry-After": "20"}, times=9)

    result = bench.reply()

    assert (result.code, bench.waits) == ("rate_limited", [20.0])


@pytest.mark.parametrize("close", ["before", "after"])
def test_reads_are_repeated_after_network_errors(bench: Bench, simulator: RunningSimulator, close: str) -> None:
    simulator.script("emailbison", "/api/campaigns", close=close, times=2)

    result = bench.client.list_campaigns()

    assert result.ok
    assert bench.waits == [1.0, 2.0]


def test_reads_end_failed_never_unknown(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script("emailbison", "/api/campaigns", close="after", times=3)

    result = bench.client.list_campaigns()

    assert (result.outcome, result.code) == ("failed", "network")


@pytest.mark.parametrize(
    ("respond", "code"),
    [
        ({"status": 500}, "provider_5xx"),
        ({"status": 200, "body": "<html>"}, "invalid_response"),
        ({"status": 301}, "invalid_response"),
    ],
)
def test_reads_are_not_repeated_after_answers(
    bench: Bench, simulator: RunningSimulator, respond: dict[str, Any], code: str
) -> None:
    simulator.script("emailbison", "/api/campaigns", times=5, **respond)

    result = bench.client.list_campaigns()

    assert (result.outcome, result.code, bench.waits) == ("failed", code, [])


def test_refused_key_names_the_host(simulator: RunningSimulator) -> None:
    result = Bench(f"{simulator.url}/emailbison", key="wrong").client.list_campaigns()

    assert (result.outcome, result.status, result.code) == ("failed", 401, "auth_failed")
    assert result.message.startswith("send.example refused the API key; it may belong to another instance.")


def test_messages_are_redacted(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script(
        "emailbison",
        REPLY_PATH,
        status=422,
        body={"message": "dana@northfork.example +14155552671 Bearer abcdefgh12345 api_key=zzzzzzzz"},
    )

    message = bench.reply().message

    assert message == "[email] [phone] Bearer [secret] api_key=[secret]"


def test_stop_without_confirmation_failed(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script("emailbison", "/api/campaigns/*", status=200, body={"data": {}})

    assert bench.client.stop_future_emails("402", ["55021"]).outcome == "failed"
    assert bench.client.stop_future_emails("402", ["55021"]).ok
    assert simulator.state.emailbison.stopped == [(402, 55021)]
    assert simulator.requests(path="/api/campaigns/402/*")[-1]["json"] == {"lead_ids": [55021]}


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("https://send.meetinboxxia.com", False),
        ("http://send.meetinboxxia.com", True),
        ("https://127.0.0.1:8400", True),
        ("https://localhost", True),
        ("https://app.localhost", True),
        ("https://[::1]:9", True),
        ("https://0.0.0.0", True),
        ("", True),
    ],
)
def test_hosts_a_key_may_be_sent_to(settings: Settings, url: str, refused: bool, allowed: bool) -> None:
    settings.ZRG_ALLOW_LOOPBACK_PROVIDERS = allowed

    result = host_refusal(url)

    assert (result is not None and result.code == "host_refused") == (refused and not allowed)


def test_refused_host_is_not_called(simulator: RunningSimulator, settings: Settings) -> None:
    settings.ZRG_ALLOW_LOOPBACK_PROVIDERS = False

    result = Bench(f"{simulator.url}/emailbison").reply()

    assert (result.outcome, result.code) == ("failed", "host_refused")
    assert simulator.requests() == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("", None), ("7", 7.0), ("-3", 0.0), ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)],
)
def test_retry_after_header(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header) == seconds
