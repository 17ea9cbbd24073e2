"""A workspace's own key and address at Resend."""

import pytest

from integrations.enums import Provider
from integrations.errors import ConnectionRefused
from integrations.models import Connection
from integrations.services.connections import ConnectionInput, save_connection
from integrations.services.resend import can_mail
from integrations.services.secrets import read_secrets
from tests.factories import WorkspaceFactory
from zrg.workspaces.models import Workspace

KEY = "re_4f9a7c51e2d8b046"


def save(workspace: Workspace, *, key: str = "", sender: str | None = None) -> Connection:
    config = {} if sender is None else {"from_email": sender}
    return save_connection(workspace, "RESEND", ConnectionInput(secrets={"api_key": key}, config=config), by=None)


def test_key_and_address_are_saved_apart(db: None) -> None:
    workspace = WorkspaceFactory()
    save(workspace, sender=" Northwind <alerts@northwind.example> ")
    save(workspace, key=KEY)

    connection = Connection.objects.get()
    assert connection.config == {"from_email": "Northwind <alerts@northwind.example>"}
    assert read_secrets(connection) == {"api_key": KEY}


def test_blank_address_clears_blank_key_does_not(db: None) -> None:
    workspace = WorkspaceFactory()
    save(workspace, key=KEY, sender="alerts@northwind.example")

    save(workspace, sender="")

    connection = Connection.objects.get()
    assert (connection.config, read_secrets(connection)) == ({"from_email": ""}, {"api_key": KEY})


@pytest.mark.parametrize(
    "typed",
    [
        "no address",
        "a@b",
        "Northwind",
        "a@b.c, d@e.f",
        "<>",
        "A <b>",
        "a b@c.d",
        f"{'a' * 320}@b.example",
        "x@y.z\r\nBcc: v@w.example",
        "Name\r\n <x@y.z>",
        "<a@b.c> <d@e.f>",
    ],
)
def test_hard_10_inert_text_invalid_sender_saves_nothing(db: None, typed: str) -> None:
    with pytest.raises(ConnectionRefused) as refused:
        save(WorkspaceFactory(), key=KEY, sender=typed)

    assert str(refused.value) == "Invalid from email"
    assert not Connection.objects.exists()


def test_whether_mail_can_leave(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, other = WorkspaceFactory(), WorkspaceFactory()
    save(workspace, key=KEY)
    assert (can_mail(workspace.pk), can_mail(other.pk), can_mail(None)) == (False, False, False)

    monkeypatch.setenv("RESEND_FROM_EMAIL", "platform@zrg.example")
    assert (can_mail(workspace.pk), can_mail(other.pk), can_mail(None)) == (True, False, False)

    monkeypatch.setenv("RESEND_API_KEY", KEY)
    assert (can_mail(workspace.pk), can_mail(other.pk), can_mail(None)) == (True, True, True)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("team@northfork.example", "team@northfork.example"),
        (" Northfork Team <team@northfork.example> ", "Northfork Team <team@northfork.example>"),
        ("", ""),
        (None, ""),
    ],
)
def test_from_address_of_resend(workspace: Workspace, typed: str | None, stored: str) -> None:
    given = ConnectionInput(secrets={"api_key": "re_0123456789"}, config={"from_email": typed})

    assert save_connection(workspace, Provider.RESEND, given, by=None).config == {"from_email": stored}


@pytest.mark.parametrize(
    "typed",
    ["team", "team@northfork", "a@b.example, c@d.example", "a b@c.example", "x@y.z" + "z" * 320],
)
def test_bad_from_address_of_resend(workspace: Workspace, typed: str) -> None:
    with pytest.raises(ConnectionRefused, match="Invalid from email") as refused:
        save_connection(workspace, Provider.RESEND, ConnectionInput(config={"from_email": typed}), by=None)

    assert refused.value.data["field"] == "from_email"
    assert not Connection.objects.exists()


def test_key_and_address_of_resend_are_independent(workspace: Workspace) -> None:
    address = ConnectionInput(config={"from_email": "team@northfork.example"})
    connection = save_connection(workspace, Provider.RESEND, address, by=None)
    assert (connection.config["from_email"], read_secrets(connection)) == ("team@northfork.example", {})
    save_connection(workspace, Provider.RESEND, ConnectionInput(secrets={"api_key": "re_0123456789"}), by=None)

    save_connection(workspace, Provider.RESEND, ConnectionInput(remove=frozenset(["api_key"])), by=None)

    connection.refresh_from_db()
    assert (connection.config["from_email"], read_secrets(connection)) == ("team@northfork.example", {})
