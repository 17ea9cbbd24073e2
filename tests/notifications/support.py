"""A workspace that can be told things, and the outbox run to its end."""

import time
from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.ghl.simulator import DEMO_LOCATION_ID, DEMO_PRIVATE_KEY
from integrations.models import Connection
from integrations.resend.simulator import DEMO_API_KEY
from integrations.slack.simulator import DEMO_BOT_TOKEN, DEMO_CHANNEL, DEMO_WEBHOOK_PATH, TEAM_ID
from notifications.constants import ALL_ADDRESSES
from notifications.models import NotificationSendLog
from notifications.services.outbox import NewRow, deliver_outbox, enqueue
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.support.simulator import RunningSimulator
from zrg.jobs.contracts import RunContext
from zrg.workspaces.models import Workspace

OPS = "ops@northwind.example"
SENDER = "Northwind <alerts@northwind.example>"
POST = "/api/chat.postMessage"


def run_context() -> RunContext:
    return RunContext(job="outbox", deadline=time.monotonic() + 30, correlation_id="test")


def deliver() -> dict[str, Any]:
    """One run of the outbox; nothing is waited for."""
    context = run_context()
    deliver_outbox(context, pause=lambda seconds: None)
    return context.stats


def make_due() -> None:
    """The waiting rows' time has come."""
    NotificationSendLog.objects.filter(status="pending").update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def rows(**filters: Any) -> list[tuple[str, str, str, str]]:
    found = NotificationSendLog.objects.filter(**filters).order_by("destination", "target", "created_at")
    return [(row.destination, row.target, row.status, row.reason) for row in found]


def workspace(name: str = "Northwind", *, channels: tuple[str, ...] = (DEMO_CHANNEL,), **settings: Any) -> Workspace:
    """Channels and addresses chosen; nothing connected yet."""
    values = {"notification_slack_channel_ids": list(channels), "notification_emails": [OPS], **settings}
    return WorkspaceFactory(name=name, **{f"settings__{key}": value for key, value in values.items()})


def connect_slack(owner: Workspace, **values: Any) -> Connection:
    return ConnectionFactory(
        workspace=owner,
        provider="SLACK",
        external_account_id=TEAM_ID,
        secrets={"bot_token": DEMO_BOT_TOKEN},
        **values,
    )


def connect_resend(owner: Workspace, **values: Any) -> Connection:
    return ConnectionFactory(
        workspace=owner,
        provider="RESEND",
        secrets={"api_key": DEMO_API_KEY},
        config={"from_email": SENDER},
        **values,
    )


def connect_ghl(owner: Workspace, **values: Any) -> Connection:
    return ConnectionFactory(
        workspace=owner,
        provider="GHL",
        external_account_id=DEMO_LOCATION_ID,
        secrets={"private_key": DEMO_PRIVATE_KEY},
        **values,
    )


def global_webhook(url: str) -> str:
    return f"{url}/slack{DEMO_WEBHOOK_PATH}"


def put(
    owner: Workspace | None,
    destination: str,
    target: str,
    *,
    kind: str = "availability_empty",
    key: str = "k1",
    **more: Any,
) -> None:
    """A row of the outbox; `more` are other values of `NewRow`."""
    row = NewRow(kind=kind, destination=destination, target=target, key=key, text="Hello", subject="News", **more)
    enqueue([row], event=None, workspace_id=owner.pk if owner else None)


def put_slack(owner: Workspace, **more: Any) -> None:
    put(owner, "slack", DEMO_CHANNEL, **more)


def put_mail(owner: Workspace, **more: Any) -> None:
    put(owner, "email", ALL_ADDRESSES, recipients=(OPS, "boss@northwind.example"), **more)


def the_row() -> NotificationSendLog:
    return NotificationSendLog.objects.get()


def run_out(simulator: RunningSimulator) -> None:
    """Every attempt the outbox is willing to make."""
    for _ in range(8):
        make_due()
        deliver()
