"""From a call to its contract."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from integrations.contracts import (
    Address,
    Bounce,
    CampaignRef,
    EmailOpened,
    InboundMessage,
    PersonDetails,
    ProviderEvent,
    ProviderIds,
    SenderAccount,
    SentMessage,
    Unsubscribe,
)
from integrations.emailbison.parse import contract_of
from integrations.emailbison.payload import read_call
from integrations.fields import moment
from tests.integrations.emailbison.payloads import LEAD, REPLY, SCHEDULED, call

pytestmark = pytest.mark.unit

WORKSPACE, EVENT = UUID(int=1), UUID(int=2)
RECEIVED = datetime(2026, 3, 5, 16, 42, tzinfo=UTC)


def contract(event_type: str, **data: Any) -> ProviderEvent:
    read = read_call(call(event_type, **data))
    assert read.data is not None
    return contract_of(
        read.data,
        {
            "workspace_id": WORKSPACE,
            "event_id": EVENT,
            "event_key": "key",
            "event_type": event_type,
            "provider": "EMAILBISON",
            "channel": "email",
            "received_at": RECEIVED,
        },
    )


def test_reply() -> None:
    assert contract("LEAD_REPLIED") == InboundMessage(
        workspace_id=WORKSPACE,
        event_id=EVENT,
        event_key="key",
        event_type="LEAD_REPLIED",
        provider="EMAILBISON",
        channel="email",
        received_at=RECEIVED,
        provider_message_id="771204",
        thread_handle="771204",
        person=PersonDetails(
            email="dana@northfork.example",
            first_name="Dana",
            last_name="Reyes",
            company_name="Northfork Dental",
            job_title="Owner",
        ),
        ids=ProviderIds(email_bison_lead_id="55021"),
        campaign=CampaignRef(id="402", name="Owners Q2"),
        sender_account=SenderAccount(id="67", email="priya@outbound.example", name="Priya Nair"),
        from_address=Address(email="dana@northfork.example", name="Dana Reyes"),
        to=(Address(email="priya@outbound.example", name="Priya Nair"),),
        cc=(Address(email="kim@northfork.example"),),
        subject="Re: quick idea",
        text="Tuesday works.",
        html="<div>Tuesday works.</div>",
        sent_at=datetime(2026, 3, 5, 16, 41, 3, tzinfo=UTC),
        interested=None,
    )


def test_colleague_who_answers_is_only_the_writer() -> None:
    found = contract("LEAD_REPLIED", reply={**REPLY, "from_email_address": "Kim@northfork.example", "from_name": "Kim"})

    assert isinstance(found, InboundMessage)
    assert found.person.email == "dana@northfork.example"
    assert found.from_address == Address(email="kim@northfork.example", name="Kim")


def test_writer_stands_in_for_a_missing_lead() -> None:
    found = contract("LEAD_REPLIED", lead=None)

    assert isinstance(found, InboundMessage)
    assert found.person == PersonDetails(email="dana@northfork.example", first_name="Dana", last_name="Reyes")
    assert found.ids == ProviderIds()


def test_lead_known_by_id_only_keeps_its_id() -> None:
    found = contract("LEAD_REPLIED", lead={"id": 55021})

    assert isinstance(found, InboundMessage)
    assert (found.person.email, found.ids.email_bison_lead_id) == (None, "55021")


@pytest.mark.parametrize(
    ("event_type", "flag", "interested"),
    [
        ("LEAD_REPLIED", True, True),
        ("LEAD_REPLIED", False, False),
        ("LEAD_REPLIED", "1", True),
        ("LEAD_REPLIED", "maybe", None),
        ("LEAD_INTERESTED", None, True),
        ("UNTRACKED_REPLY_RECEIVED", None, None),
    ],
)
def test_interest_as_the_provider_sees_it(event_type: str, flag: Any, interested: bool | None) -> None:
    found = contract(event_type, reply={**REPLY, "interested": flag})

    assert isinstance(found, InboundMessage)
    assert found.interested is interested


def test_untracked_reply_names_the_writer_and_no_ids() -> None:
    found = contract("UNTRACKED_REPLY_RECEIVED", reply={**REPLY, "from_email_address": "new@person.example"})

    assert isinstance(found, InboundMessage)
    assert (found.person.email, found.ids, found.campaign) == ("new@person.example", ProviderIds(), None)


def test_address_as_a_name_is_no_name() -> None:
    found = contract("UNTRACKED_REPLY_RECEIVED", reply={**REPLY, "from_name": "new@person.example"})

    assert isinstance(found, InboundMessage)
    assert (found.person.first_name, found.person.last_name) == (None, None)


def test_automated_reply_is_marked() -> None:
    found = contract("LEAD_REPLIED", reply={**REPLY, "automated_reply": True})

    assert isinstance(found, InboundMessage)
    assert found.automated is True


@pytest.mark.parametrize(
    ("date_received", "created_at", "expected"),
    [
        ("2026-03-05T16:41:03Z", None, datetime(2026, 3, 5, 16, 41, 3, tzinfo=UTC)),
        ("2026-03-05T11:41:03-05:00", None, datetime(2026, 3, 5, 16, 41, 3, tzinfo=UTC)),
        ("2026-03-05 16:41:03", None, datetime(2026, 3, 5, 16, 41, 3, tzinfo=UTC)),
        ("yesterday", "2026-03-05T16:41:08Z", datetime(2026, 3, 5, 16, 41, 8, tzinfo=UTC)),
        ("2026-03-07T16:41:03Z", None, RECEIVED),
        ("2026-03-06T16:41:03Z", None, datetime(2026, 3, 6, 16, 41, 3, tzinfo=UTC)),
        (1772728863, None, datetime(2026, 3, 5, 16, 41, 3, tzinfo=UTC)),
        (1772728863000, None, datetime(2026, 3, 5, 16, 41, 3, tzinfo=UTC)),
        (10**30, None, RECEIVED),
        (True, None, RECEIVED),
        (None, None, RECEIVED),
    ],
)
def test_time_of_a_reply(date_received: Any, created_at: Any, expected: datetime) -> None:
    found = contract("LEAD_REPLIED", reply={**REPLY, "date_received": date_received, "created_at": created_at})

    assert isinstance(found, InboundMessage)
    assert found.sent_at == expected


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-13-01", "", {}])
def test_odd_times_are_no_times(value: Any) -> None:
    assert moment(value, now=RECEIVED) is None or moment(value, now=RECEIVED) < RECEIVED


def test_campaign_step() -> None:
    found = contract("EMAIL_SENT")

    assert isinstance(found, SentMessage)
    assert (found.scheduled_id, found.provider_message_id) == ("910007", "<a1@outbound.example>")
    assert (found.campaign_step, found.echo, found.confirm_only) == (True, False, False)
    assert found.to == (Address(email="dana@northfork.example"),)
    assert found.html == "<p>Hi Dana</p>"
    assert found.sent_at == datetime(2026, 3, 4, 14, 2, tzinfo=UTC)


def test_mail_sent_by_hand_only_confirms() -> None:
    found = contract("MANUAL_EMAIL_SENT")

    assert isinstance(found, SentMessage)
    assert (found.campaign_step, found.echo, found.confirm_only) == (False, True, True)


def test_opening() -> None:
    found = contract("EMAIL_OPENED", lead={"id": 55021})

    assert isinstance(found, EmailOpened)
    assert (found.person.email, found.ids.email_bison_lead_id) == (None, "55021")
    assert found.opened_at == datetime(2026, 3, 5, 16, 41, 9, tzinfo=UTC)


def test_bounce() -> None:
    report = {"id": 771300, "from_email_address": "mailer-daemon@mx.example", "text_body": "550 5.1.1 user unknown"}
    found = contract("EMAIL_BOUNCED", reply=report, scheduled_email={**SCHEDULED, "status": "bounced"})

    assert isinstance(found, Bounce)
    assert (found.status_code, found.failed_recipient) == ("5.1.1", "dana@northfork.example")
    assert (found.text, found.provider_message_id) == ("550 5.1.1 user unknown", "771300")


def test_bounce_without_a_report() -> None:
    found = contract("EMAIL_BOUNCED", reply=None)

    assert isinstance(found, Bounce)
    assert (found.status_code, found.text, found.from_address) == (None, None, None)


def test_unsubscribe() -> None:
    found = contract("LEAD_UNSUBSCRIBED", scheduled_email=None)

    assert isinstance(found, Unsubscribe)
    assert found.person.email == "dana@northfork.example"


@pytest.mark.parametrize("odd", [True, 1.5, [], {}, None, "", "  "])
def test_values_of_the_wrong_type_count_as_missing(odd: Any) -> None:
    found = contract("LEAD_REPLIED", lead={**LEAD, "id": odd, "first_name": odd}, campaign={"id": odd})

    assert isinstance(found, InboundMessage)
    assert (found.ids.email_bison_lead_id, found.person.first_name, found.campaign) == (None, None, None)


def test_odd_headers_do_not_stop_a_reply() -> None:
    odd = {"to": "priya@outbound.example", "cc": [None, 7, {"x": 1}], "bcc": {}}
    found = contract("LEAD_REPLIED", reply={**REPLY, **odd})

    assert isinstance(found, InboundMessage)
    assert (found.to, found.cc, found.bcc) == ((Address(email="priya@outbound.example"),), (), ())
