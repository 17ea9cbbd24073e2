from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.enums import LeadStatus, SentimentTag, Tab
from leads.models import Lead
from leads.rules.tabs import explain_tabs, in_tab, tabs_of
from tests.factories import WorkspaceFactory

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOMENTS = st.none() | st.sampled_from(
    [NOW - timedelta(hours=2), NOW - timedelta(hours=1), NOW, NOW + timedelta(hours=1)]
)


@dataclass(slots=True, kw_only=True)
class Row:
    """A lead as plain values."""

    status: str = "new"
    sentiment_tag: str = "New"
    last_inbound_at: datetime | None = None
    last_answer_at: datetime | None = None
    snoozed_until: datetime | None = None
    snooze_until_reply: bool = False
    has_pending_draft: bool = False
    has_review_draft: bool = False
    has_ai_sent: bool = False


LEADS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(LeadStatus.values),
        "sentiment_tag": st.sampled_from([*SentimentTag.values, "Something else"]),
        "last_inbound_at": MOMENTS,
        "last_answer_at": MOMENTS,
        "snoozed_until": MOMENTS,
        "snooze_until_reply": st.booleans(),
        "has_pending_draft": st.booleans(),
        "has_review_draft": st.booleans(),
        "has_ai_sent": st.booleans(),
    }
)


@pytest.mark.integration
@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(LEADS, min_size=1, max_size=25))
def test_rule_and_database_agree_on_every_tab(rows):
    workspace = WorkspaceFactory()
    leads = [
        Lead(workspace=workspace, blacklist_reason="manual" if row["status"] == "blacklisted" else None, **row)
        for row in rows
    ]
    Lead.objects.bulk_create(leads)

    for tab in Tab:
        stored = set(Lead.objects.in_workspace(workspace).in_tab(tab, NOW).values_list("pk", flat=True))
        assert stored == {lead.pk for lead in leads if in_tab(lead, tab, NOW)}, tab


@pytest.mark.unit
def test_snoozed_lead_is_under_snoozed_only():
    row = Row(
        sentiment_tag="Interested",
        last_inbound_at=NOW,
        has_pending_draft=True,
        snoozed_until=NOW + timedelta(seconds=1),
    )

    assert tabs_of(row, NOW) == ["snoozed"]


@pytest.mark.unit
def test_blacklisted_lead_that_writes_is_a_response_and_nothing_else():
    row = Row(status="blacklisted", sentiment_tag="Blacklist", last_inbound_at=NOW, has_pending_draft=True)

    assert tabs_of(row, NOW) == ["all", "responses"]


@pytest.mark.unit
def test_answer_at_the_same_instant_counts_as_handled():
    row = Row(sentiment_tag="Interested", last_inbound_at=NOW, last_answer_at=NOW)

    assert tabs_of(row, NOW) == ["all", "previous_attention", "awaiting_reply"]


@pytest.mark.unit
def test_explanation_names_every_tab_of_the_lead():
    row = Row(sentiment_tag="Interested", last_inbound_at=NOW, has_pending_draft=True, has_ai_sent=True)

    assert [label for label, _reason in explain_tabs(row, NOW)] == [Tab(tab).label for tab in tabs_of(row, NOW)]


@pytest.mark.unit
def test_explanation_of_a_snooze_says_until_when():
    row = Row(snoozed_until=NOW + timedelta(days=1))

    assert explain_tabs(row, NOW) == [("Snoozed", "snoozed until 2026-03-03 12:00 UTC")]
