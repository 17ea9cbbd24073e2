"""Who calls Slack's address without its signature is counted, and announced when there are many."""

from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from prometheus_client import REGISTRY

from integrations.models import Connection
from integrations.slack import webhook
from integrations.slack.refusals import ALERT_AFTER, RefusalWatch
from tests.integrations.slack.clicks import SECRET, URL, action, payload, post
from tests.integrations.slack.conftest import OTHER_SECRET
from tests.support.client import ZrgClient
from zrg.jobs.models import BackgroundJob, WebhookEvent


def announced() -> list[str]:
    jobs = BackgroundJob.objects.filter(type="RECEIVER").order_by("created_at")
    return [job.payload["data"]["notice_key"] for job in jobs]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> RefusalWatch:
    fresh = RefusalWatch()
    monkeypatch.setattr(webhook, "WATCH", fresh)
    return fresh


def test_hard_06_slack_signature(northfork_slack: Connection, client: ZrgClient, watch: RefusalWatch) -> None:
    """Unsigned, altered, stale, or signed with another workspace's secret: 401, the same words, and nothing kept."""
    click = payload(action(northfork_slack.workspace_id))
    refused = [
        client.post(URL, {"payload": "{}"}),
        post(client, click, secret=OTHER_SECRET),
        post(client, click, secret=""),
        post(client, click, stamp=1),
    ]

    assert [(answer.status_code, answer.json()) for answer in refused] == [(401, {"error": "Invalid signature"})] * 4
    assert not WebhookEvent.objects.exists()


def test_staff_hear_of_the_twenty_first_refusal_of_an_hour_once(
    northfork_slack: Connection, client: ZrgClient, watch: RefusalWatch
) -> None:
    before = REGISTRY.get_sample_value("zrg_slack_signature_refused_total", {"why": "signature_mismatch"}) or 0
    click = payload(action(northfork_slack.workspace_id))

    with time_machine.travel("2026-03-02T10:05:00Z", tick=False):
        for _ in range(ALERT_AFTER):
            post(client, click, secret=OTHER_SECRET)
        assert announced() == []
        for _ in range(ALERT_AFTER):
            post(client, click, secret=OTHER_SECRET)
    with time_machine.travel("2026-03-02T11:05:00Z", tick=False):
        post(client, click, secret=OTHER_SECRET)

    assert announced() == ["slack_signatures_refused:2026-03-02T10"]
    after = REGISTRY.get_sample_value("zrg_slack_signature_refused_total", {"why": "signature_mismatch"})
    assert after == before + 2 * ALERT_AFTER + 1


# --- slack_sign ------------------------------------------------------------------------------------------


def signed(monkeypatch: pytest.MonkeyPatch, body: str) -> list[str]:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", f" {SECRET}\n")
    out = StringIO()
    call_command("slack_sign", body=body, timestamp=1741100400, stdout=out)
    return out.getvalue().splitlines()


def test_signs_a_body_as_slack_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    body = '{"type": "url_verification", "challenge": "c-123"}'
    file = tmp_path / "body"
    file.write_text(body)

    expected = [
        "X-Slack-Request-Timestamp: 1741100400",
        "X-Slack-Signature: v0=abca75b52591990b56684eca21882caa15473023c3c8393d035334827564b1fc",
    ]
    assert signed(monkeypatch, body) == expected
    assert signed(monkeypatch, f"@{file}") == expected


def test_signs_nothing_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_SIGNING_SECRET", raising=False)

    with pytest.raises(CommandError, match="SLACK_SIGNING_SECRET is not set"):
        call_command("slack_sign", body="x")


def test_says_which_file_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="nowhere: No such file or directory"):
        signed(monkeypatch, "@nowhere")
