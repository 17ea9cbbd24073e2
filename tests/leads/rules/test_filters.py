import uuid

import pytest

from leads.enums import LeadSort, ScoreFilter, Tab
from leads.errors import UnknownFilter
from leads.rules.filters import ListFilters, read_filters

pytestmark = pytest.mark.unit

ID = uuid.UUID(int=7)


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
