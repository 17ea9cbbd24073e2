"""Reading EmailBison: shapes, pages, searches."""

from typing import Any

import pytest

from integrations.contracts import Address
from tests.integrations.test_transport import Bench
from tests.support.simulator import RunningSimulator

pytestmark = pytest.mark.unit


@pytest.fixture
def bench(simulator: RunningSimulator) -> Bench:
    return Bench(f"{simulator.url}/emailbison")


@pytest.mark.parametrize(
    "body",
    [
        [{"id": 402, "name": "Owners Q2"}],
        {"data": [{"id": "402", "name": "Owners Q2"}]},
        {"campaigns": [{"id": 402, "name": "Owners Q2"}]},
        {"data": {"campaigns": [{"id": 402, "name": "Owners Q2"}]}},
        {"data": [{"id": 402, "name": "Owners Q2"}, {"name": "no id"}, "text", None]},
    ],
)
def test_lists_in_any_shape(bench: Bench, simulator: RunningSimulator, body: Any) -> None:
    simulator.script("emailbison", "/api/campaigns", status=200, body=body)

    result = bench.client.list_campaigns()

    assert [(campaign.id, campaign.name) for campaign in result.data] == [("402", "Owners Q2")]


def test_answer_without_a_list_is_no_empty_list(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script("emailbison", "/api/campaigns", status=200, body={"message": "maintenance"})

    assert bench.client.list_campaigns().code == "invalid_response"


def test_all_pages_are_read(bench: Bench, simulator: RunningSimulator) -> None:
    for number in range(37):
        simulator.state.emailbison.add_lead(f"lead{number}@northfork.example")

    result = bench.client.list_campaign_leads("402")

    assert len(result.data) == 37
    assert len(simulator.requests(path="/api/campaigns/402/leads")) == 3


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example/api/campaigns?page=2",
        "//evil.example/api/campaigns?page=2",
        "http://127.0.0.1:1/emailbison/api/campaigns?page=2",
        "/api/campaigns?page=2",
        "https://127.0.0.1/emailbison/api/campaigns?page=2",
    ],
)
def test_hard_02_pagination_same_origin(bench: Bench, simulator: RunningSimulator, following: str) -> None:
    simulator.script(
        "emailbison", "/api/campaigns", status=200, body={"data": [{"id": 1}], "links": {"next": following}}
    )

    result = bench.client.list_campaigns()

    assert (result.outcome, result.code) == ("failed", "host_refused")
    assert len(simulator.requests()) == 1


def test_repeated_page_ends_the_list(bench: Bench, simulator: RunningSimulator) -> None:
    again = f"{simulator.url}/emailbison/api/campaigns?page=2"
    simulator.script(
        "emailbison", "/api/campaigns", status=200, times=9, body={"data": [{"id": 1}], "links": {"next": again}}
    )

    result = bench.client.list_campaigns()

    assert (result.ok, len(result.data)) == (True, 2)


def test_lead_is_found_by_exact_address(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.state.emailbison.add_lead("dana@northfork.example.org")
    wanted = simulator.state.emailbison.add_lead("dana@northfork.example", first_name="Dana")

    result = bench.client.find_lead("Dana@Northfork.example")

    assert (result.data.id, result.data.first_name) == (str(wanted["id"]), "Dana")


def test_search_falls_back_to_older_parameters(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.state.emailbison.add_lead("dana@northfork.example")
    simulator.script("emailbison", "/api/leads", status=422, body={"message": "unknown filter"})

    result = bench.client.find_lead("dana@northfork.example")

    assert result.data.email == "dana@northfork.example"
    assert [sorted(entry["query"]) for entry in simulator.requests(path="/api/leads")] == [
        ["filters[search]", "per_page"],
        ["per_page", "search"],
    ]


def test_nobody_found_is_ok_without_data(bench: Bench) -> None:
    result = bench.client.find_lead("nobody@northfork.example")

    assert (result.ok, result.data) == (True, None)


def test_unanswered_search_is_not_nobody(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script("emailbison", "/api/leads", status=500, times=9)

    assert bench.client.find_lead("dana@northfork.example").code == "provider_5xx"


def test_lead_variables_are_written_and_read(bench: Bench, simulator: RunningSimulator) -> None:
    lead = simulator.state.emailbison.add_lead("dana@northfork.example")

    assert bench.client.set_lead_variables(str(lead["id"]), {"availability_slot": "Tue 3pm"}).ok

    assert bench.client.get_lead(str(lead["id"])).data.variables == {"availability_slot": "Tue 3pm"}


def test_created_lead_is_returned(bench: Bench) -> None:
    created = bench.client.create_lead(email="new@northfork.example", first_name="New")

    assert bench.client.get_lead(created.data.id).data.email == "new@northfork.example"


def test_history_of_a_lead(bench: Bench, simulator: RunningSimulator) -> None:
    provider = simulator.state.emailbison
    written = provider.write_as_lead("dana@northfork.example", "Tuesday works.", base_url="x")["data"]["reply"]
    lead_id = str(written["lead_id"])
    bench.client.send_reply(
        reply_id=str(written["id"]),
        message_html="<p>Good</p>",
        sender_email_id="67",
        to=[Address(email="dana@northfork.example")],
        subject="Re: quick idea",
    )

    theirs, ours = bench.client.list_replies(lead_id).data

    assert (theirs.text, theirs.is_outgoing, theirs.from_address.email) == (
        "Tuesday works.",
        False,
        "dana@northfork.example",
    )
    assert (ours.html, ours.is_outgoing, ours.to[0].email) == ("<p>Good</p>", True, "dana@northfork.example")
    assert [step.subject for step in bench.client.list_sent_emails(lead_id).data] == ["quick idea"]
    assert bench.client.list_scheduled_emails(lead_id).data == ()
    assert [one.id for one in bench.client.search_replies(folder="sent", search="good").data] == [ours.id]


def test_mailboxes(bench: Bench) -> None:
    senders = bench.client.list_sender_emails().data

    assert [(one.id, one.email, one.status) for one in senders] == [
        ("67", "priya@outbound.example", "Connected"),
        ("68", "priya.nair@outbound.example", "Connected"),
    ]


def test_ids_cannot_reach_another_route(bench: Bench, simulator: RunningSimulator) -> None:
    bench.client.get_lead("../sender-emails")

    assert simulator.requests()[0]["path"] == "/api/leads/..%2Fsender-emails"


def test_sender_without_a_number_is_refused_here(bench: Bench, simulator: RunningSimulator) -> None:
    result = bench.client.send_reply(reply_id="1", message_html="x", sender_email_id="abc", to=[])

    assert (result.outcome, result.code) == ("failed", "sender_invalid")
    assert simulator.requests() == []
