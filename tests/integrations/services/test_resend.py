"""A workspace's own key and address at Resend."""

import pytest

from integrations.errors import ConnectionRefused
from integrations.models import Connection
from integrations.services.resend import can_mail, connect_resend
from integrations.services.secrets import read_secrets
from tests.factories import WorkspaceFactory

KEY = "re_4f9a7c51e2d8b046"


def test_key_and_address_are_saved_apart(db: None) -> None:
    workspace = WorkspaceFactory()
    connect_resend(workspace, from_email=" Northwind <alerts@northwind.example> ", by=workspace.owner)
    connect_resend(workspace, api_key=KEY, by=workspace.owner)

    connection = Connection.objects.get()
    assert connection.config == {"from_email": "Northwind <alerts@northwind.example>"}
    assert read_secrets(connection) == {"api_key": KEY}


def test_blank_address_clears_blank_key_does_not(db: None) -> None:
    workspace = WorkspaceFactory()
    connect_resend(workspace, api_key=KEY, from_email="alerts@northwind.example", by=None)

    connect_resend(workspace, api_key="", from_email="", by=None)

    connection = Connection.objects.get()
    assert (connection.config, read_secrets(connection)) == ({"from_email": ""}, {"api_key": KEY})


def test_row_goes_with_its_last_value(db: None) -> None:
    workspace = WorkspaceFactory()
    connect_resend(workspace, api_key=KEY, by=None)

    assert connect_resend(workspace, remove_key=True, by=None) is None
    assert not Connection.objects.exists()


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
        connect_resend(WorkspaceFactory(), api_key=KEY, from_email=typed, by=None)

    assert str(refused.value) == "Invalid from email"
    assert not Connection.objects.exists()


def test_whether_mail_can_leave(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, other = WorkspaceFactory(), WorkspaceFactory()
    connect_resend(workspace, api_key=KEY, by=None)
    assert (can_mail(workspace.pk), can_mail(other.pk), can_mail(None)) == (False, False, False)

    monkeypatch.setenv("RESEND_FROM_EMAIL", "platform@zrg.example")
    assert (can_mail(workspace.pk), can_mail(other.pk), can_mail(None)) == (True, False, False)

    monkeypatch.setenv("RESEND_API_KEY", KEY)
    assert (can_mail(workspace.pk), can_mail(other.pk), can_mail(None)) == (True, True, True)
