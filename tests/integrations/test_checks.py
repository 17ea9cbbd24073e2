import pytest
from pytest_django.fixtures import Settings

from integrations.checks import check_field_encryption_keys, check_loopback_providers, check_platform_credentials

pytestmark = pytest.mark.unit

GOOD = "c2l4dGVlbi1ieXRlcy1vbmUtc2l4dGVlbi1ieXRlMSE="


@pytest.mark.parametrize(
    ("keys", "ids"),
    [
        ((GOOD,), []),
        ((GOOD, GOOD), []),
        ((), ["integrations.E001"]),
        (("not a key",), ["integrations.E001"]),
        ((GOOD, "c2hvcnQ="), ["integrations.E001"]),
    ],
)
def test_field_keys(settings: Settings, keys: tuple[str, ...], ids: list[str]) -> None:
    settings.FIELD_ENCRYPTION_KEYS = keys

    found = check_field_encryption_keys()

    assert [message.id for message in found] == ids
    assert all(key not in message.msg for message in found for key in keys)


@pytest.mark.parametrize(
    ("allowed", "debug", "ids"), [(True, False, ["integrations.E002"]), (True, True, []), (False, False, [])]
)
def test_loopback_providers_are_for_development(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, allowed: bool, debug: bool, ids: list[str]
) -> None:
    monkeypatch.setattr("integrations.checks.sys.modules", {})
    settings.TESTING, settings.DEBUG, settings.ZRG_ALLOW_LOOPBACK_PROVIDERS = False, debug, allowed

    assert [message.id for message in check_loopback_providers()] == ids


@pytest.mark.parametrize(
    ("value", "warned"),
    [("key-0123456789", False), ("key-0123456789\n", True), (" key-0123456789", True), (" ", False)],
)
def test_white_space_around_a_credential_is_told_without_its_value(
    monkeypatch: pytest.MonkeyPatch, value: str, warned: bool
) -> None:
    monkeypatch.setenv("UNIPILE_WEBHOOK_SECRET", value)

    found = check_platform_credentials()

    assert [message.id for message in found] == (["integrations.W001"] if warned else [])
    assert all("0123456789" not in message.msg and "UNIPILE_WEBHOOK_SECRET" in message.msg for message in found)
