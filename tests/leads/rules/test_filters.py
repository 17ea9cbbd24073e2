import itertools
import uuid
from datetime import UTC, datetime

import pytest

from leads.enums import LeadSort, LeadStatus, ScoreFilter, SentimentTag, Tab
from leads.errors import UnknownFilter
from leads.models import Lead
from leads.rules.filters import ListFilters, read_filters
from leads.rules.tabs import in_tab

pytestmark = pytest.mark.unit

ID = uuid.UUID(int=7)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("tab", Tab)
def test_what_excludes_itself_is_true_of_no_lead(tab):
    """Every tag and status, against the tabs a lead with both can be in."""
    for tag, status, is_open in itertools.product(SentimentTag, LeadStatus, (True, False)):
        lead = Lead(sentiment_tag=tag, status=status, last_inbound_at=NOW, has_pending_draft=True, has_ai_sent=True)
        lead.has_review_draft = True
        lead.last_answer_at = None if is_open else NOW
        chosen = [
            ListFilters(tab=tab, sentiments=(tag,)),
            ListFilters(tab=tab, status=status),
            ListFilters(tab=tab, sentiments=(tag,), status=status),
        ]
        if in_tab(lead, tab, NOW):
            assert not any(filters.fits_nothing for filters in chosen), (tag, status)


@pytest.mark.parametrize(
    ("params", "nothing"),
    [
        ({"tab": "attention", "sentiments": "New,Blacklist"}, True),
        ({"tab": "attention", "sentiments": "New,Interested"}, False),
        ({"tab": "follow_up", "sentiments": "Interested"}, True),
        ({"tab": "follow_up", "sentiments": "Follow Up"}, False),
        ({"tab": "needs_repair", "status": "new"}, True),
        ({"tab": "needs_repair", "status": "needs_repair"}, False),
        ({"tab": "drafts", "status": "blacklisted"}, True),
        ({"tab": "drafts", "status": "new"}, False),
        ({"tab": "responses", "sentiments": "Blacklist", "status": "blacklisted"}, False),
        ({"tab": "all", "sentiments": "New"}, False),
    ],
)
def test_tab_and_choice_that_exclude_each_other_are_known(params, nothing):
    assert read_filters(params).fits_nothing is nothing


def test_no_parameters_is_the_first_page_of_everything():
    assert read_filters({}) == ListFilters()


def test_every_parameter_is_read():
    filters = read_filters(
        {
            "clientId": str(ID),
            "tab": "responses",
            "channels": ["email", "sms"],
            "sentiments": "Interested,Follow Up",
            "score": "3+",
            "smsCampaignId": "unattributed",
            "assigned": "me",
            "status": "meeting-booked",
            "sort": "name",
            "limit": "50",
        }
    )

    assert filters == ListFilters(
        workspace=ID,
        tab=Tab.RESPONSES,
        channels=("email", "sms"),
        sentiments=("Interested", "Follow Up"),
        score=ScoreFilter.THREE_UP,
        sms_campaign="unattributed",
        assigned="me",
        status="meeting_booked",
        sort=LeadSort.NAME,
        limit=50,
    )


@pytest.mark.parametrize(
    ("params", "key"),
    [
        ({"workspace": "x"}, "workspace"),
        ({"clientId": "x"}, "clientId"),
        ({"tab": "inbox"}, "tab"),
        ({"channels": ["email", "fax"]}, "channels"),
        ({"channels": [1]}, "channels"),
        ({"sentiments": ["interested"]}, "sentiments"),
        ({"score": "5"}, "score"),
        ({"smsCampaignId": "none"}, "smsCampaignId"),
        ({"assigned": "everybody"}, "assigned"),
        ({"status": "gone"}, "status"),
        ({"sort": "updated"}, "sort"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": True}, "limit"),
        ({"limit": "²"}, "limit"),
        ({"tab": {"a": 1}}, "tab"),
        ({"workspaces": "x"}, "workspaces"),
        ({"clientId": str(ID), "workspaces": str(ID)}, "workspaces"),
    ],
)
def test_unknown_key_or_value_is_refused_by_name(params, key):
    with pytest.raises(UnknownFilter) as refusal:
        read_filters(params)

    assert (refusal.value.http_status, refusal.value.code) == (400, key)


def test_plus_of_a_link_may_arrive_as_blank():
    assert read_filters({"score": "3 "}).score == ScoreFilter.THREE_UP


def test_digest_ignores_place_and_length_but_no_filter():
    base = read_filters({"tab": "responses", "channels": "email,sms"})

    assert base.digest() == read_filters({"tab": "responses", "channels": "sms,email", "limit": "5"}).digest()
    assert base.digest() != read_filters({"tab": "attention", "channels": "email,sms"}).digest()
    assert base.digest() != read_filters({"tab": "responses", "channels": "email,sms", "search": "dana"}).digest()
