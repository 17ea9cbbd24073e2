"""Stored calls become contracts; account status stays in this app; what is ours is told from theirs."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.contracts import (
    Attachment,
    ConnectionStateChanged,
    InboundMessage,
    LinkedInConnected,
    PersonDetails,
    ProviderEvent,
    ProviderIds,
    SentMessage,
)
from integrations.models import Connection
from integrations.services.processing import process
from integrations.unipile.owner import remember_owner
from tests.integrations.support import announced
from tests.integrations.unipile.payloads import (
    ACCOUNT,
    CANONICAL,
    DANA,
    OWNER,
    account_status,
    echoed,
    received,
    relation,
    relayed,
    relayed_relation,
)
from zrg.jobs.models import WebhookEvent

WROTE_AT = datetime(2026, 3, 5, 16, 41, 3, tzinfo=UTC)


def stored(connection: Connection, payload: dict[str, Any]) -> WebhookEvent:
    return WebhookEvent.objects.create(
        workspace=connection.workspace,
        connection_id=connection.pk,
        provider="UNIPILE",
        event_type="x",
        dedupe_key=f"k{WebhookEvent.objects.count()}",
        raw=payload,
    )


@pytest.mark.parametrize("payload", [received(), relayed()])
def test_message_in_of_both_families(
    northfork_linkedin: Connection, contracts: list[ProviderEvent], payload: dict[str, Any]
) -> None:
    event = stored(northfork_linkedin, payload)

    outcome = process(event)

    assert outcome == "processed"
    assert contracts == [
        InboundMessage(
            workspace_id=northfork_linkedin.workspace_id,
            event_id=event.pk,
            event_key=event.dedupe_key,
            event_type="x",
            provider="UNIPILE",
            channel="linkedin",
            received_at=event.created_at,
            provider_message_id="urn_9xA1",
            thread_handle="mZ4c",
            person=PersonDetails(first_name="Dana", last_name="Reyes", linkedin_url=CANONICAL),
            ids=ProviderIds(linkedin_id=DANA, linkedin_url=CANONICAL),
            text="Thanks, send me a link",
            sent_at=WROTE_AT,
        )
    ]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Dana", "Dana", None),
        ("Dana Maria  de la Cruz", "Dana", "Maria de la Cruz"),
        ("  ", None, None),
        (None, None, None),
    ],
)
def test_names_are_split_at_the_first_space(
    northfork_linkedin: Connection, contracts: list[ProviderEvent], name: str | None, first: Any, last: Any
) -> None:
    process(stored(northfork_linkedin, relayed(sender_name=name)))

    assert (contracts[0].person.first_name, contracts[0].person.last_name) == (first, last)  # type: ignore[attr-defined]


def test_opaque_slug_is_an_id(northfork_linkedin: Connection, contracts: list[ProviderEvent]) -> None:
    sender = {"attendee_name": "Dana Reyes", "attendee_profile_url": f"https://www.linkedin.com/in/{DANA}"}

    process(stored(northfork_linkedin, received(sender=sender)))

    assert contracts[0].ids == ProviderIds(linkedin_id=DANA)  # type: ignore[attr-defined]


@pytest.mark.parametrize("timestamp", ["yesterday", None, "2099-01-01T00:00:00Z"])
def test_unreadable_time_is_the_time_of_receipt(
    northfork_linkedin: Connection, contracts: list[ProviderEvent], timestamp: str | None
) -> None:
    event = stored(northfork_linkedin, received(timestamp=timestamp))

    process(event)

    assert contracts[0].sent_at == event.created_at  # type: ignore[attr-defined]


FILE = {"id": "f1", "type": "file", "url": "https://files.example/a.pdf", "file_name": "a.pdf"}
READ = Attachment(kind="file", url="https://files.example/a.pdf", name="a.pdf")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ([FILE], (READ,)),
        ({"0": FILE, "1": FILE}, (READ, READ)),
        (FILE, (READ,)),
        ([{"type": "img", "id": "x"}], (Attachment(kind="img"),)),
        (
            [{"mimetype": "image/png", "url": "https://files.example/b"}],
            (Attachment(kind="image/png", url="https://files.example/b"),),
        ),
        ([{}, "text", None, {"type": "file"}], ()),
        ({}, ()),
        ("text", ()),
    ],
)
def test_attachments_in_any_shape(
    northfork_linkedin: Connection, contracts: list[ProviderEvent], given: Any, read: tuple[Attachment, ...]
) -> None:
    process(stored(northfork_linkedin, received(attachments=given)))
    process(stored(northfork_linkedin, relayed(attachments=given)))

    assert [one.attachments for one in contracts] == [read, read]  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["", " \n ", None])
def test_message_without_text_and_file_is_ignored(
    northfork_linkedin: Connection, contracts: list[ProviderEvent], text: str | None
) -> None:
    payloads = [received(message=text), relayed(text=text), echoed(message=text)]

    assert [process(stored(northfork_linkedin, one)) for one in payloads] == ["ignored:empty_message"] * 3
    assert contracts == []


def test_long_message_id_keeps_being_one_id(northfork_linkedin: Connection, contracts: list[ProviderEvent]) -> None:
    for text in ("x" * 300, "x" * 300, "x" * 299 + "y"):
        process(stored(northfork_linkedin, received(message_id=text)))

    first, same, other = (one.provider_message_id for one in contracts)  # type: ignore[attr-defined]
    assert (first == same, first == other, len(first)) == (True, False, 66)


# --- our own messages ------------------------------------------------------------------------------------


RELAYED_ECHO = relayed(
    "message.sent",
    id="urn_own1",
    text="Here it is",
    sender_id=OWNER,
    recipient_id=DANA,
    recipient_linkedin_url="https://linkedin.com/in/dana-reyes",
    recipient_name="Dana Reyes",
)


@pytest.mark.parametrize("payload", [echoed(), RELAYED_ECHO])
def test_hard_02_own_echo_is_a_sent_message(
    northfork_linkedin: Connection, contracts: list[ProviderEvent], payload: dict[str, Any]
) -> None:
    process(stored(northfork_linkedin, payload))

    (sent,) = contracts
    assert isinstance(sent, SentMessage)
    assert (sent.provider_message_id, sent.echo, sent.campaign_step, sent.text) == (
        "urn_own1",
        True,
        False,
        "Here it is",
    )
    assert sent.ids == ProviderIds(linkedin_id=DANA, linkedin_url=CANONICAL)
    assert (sent.person.first_name, sent.sent_at) == ("Dana", WROTE_AT)


def test_hard_02_own_echo_is_known_by_the_remembered_owner(
    northfork_linkedin: Connection, contracts: list[ProviderEvent]
) -> None:
    """A relay does not say whose account it is; an earlier call or the connection test did."""
    process(stored(northfork_linkedin, received()))
    process(stored(northfork_linkedin, relayed(sender_id=OWNER, sender_linkedin_url=None)))

    assert [type(one) for one in contracts] == [InboundMessage, SentMessage]
    northfork_linkedin.refresh_from_db()
    assert northfork_linkedin.config == {"member_id": OWNER, "member_account": ACCOUNT}


def test_owner_of_another_account_means_nothing(
    northfork_linkedin: Connection, granite_linkedin: Connection, contracts: list[ProviderEvent]
) -> None:
    remember_owner(northfork_linkedin.workspace_id, ACCOUNT, DANA)
    remember_owner(granite_linkedin.workspace_id, "zz91", DANA)
    Connection.objects.filter(pk=northfork_linkedin.pk).update(external_account_id="new1")

    process(stored(northfork_linkedin, {**relayed(), "account_id": "new1"}))

    assert isinstance(contracts[0], InboundMessage)


def test_echo_into_a_group_names_nobody(northfork_linkedin: Connection, contracts: list[ProviderEvent]) -> None:
    others = [{"attendee_provider_id": DANA}, {"attendee_provider_id": "ACoAAKim00000000000"}]

    process(stored(northfork_linkedin, echoed(attendees=others)))

    assert contracts[0].ids == ProviderIds()  # type: ignore[attr-defined]


# --- relations and views ---------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [relation(), relayed_relation()])
def test_accepted_invitation(
    northfork_linkedin: Connection, contracts: list[ProviderEvent], payload: dict[str, Any]
) -> None:
    assert process(stored(northfork_linkedin, payload)) == "processed"

    (connected,) = contracts
    assert isinstance(connected, LinkedInConnected)
    assert (connected.linkedin_id, connected.profile_url) == (DANA, CANONICAL)
    assert (connected.person.first_name, connected.person.last_name) == ("Dana", "Reyes")


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        (relayed_relation("connection.received"), "processed"),
        ({"event": "profile.viewed", "account_id": ACCOUNT}, "ignored:no_effect"),
        ({"event": "message_reaction", "account_id": ACCOUNT}, "ignored:unknown_event_type"),
        ({}, "ignored:unknown_event_type"),
        (received(message_id=None), "ignored:missing_message_id"),
    ],
)
def test_calls_without_effect(
    northfork_linkedin: Connection, contracts: list[ProviderEvent], payload: dict[str, Any], outcome: str
) -> None:
    assert process(stored(northfork_linkedin, payload)) == outcome
    assert contracts == []


# --- account status --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "before", "after", "outcome"),
    [
        ("OK", "DISCONNECTED", "CONNECTED", "processed"),
        ("CREATION_SUCCESS", "UNKNOWN", "CONNECTED", "processed"),
        ("RECONNECTED", "DISCONNECTED", "CONNECTED", "processed"),
        ("SYNC_SUCCESS", "DEGRADED", "CONNECTED", "processed"),
        ("ERROR", "CONNECTED", "DISCONNECTED", "processed"),
        ("STOPPED", "CONNECTED", "DISCONNECTED", "processed"),
        ("CREDENTIALS", "CONNECTED", "DISCONNECTED", "processed"),
        ("deleted", "UNKNOWN", "DISCONNECTED", "processed"),
        ("CONNECTING", "DISCONNECTED", "DISCONNECTED", "ignored:no_effect"),
        ("SOMETHING_NEW", "CONNECTED", "CONNECTED", "ignored:no_effect"),
    ],
)
def test_account_status_is_the_connections_health(
    northfork_linkedin: Connection,
    contracts: list[ProviderEvent],
    message: str,
    before: str,
    after: str,
    outcome: str,
) -> None:
    Connection.objects.update(status=before)

    with announced(ConnectionStateChanged) as changes:
        assert process(stored(northfork_linkedin, account_status(message))) == outcome

    northfork_linkedin.refresh_from_db()
    crossed = (before == "DISCONNECTED") != (after == "DISCONNECTED")
    assert (northfork_linkedin.status, len(changes)) == (after, int(crossed))
    assert contracts == []


def test_lost_account_says_why(northfork_linkedin: Connection) -> None:
    process(stored(northfork_linkedin, account_status("CREDENTIALS")))

    northfork_linkedin.refresh_from_db()
    assert northfork_linkedin.last_error_code == "linkedin_disconnected"
    assert northfork_linkedin.last_error_message == "LinkedIn account status: CREDENTIALS"
    assert northfork_linkedin.disconnected_at is not None


def test_status_of_a_former_account_changes_nothing(
    northfork_linkedin: Connection, granite_linkedin: Connection
) -> None:
    outcome = process(stored(northfork_linkedin, account_status("DELETED", account_id="zz91")))

    northfork_linkedin.refresh_from_db()
    granite_linkedin.refresh_from_db()
    assert (outcome, northfork_linkedin.status, granite_linkedin.status) == (
        "ignored:unknown_account",
        "UNKNOWN",
        "UNKNOWN",
    )
