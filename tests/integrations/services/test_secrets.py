"""Credentials are sealed to their row."""

import json

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django.fixtures import Settings

from integrations.errors import SecretBindingError, SecretUnreadable
from integrations.models import Connection
from integrations.services.secrets import read_secrets, seal, unseal
from tests.factories import ConnectionFactory, WorkspaceFactory

NEW_KEY = Fernet.generate_key().decode()


def test_hard_02_secret_bound_to_row(northfork: Connection, granite: Connection) -> None:
    """A row copied between workspaces, or relabelled as another provider, is unreadable."""
    assert read_secrets(northfork)["api_key"]
    granite.secrets = northfork.secrets
    with pytest.raises(SecretBindingError):
        read_secrets(granite)

    northfork.provider = "SMARTLEAD"
    with pytest.raises(SecretBindingError):
        read_secrets(northfork)


def test_stored_credential_shows_nothing(northfork: Connection) -> None:
    stored = Connection.objects.values_list("secrets", flat=True).get(pk=northfork.pk)

    assert "prov-3f9a7c51e2d8b046" not in stored
    assert "prov" not in json.dumps(northfork.config)


def test_values_are_stripped_when_read() -> None:
    workspace_id = "11111111-1111-4111-8111-111111111111"

    assert unseal(seal(workspace_id, "GHL", {"private_key": "abc\n"}), workspace_id, "GHL") == {"private_key": "abc"}  # type: ignore[arg-type]


def test_nothing_is_sealed_as_nothing() -> None:
    assert seal("11111111-1111-4111-8111-111111111111", "GHL", {}) == ""  # type: ignore[arg-type]


def test_lost_key_is_said(northfork: Connection, settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = (NEW_KEY,)

    with pytest.raises(SecretUnreadable, match="cannot be decrypted"):
        read_secrets(northfork)


def test_rotation_moves_everything_to_the_first_key(
    northfork: Connection, granite: Connection, settings: Settings
) -> None:
    ConnectionFactory(workspace=WorkspaceFactory(), provider="UNIPILE", external_account_id="u1", secrets={})
    old = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = (NEW_KEY, *old)

    call_command("rotate_field_keys")

    settings.FIELD_ENCRYPTION_KEYS = (NEW_KEY,)
    for connection in (northfork, granite):
        connection.refresh_from_db()
        assert read_secrets(connection)["api_key"] == "prov-3f9a7c51e2d8b046"


def test_rotation_reports_what_it_cannot_read(northfork: Connection, granite: Connection, settings: Settings) -> None:
    Connection.objects.filter(pk=granite.pk).update(secrets="gAAAAABlost")

    with pytest.raises(CommandError, match="1 credentials cannot be read"):
        call_command("rotate_field_keys")

    northfork.refresh_from_db()
    assert read_secrets(northfork)["api_key"]
