"""Alerts of routing: critical ones to the pager and Slack, warnings to Slack, the rest by mail."""

import logging
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from pytest_httpserver import HTTPServer

from assignment.rules.routing.health import WAYS
from assignment.services.routing.batch import route_batch
from assignment.services.routing.health import raise_routing_alerts
from integrations.slack.simulator import DEMO_CHANNEL, DEMO_PLATFORM_TOKEN
from notifications.models import NotificationEvent, NotificationSendLog
from notifications.services.notices import tell_notice
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.notifications.support import OPS, deliver, global_webhook, make_due, rows
from tests.support.client import no_context
from tests.support.drain import drain
from tests.support.routing_world import call, new_owner
from tests.support.simulator import RunningSimulator
from zrg.jobs.contracts import Notice
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.announce import announce

pytestmark = pytest.mark.usefixtures("clean_cache")

SECRET = "pd-4f1d8c77"  # part of the pager's address
CRITICAL = "Lead routing A1 (critical): 3 of 20 leads failed in 15 minutes"


@pytest.fixture
def pager(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    monkeypatch.setenv("ROUTING_PAGER_WEBHOOK_URL", httpserver.url_for(f"/enqueue/{SECRET}"))
    return httpserver


@pytest.fixture
def channel(simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> RunningSimulator:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", global_webhook(simulator.url))
    return simulator


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"RESEND_API_KEY": "re_simulator_key", "RESEND_FROM_EMAIL": "z@zrg.example"}.items():
        monkeypatch.setenv(name, value)


def alert(level: Any, text: str = "Lead routing", **more: Any) -> Notice:
    values = {"kind": "platform_alert", "notice_key": f"routing:{uuid4()}", "ways": WAYS[level]} | more
    return Notice(workspace_id=None, text=text, **values)


def pages(server: HTTPServer) -> list[Any]:
    return [request.get_json() for request, _ in server.log]


def test_failing_leads_page_the_operators_and_tell_slack(
    db: None, pager: HTTPServer, channel: RunningSimulator
) -> None:
    pager.expect_request(f"/enqueue/{SECRET}", method="POST").respond_with_data("", status=202)
    partner = RoutingPartnerFactory()
    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    for _ in range(3):
        lead, owner = LeadFactory(workspace=partner.workspace), new_owner()
        assert call("acquire_routing_lock", lead.pk, owner)
        assert call("fail_routing", lead.pk, "x", owner, 1)
    for _ in range(17):
        LeadFactory(workspace=partner.workspace)
    route_batch(partner.workspace_id)

    with no_context():
        for _ in range(2):
            assert raise_routing_alerts()["alerts"] == ["A1"]
            drain()
            deliver()

    (page,) = pages(pager)
    assert (page["source"], page["text"]) == ("zrg", CRITICAL)
    assert page["key"].startswith("platform_alert:platform:routing:A1:")
    assert channel.state.slack.webhook_texts == [CRITICAL]
    assert rows() == [("slack", "global", "sent", ""), ("webhook", "pager", "sent", "")]


def test_a_warning_does_not_page(db: None, pager: HTTPServer, channel: RunningSimulator) -> None:
    tell_notice(alert("warning"))
    deliver()

    assert rows() == [("slack", "global", "sent", "")]
    assert pages(pager) == []


def test_nothing_is_told_of_what_is_rolled_back(db: None, pager: HTTPServer) -> None:
    with transaction.atomic():
        assert announce(alert("critical")) == 1
        transaction.set_rollback(True)

    drain()
    deliver()
    assert (BackgroundJob.objects.count(), rows(), pages(pager)) == (0, [], [])


@pytest.mark.parametrize(
    ("status", "first", "attempts"), [(503, "pending", 2), (429, "pending", 2), (404, "failed", 1), (302, "unknown", 1)]
)
def test_a_pager_that_refuses_is_asked_again_only_when_it_surely_did_not_page(
    db: None, pager: HTTPServer, caplog: pytest.LogCaptureFixture, status: int, first: str, attempts: int
) -> None:
    caplog.set_level(logging.DEBUG)
    pager.expect_request(f"/enqueue/{SECRET}").respond_with_data("no", status=status)
    tell_notice(alert("critical", ways=("pager",)))

    deliver()

    assert NotificationSendLog.objects.get().status == first
    make_due()
    deliver()
    assert len(pages(pager)) == attempts
    # The receiver writes what it was asked.
    ours = [record for record in caplog.records if record.name != "werkzeug"]
    assert [record for record in ours if SECRET in str(record.msg) + str(record.args)] == []
    assert SECRET not in str(list(NotificationSendLog.objects.values()) + list(NotificationEvent.objects.values()))


def test_a_pager_nobody_answers_at_stops_nothing(
    db: None, channel: RunningSimulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ROUTING_PAGER_WEBHOOK_URL", f"http://127.0.0.1:9/{SECRET}")

    tell_notice(alert("critical"))
    deliver()

    assert rows() == [("slack", "global", "sent", ""), ("webhook", "pager", "pending", "network")]
    assert SECRET not in caplog.text


def test_without_a_pager_slack_is_told_and_a_row_says_so(db: None, channel: RunningSimulator) -> None:
    tell_notice(alert("critical"))
    deliver()

    assert rows() == [("slack", "global", "sent", ""), ("webhook", "-", "skipped", "pager_not_configured")]


def test_only_https_to_a_public_host_is_paged(db: None, pager: HTTPServer, settings: Any) -> None:
    settings.ZRG_ALLOW_LOOPBACK_PROVIDERS = False
    tell_notice(alert("critical", ways=("pager",)))

    deliver()

    assert rows() == [("webhook", "pager", "failed", "host_refused")]
    assert pages(pager) == []


def test_alerts_go_to_a_channel_of_their_own(
    db: None, channel: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUTING_ALERT_SLACK_CHANNEL", DEMO_CHANNEL)
    tell_notice(alert("warning", "without the bot"))
    monkeypatch.setenv("SLACK_BOT_TOKEN", DEMO_PLATFORM_TOKEN)
    tell_notice(alert("warning", "Retries <!channel>"))
    tell_notice(Notice(workspace_id=None, kind="platform_alert", text="of the queue", notice_key="q"))

    deliver()

    assert channel.state.slack.texts(DEMO_CHANNEL) == ["Retries &lt;!channel&gt;"]
    assert sorted(channel.state.slack.webhook_texts) == ["of the queue", "without the bot"]


@pytest.mark.usefixtures("mail")
@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ("Night@outbound.example, ops2@outbound.example", ["night@outbound.example", "ops2@outbound.example"]),
        ("", [OPS]),
    ],
)
def test_what_can_wait_goes_by_mail(
    db: None, channel: RunningSimulator, monkeypatch: pytest.MonkeyPatch, addresses: str, expected: list[str]
) -> None:
    monkeypatch.setenv("ROUTING_OPS_EMAIL", addresses)
    monkeypatch.setenv("PLATFORM_ALERT_EMAILS", OPS)

    tell_notice(alert("info", "Lead routing A7 (info): 3 leads expired"))
    deliver()

    assert rows() == [("email", address, "sent", "") for address in expected]
    assert {one["subject"] for one in channel.state.resend.emails} == {"[ZRG] Lead routing A7 (info): 3 leads expired"}
    assert channel.state.slack.webhook_texts == []


def test_without_mail_it_goes_where_all_alerts_go(
    db: None, channel: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUTING_OPS_EMAIL", OPS)

    tell_notice(alert("info"))
    deliver()

    assert rows() == [("slack", "global", "sent", "")]
