"""Counts of what became of drafts, and when an operator hears about it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inbox.enums import ApprovalSource
from inbox.models import Draft
from inbox.services.approving import approve_draft
from inbox.services.checking import Seen, Text
from inbox.services.drafting.explaining import explain_draft
from inbox.services.drafting.outcomes import DraftOutcomes, draft_outcomes
from inbox.services.drafting.watching import draft_alerts, percentile
from tests.factories import PlatformGrantFactory
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import UserFactory
from tests.support.client import ZrgClient
from zrg.workspaces.models import AdminAuditEvent

pytestmark = pytest.mark.django_db


def test_outcomes_are_counted_within_the_workspace_and_the_span():
    lead = LeadFactory()
    sent = {"status": "approved", "lead": lead}
    DraftFactory(response_disposition="EDITED", **sent)
    DraftFactory(response_disposition="APPROVED", quality_flags=["slot_mismatch", "unknown_url"], **sent)
    DraftFactory(response_disposition="AUTO_SENT", quality_flags=["slot_mismatch"], **sent)
    DraftFactory(lead=lead, generation_path="template_fallback")
    old = DraftFactory(response_disposition="EDITED", **sent)
    Draft.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=40))
    DraftFactory(response_disposition="EDITED", status="approved")
    MessageFactory(lead=lead, draft_skip_reason="newsletter")
    now = timezone.now()

    found = draft_outcomes(lead.workspace_id, since=now - timedelta(days=30), until=now + timedelta(minutes=1))

    assert found == DraftOutcomes(
        written=4,
        dispositions={"EDITED": 1, "APPROVED": 1, "AUTO_SENT": 1},
        paths={"two_step": 3, "template_fallback": 1},
        flags={"slot_mismatch": 2, "unknown_url": 1},
        skips={"newsletter": 1},
    )
    assert found.fallback_share == 0.25


@pytest.mark.parametrize(
    ("drafts", "templates", "seconds", "kinds"),
    [
        (19, 19, [300.0] * 19, []),
        (20, 1, [10.0] * 20, []),
        (20, 2, [10.0] * 20, ["draft_fallback"]),
        (20, 0, [10.0] * 18 + [101.0] * 2, ["draft_slow"]),
        (20, 0, [10.0] * 19 + [200.0], []),
    ],
)
def test_an_operator_hears_of_templates_and_slowness(drafts, templates, seconds, kinds):
    assert [alert.kind for alert in draft_alerts(drafts, templates, seconds)] == kinds


def test_percentile_of_nothing_is_nothing():
    assert (percentile([], 0.95), percentile([3.0], 0.95)) == (0.0, 3.0)


@pytest.mark.parametrize(
    ("content", "found"), [("One.\n---\nTwo.", "APPROVED"), ("One. Two.", "APPROVED"), ("One.\n---\nThree.", "EDITED")]
)
def test_parts_of_an_sms_are_compared_joined(content, found):
    reply = MessageFactory(channel="sms", subject=None)
    draft = DraftFactory(lead=reply.lead, channel="sms", content="One.\n---\nTwo.", context_message=reply)

    approve_draft(
        draft.pk,
        source=ApprovalSource.DASHBOARD,
        by=UserFactory(),
        text=Text(content=content),
        seen=Seen(message_id=reply.pk),
    )

    draft.refresh_from_db()
    assert draft.response_disposition == found


def test_explain_rebuilds_what_the_writer_was_told():
    reply = MessageFactory(body="What does it cost?", sentiment_tag="Information Requested")
    draft = DraftFactory(lead=reply.lead, context_message=reply, content="It costs $999.")

    found = explain_draft(draft)

    assert found.faults == ("It gives a price no source holds.",)
    assert "What does it cost?" in dict(found.parts)["reply"]
    assert "What does it cost?" in found.messages[-1][1]


def test_explain_is_for_super_admins_and_leaves_a_trace(settings):
    reply = MessageFactory(body="What does it cost?", sentiment_tag="Information Requested")
    draft = DraftFactory(lead=reply.lead, context_message=reply)
    address = reverse("admin:inbox_draft_explain", args=[draft.pk])
    someone = PlatformGrantFactory().user
    boss = UserFactory(email="boss@zrg.example", is_staff=True)
    settings.SUPER_ADMIN_EMAILS = ["boss@zrg.example"]

    refused = ZrgClient().login_as(someone).get(address)
    shown = ZrgClient().login_as(boss).get(address)

    assert refused.status_code == 403
    assert (shown.status_code, "What does it cost?" in shown.content.decode()) == (200, True)
    assert AdminAuditEvent.objects.filter(action="draft.explained").count() == 1
