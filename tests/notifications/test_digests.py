"""The digest leaves once a day, names everybody, and says nothing when there is nothing to say."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from integrations.slack.simulator import DEMO_CHANNEL
from leads.models import Lead
from notifications.models import DigestRun, NotificationEvent, NotificationSendLog
from notifications.rules.digest import SLACK_LIMIT
from notifications.services.digests import prepare_digest
from tests.factories.leads import LeadFactory
from tests.notifications.support import OPS, connect_resend, connect_slack, deliver, make_due, rows, workspace
from tests.support.client import no_context
from tests.support.simulator import RunningSimulator
from zrg.workspaces.models import Workspace, WorkspaceSettings

pytestmark = pytest.mark.usefixtures("clean_cache")
# Nine in New York.
NINE = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
DAILY = {"mode": "daily", "destinations": {"slack": True, "email": True, "sms": False}}
RULES = {"Interested": DAILY, "Follow Up": {"mode": "daily", "destinations": {"slack": True}}}


@pytest.fixture
def northwind(db: None) -> Workspace:
    found = workspace(notification_sentiment_rules=RULES)
    connect_slack(found)
    connect_resend(found)
    return found


def happen(lead: Lead, tag: str = "Interested", at: datetime = NINE - timedelta(hours=3)) -> None:
    NotificationEvent.objects.create(
        workspace_id=lead.workspace_id,
        lead=lead,
        kind="sentiment",
        sentiment_tag=tag,
        created_at=at,
        dedupe_key=f"{lead.pk}:{tag}:{at.isoformat()}",
    )


def lead_of(owner: Workspace, name: str) -> Lead:
    return LeadFactory(workspace=owner, first_name=name, last_name="")


def prepare(owner: Workspace, at: datetime = NINE, finished: list[datetime] | None = None) -> bool:
    with no_context():
        return prepare_digest(owner.pk, now=at, finished=finished)


def test_digest_names_the_leads_of_each_tag(northwind: Workspace, simulator: RunningSimulator) -> None:
    zoe, adam = lead_of(northwind, "Zoe"), lead_of(northwind, "Adam")
    for lead in (zoe, adam, zoe):
        happen(lead, at=NINE - timedelta(hours=1 + NotificationEvent.objects.count()))
    happen(zoe, "Objection")

    with time_machine.travel(NINE, tick=True):
        assert prepare(northwind)
        deliver()

    link = "https://app.example.net/?view=inbox&clientId={}&leadId={}"
    head = "Daily Notification Digest (2026-03-02)\nWorkspace: Northwind\nTimezone: America/New_York\n\n"
    people = "\n".join(f"- {lead.first_name} — {link.format(northwind.pk, lead.pk)}" for lead in (adam, zoe))
    (mail,) = simulator.state.resend.emails
    slack = f"{head}Follow Up (0)\n\nInterested (2)\n{people}".replace("&", "&amp;")
    assert simulator.state.slack.texts(DEMO_CHANNEL) == [slack]
    assert (mail["to"], mail["subject"]) == ([OPS], "[Northwind] Daily Digest (2026-03-02)")
    assert mail["text"] == f"{head}Interested (2)\n{people}"
    run = DigestRun.objects.get()
    assert (run.local_day, run.status, run.parts) == (date(2026, 3, 2), "prepared", 2)


def test_a_day_without_news_has_none(northwind: Workspace) -> None:
    happen(lead_of(northwind, "Old"), at=NINE - timedelta(hours=25))

    assert not prepare(northwind)

    assert rows() == []
    assert DigestRun.objects.get().status == "skipped_empty"


@pytest.mark.parametrize(
    "changes",
    [{"email_digest": False}, {"notification_sentiment_rules": None}],
    ids=["switched off", "no daily rule"],
)
def test_switched_off_there_is_no_run(northwind: Workspace, changes: dict[str, Any]) -> None:
    WorkspaceSettings.objects.filter(workspace=northwind).update(**changes)
    happen(lead_of(northwind, "Zoe"))

    assert not prepare(northwind)

    assert DigestRun.objects.count() == NotificationSendLog.objects.count() == 0


def test_hard_10_once_per_recipient_of_a_digest(northwind: Workspace, simulator: RunningSimulator) -> None:
    """Another run, another time of day or another zone on the same day sends nothing a second time."""
    happen(lead_of(northwind, "Zoe"))
    with time_machine.travel(NINE, tick=True):
        first = prepare(northwind)
        again = prepare(northwind, NINE + timedelta(minutes=5))
        WorkspaceSettings.objects.filter(workspace=northwind).update(notification_daily_digest_time="10:00")
        later = prepare(northwind, NINE + timedelta(hours=1))
        deliver()

    assert (first, again, later) == (True, False, False)
    assert len(simulator.state.slack.texts(DEMO_CHANNEL)) == len(simulator.state.resend.emails) == 1


def test_what_comes_between_digests_is_in_the_next(northwind: Workspace, simulator: RunningSimulator) -> None:
    """The period begins where the last one ended, also after days without a run."""
    early, late = lead_of(northwind, "Early"), lead_of(northwind, "Late")
    happen(early)
    prepare(northwind)
    happen(late, at=NINE + timedelta(hours=9))

    prepare(northwind, NINE + timedelta(days=3))

    texts = [
        row.payload["text"] for row in NotificationSendLog.objects.filter(destination="email").order_by("created_at")
    ]
    assert ["Early" in text for text in texts] == [True, False]
    assert ["Late" in text for text in texts] == [False, True]


def test_hard_10_digest_drops_nobody(northwind: Workspace, simulator: RunningSimulator) -> None:
    """Eighty leads in parts within the limit, in their order although the second is refused once."""
    leads = [lead_of(northwind, f"<Lead> & {number:03}") for number in range(80)]
    for lead in leads:
        happen(lead)
    simulator.script("slack", path="/api/chat.postMessage", times=1, status=500, body={})

    with time_machine.travel(NINE, tick=True):
        prepare(northwind)
        for _ in range(12):
            deliver()
            make_due()

    texts = simulator.state.slack.texts(DEMO_CHANNEL)
    listed = [line for text in texts for line in text.split("\n") if line.startswith("- ")]
    assert len(texts) > 2
    assert max(map(len, texts)) <= SLACK_LIMIT
    assert [f"Part {place}/{len(texts)}" in text for place, text in enumerate(texts, start=1)] == [True] * len(texts)
    assert [line.split(" — ")[0] for line in listed] == [f"- &lt;Lead&gt; &amp; {number:03}" for number in range(80)]
    assert all(str(lead.pk) in line for lead, line in zip(leads, listed, strict=True))


def test_deleted_leads_are_left_out_and_others_are_frozen(northwind: Workspace) -> None:
    gone, stays = lead_of(northwind, "Gone"), lead_of(northwind, "Stays")
    happen(gone)
    happen(stays)
    gone.delete()

    prepare(northwind)
    Lead.objects.filter(pk=stays.pk).update(first_name="Renamed")

    text = NotificationSendLog.objects.get(destination="email").payload["text"]
    assert "Gone" not in text
    assert "Interested (1)\n- Stays — " in text


def test_hard_10_inside_workspace_digest_names_its_own(northwind: Workspace) -> None:
    granite = workspace("Granite Co", notification_sentiment_rules=RULES)
    happen(lead_of(granite, "Stranger"))
    happen(lead_of(northwind, "Own"))

    prepare(northwind)

    texts = [row.payload.get("text", "") for row in NotificationSendLog.objects.all()]
    assert len(texts) == 2
    assert all("Own" in text and "Stranger" not in text for text in texts)


def test_missed_time_is_caught_up_within_six_hours(northwind: Workspace) -> None:
    happen(lead_of(northwind, "Zoe"))

    looked = prepare(northwind, NINE + timedelta(hours=2), finished=[NINE + timedelta(minutes=4)])
    missed = prepare(northwind, NINE + timedelta(hours=2), finished=[NINE - timedelta(hours=1)])

    assert (looked, missed) == (False, True)
