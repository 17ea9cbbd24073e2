"""Fixtures of this app's tests: nothing of the environment, no pace, an empty cache."""

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings

from tests.notifications.support import connect_resend, connect_slack, workspace
from zrg.workspaces.models import Workspace

VARIABLES = (
    "SLACK_WEBHOOK_URL",
    "SLACK_BOT_TOKEN",
    "RESEND_API_KEY",
    "RESEND_FROM_EMAIL",
    "PLATFORM_ALERT_EMAILS",
    "ROUTING_PAGER_WEBHOOK_URL",
    "ROUTING_ALERT_SLACK_CHANNEL",
    "ROUTING_OPS_EMAIL",
)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RESEND_REQUESTS_PER_S", "1000")
    settings.MAIL_CONFIGURED = False
    settings.PUBLIC_APP_URL = "https://app.example.net"


@pytest.fixture
def clean_cache(db: None) -> None:
    """What earlier tests remembered of Slack is forgotten."""
    cache.clear()


@pytest.fixture
def northwind(db: None) -> Workspace:
    """Connected to Slack and Resend."""
    found = workspace()
    connect_slack(found)
    connect_resend(found)
    return found
