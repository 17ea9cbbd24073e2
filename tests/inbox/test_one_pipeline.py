"""Every provider's call goes through the same pipeline: twelve conversations, five adapters, one outcome (05 R2)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inbox.models import Draft, InboundStageRun, Message
from inbox.pipeline import ANSWERING, READING
from integrations.services.processing import process
from leads.models import Lead
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.factories.leads import LeadFactory
from tests.integrations.emailbison import payloads as emailbison
from tests.integrations.ghl import payloads as ghl
from tests.integrations.instantly import payloads as instantly
from tests.integrations.smartlead import payloads as smartlead
from tests.integrations.unipile import payloads as unipile
from tests.support.drain import drain
from zrg.jobs.models import WebhookEvent
from zrg.workspaces.context import tenant
from zrg.workspaces.models import WorkspaceSettings

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ACCOUNTS = {
    "EMAILBISON": "14",
    "SMARTLEAD": "",
    "INSTANTLY": "",
    "GHL": ghl.LOCATION,
    "UNIPILE": unipile.ACCOUNT,
}

# Text, tag of the lead before → tag of the message, tag and status of the lead, draft, follow-ups switched on
# (the workspace switches them on for positive leads).
CONVERSATIONS: tuple[tuple[str, str, tuple[str, str, str, bool, bool]], ...] = (
    (
        "Could you send more details about pricing?",
        "New",
        ("Information Requested", "Information Requested", "qualified", True, True),
    ),
    ("Tuesday works, let's meet.", "New", ("Meeting Requested", "Meeting Requested", "meeting_requested", True, True)),
    ("Please call me tomorrow.", "New", ("Call Requested", "Call Requested", "qualified", True, True)),
    ("Sounds great, we are keen.", "New", ("Interested", "Interested", "qualified", True, True)),
    ("Could you circle back next quarter?", "New", ("Follow Up", "Follow Up", "new", True, False)),
    ("We already use another tool.", "New", ("Objection", "Objection", "new", False, False)),
    ("Not interested, thanks.", "New", ("Not Interested", "Not Interested", "not_interested", False, False)),
    ("Thanks!", "New", ("Neutral", "Neutral", "new", False, False)),
    ("STOP", "New", ("Blacklist", "Blacklist", "blacklisted", False, False)),
    ("STOP", "Interested", ("Blacklist", "Blacklist", "blacklisted", False, False)),
    (
        "I am out of the office until Monday.",
        "Meeting Requested",
        ("Out of Office", "Meeting Requested", "meeting_requested", False, True),
    ),
    (
        "This is an automated message, please do not reply to this email.",
        "Interested",
        ("Automated Reply", "Interested", "qualified", False, True),
    ),
)
STATUS_BEFORE = {"New": "new", "Interested": "qualified", "Meeting Requested": "meeting_requested"}


def call_of(provider: str, text: str) -> tuple[str, dict[str, Any]]:
    """The provider's call about a reply with this text, written now: event type and payload."""
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if provider == "EMAILBISON":
        reply = {**emailbison.REPLY, "text_body": text, "html_body": "", "date_received": now, "cc": []}
        return "LEAD_REPLIED", emailbison.call(reply=reply)
    if provider == "SMARTLEAD":
        written = {"message_id": "<CAF77@mail.example>", "html": "", "text": text, "time": now}
        return "EMAIL_REPLY", smartlead.call(reply_message=written, event_timestamp=now, preview_text=text)
    if provider == "INSTANTLY":
        return "reply_received", instantly.call(reply_text=text, reply_html="", reply_text_snippet=text, timestamp=now)
    if provider == "GHL":
        return "INBOUND_SMS", ghl.sms(text, custom={"Date": None, "Time": None})
    return "message_received", unipile.received(message=text, timestamp=now)


def outcome_of(provider: str, text: str, tag: str) -> tuple[str | None, str, str, bool, bool]:
    workspace = WorkspaceFactory()
    ConnectionFactory(
        workspace=workspace, provider=provider, external_account_id=ACCOUNTS[provider] or None, secrets={}
    )
    WorkspaceSettings.objects.filter(workspace=workspace).update(auto_follow_ups_on_reply=True)
    lead = LeadFactory(
        workspace=workspace,
        email="dana@northfork.example",
        phone="+14155552671",
        phone_national="4155552671",
        ghl_contact_id=ghl.CONTACT,
        linkedin_url=unipile.CANONICAL,
        linkedin_id=unipile.DANA,
        sentiment_tag=tag,
        status=STATUS_BEFORE[tag],
        snoozed_until=timezone.now() + timedelta(days=3),
    )
    event_type, payload = call_of(provider, text)
    event = WebhookEvent.objects.create(
        workspace=workspace, provider=provider, event_type=event_type, dedupe_key=str(workspace.pk), raw=payload
    )
    with tenant(workspace.pk):
        assert process(event) == "processed"
    drain()
    lead.refresh_from_db()
    message = Message.objects.get(workspace=workspace, direction="inbound")
    assert message.lead_id == lead.pk
    _check_stages(message)
    is_machine = message.sentiment_tag in ("Out of Office", "Automated Reply")
    assert (lead.snoozed_until is not None) == is_machine
    return (
        message.sentiment_tag,
        lead.sentiment_tag,
        lead.status,
        Draft.objects.filter(workspace=workspace).exists(),
        lead.auto_follow_up_enabled,
    )


def _check_stages(message: Message) -> None:
    """No adapter skips or reorders a stage: each of the reading half stands in the ledger, in its order."""
    runs = list(InboundStageRun.objects.filter(message=message).order_by("started_at").values_list("stage", flat=True))
    # Loading looks again in each half; safety was read with the storing.
    reading = [stage.name for stage in READING if stage.name not in ("load", "safety")]
    answering = [stage.name for stage in ANSWERING if stage.name != "load"]
    assert [name for name in runs if name in reading] == reading
    assert [name for name in runs if name in answering] in (answering, [])


@pytest.mark.parametrize(("text", "tag", "expected"), CONVERSATIONS)
def test_five_adapters_one_outcome(simulator, text, tag, expected):
    outcomes = {provider: outcome_of(provider, text, tag) for provider in ACCOUNTS}

    assert outcomes == dict.fromkeys(ACCOUNTS, expected)
    assert Lead.objects.count() == len(ACCOUNTS)
