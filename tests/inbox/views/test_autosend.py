"""Figures of auto-send: the page, the API, and the plans of their queries."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.enums import DraftEventKind, DraftEventSource
from inbox.models import Draft
from inbox.services.autosend.figures import auto_send_figures
from inbox.services.draft_events import record_draft_event
from tests.factories.inbox import DraftFactory
from tests.factories.leads import EmailCampaignFactory, LeadFactory
from tests.factories.workspaces import MembershipFactory, WorkspaceFactory
from zrg.ai.models import AIInteraction

pytestmark = pytest.mark.django_db


def judged(desk, campaign=None, **values) -> Draft:
    lead = LeadFactory(workspace=desk.workspace, email_campaign=campaign)
    now = timezone.now()
    return DraftFactory(
        lead=lead,
        **{
            "auto_send_mode": "AI_AUTO_SEND",
            "auto_send_action": "needs_review",
            "auto_send_reason_code": "below_threshold",
            "auto_send_outcome": "needs_review",
            "auto_send_threshold": 0.9,
            "auto_send_evaluated_at": now - timedelta(hours=1),
            **values,
        },
    )


def revised(desk, before: float, after: float, campaign=None, ms: int = 1000, **values) -> Draft:
    draft = judged(
        desk,
        campaign,
        auto_send_confidence=after,
        auto_send_revision_attempted_at=timezone.now() - timedelta(hours=1),
        auto_send_original_confidence=before,
        auto_send_revision_confidence=after,
        auto_send_revision_applied=after > before,
        **values,
    )
    record_draft_event(draft, DraftEventKind.REVISED, source=DraftEventSource.JOB, reason="applied", ms=ms)
    return draft


@pytest.fixture
def desk(client, db):
    workspace = WorkspaceFactory()
    client.login_as(workspace.owner)
    return SimpleNamespace(workspace=workspace)


def figures(desk, **values):
    return auto_send_figures(desk.workspace.pk, now=timezone.now(), **values)


def test_decisions_reviews_and_cancels_are_counted(desk):
    now = timezone.now()
    done = {"approved_at": now, "status": "approved"}
    judged(
        desk,
        auto_send_action="send_delayed",
        auto_send_reason_code="approved",
        auto_send_outcome="sent",
        auto_send_confidence=0.95,
        response_disposition="AUTO_SENT",
        **done,
    )
    judged(
        desk,
        auto_send_action="send_delayed",
        auto_send_reason_code="approved",
        auto_send_outcome="canceled",
        auto_send_outcome_reason="newer_inbound_exists",
        auto_send_confidence=0.92,
    )
    judged(desk, auto_send_confidence=0.7, response_disposition="EDITED", auto_send_slack_notified=True, **done)
    judged(
        desk,
        auto_send_reason_code="post_ai_invariant_failed:placeholder",
        auto_send_confidence=0.93,
        status="rejected",
        rejected_at=now,
    )
    judged(desk, auto_send_evaluated_at=now - timedelta(days=31))

    found = figures(desk)

    assert (found.evaluated, found.sent, found.unevaluated, found.created) == (4, 1, 0, 5)
    assert [(row.code, row.reason, row.count) for row in found.decisions] == [
        ("send_delayed", "approved", 2),
        ("needs_review", "below_threshold", 1),
        ("needs_review", "post_ai_invariant_failed", 1),
    ]
    assert [(row.reason, row.count) for row in found.cancels] == [("newer_inbound_exists", 1)]
    review = found.review
    assert (review.asked, review.in_slack, review.waiting) == (2, 1, 0)
    assert (review.approved, review.edited, review.rejected, review.median_minutes) == (0, 1, 1, 60.0)
    rows = {row.threshold: (row.would_send, row.known, row.edited, row.rejected) for row in found.thresholds}
    assert (rows[0.5], rows[0.9]) == ((4, 3, 1, 1), (3, 2, 0, 1))


def test_revisions_are_counted_by_time_channel_and_campaign(desk):
    spring = EmailCampaignFactory(workspace=desk.workspace, name="Spring")
    revised(desk, 0.6, 0.95, spring, ms=1_000)
    revised(desk, 0.6, 0.7, spring, ms=2_000)
    revised(desk, 0.6, 0.5, ms=3_000)
    AIInteraction.objects.create(
        workspace=desk.workspace,
        source="x",
        feature_id="x",
        prompt_key="auto_send.revise.v1",
        prompt_version="1",
        model="gpt-5.2",
        status="success",
        cost_usd=Decimal("0.02"),
    )

    found, of_spring = figures(desk), figures(desk, campaign_id=spring.pk)

    revision = found.revision
    assert (revision.attempted, revision.applied, revision.lifted) == (3, 2, 1)
    assert (round(revision.before or 0, 3), round(revision.after or 0, 3)) == (0.6, 0.717)
    assert (round(revision.gain or 0, 3), revision.p95_ms, revision.cost_usd) == (0.117, 2_900, Decimal("0.02"))
    assert [(one.name, one.attempted, one.applied, one.lifted) for one in found.by_campaign] == [
        ("Spring", 2, 2, 1),
        ("", 1, 0, 0),
    ]
    assert [(one.name, one.attempted) for one in found.by_channel] == [("email", 3)]
    assert (of_spring.revision.attempted, of_spring.evaluated, of_spring.revision.cost_usd) == (2, 2, None)


def test_drafts_nobody_decided_about_are_shown_as_a_fault(desk, client):
    draft = DraftFactory(lead=LeadFactory(workspace=desk.workspace))
    Draft.objects.filter(pk=draft.pk).update(created_at=timezone.now() - timedelta(minutes=11))

    page = client.get(f"/w/{desk.workspace.pk}/autosend")

    assert figures(desk).unevaluated == 1
    assert 'role="alert">Some drafts were not decided about in time' in page.text


def test_the_page_needs_the_right_and_refuses_bad_periods(desk, client):
    url = f"/w/{desk.workspace.pk}/autosend"
    revised(desk, 0.6, 0.95)

    page = client.get(f"{url}?days=7")

    assert (page.status_code, client.get(f"{url}?days=0").status_code) == (200, 400)
    assert client.get(f"{url}?days=366").status_code == client.get(f"{url}?campaignId=x").status_code == 400
    assert "0.60 → 0.95" in page.text
    setter = MembershipFactory(workspace=desk.workspace, role="SETTER").user
    assert client.login_as(setter).get(url).status_code in (403, 404)


def test_the_api_tells_the_same_with_switches(desk, client):
    revised(desk, 0.6, 0.95)

    answer = client.get(f"/api/autosend/stats?clientId={desk.workspace.pk}&days=7").json()

    assert (answer["days"], answer["evaluated"], answer["unevaluated"]) == (7, 1, 0)
    assert (answer["revision"]["attempted"], answer["revision"]["lifted"]) == (1, 1)
    assert answer["switches"][2] == {"key": "AUTO_SEND_DISABLED", "value": False, "source": "default"}
    assert client.get("/api/autosend/stats?clientId=x").status_code in (400, 422)


def test_a_fixed_number_of_queries_that_scan_no_table(desk):
    def counted() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            figures(desk)
        return len(captured)

    revised(desk, 0.6, 0.95)
    one = counted()
    for _ in range(3):
        revised(desk, 0.6, 0.95)
    assert counted() == one

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    with CaptureQueriesContext(connection) as captured:
        figures(desk)
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            cursor.execute("EXPLAIN " + query["sql"])
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan on inbox_draft" not in plan, query["sql"]
            assert "Seq Scan on ai_aiinteraction" not in plan, query["sql"]
