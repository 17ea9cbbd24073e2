import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zrg.lib.secrets_hygiene import (
    BULLETS,
    BadSecret,
    clean_secret_input,
    equal_secrets,
    fingerprint,
    load_secret,
    mask_secret,
    matches_any,
)

pytestmark = pytest.mark.unit

GOOD = "f3b1c9d27a6e40858e1d90ab"  # 24 characters


def load(raw, min_len=24, env="production"):
    return load_secret("CRON_SECRET", raw, min_len, env)


@pytest.mark.parametrize("raw", [None, "", "   ", "\n"])
def test_load_secret_blank_is_missing(raw):
    assert load(raw) is None


def test_load_secret_good_is_returned_silently(caplog):
    assert load(GOOD) == GOOD
    assert caplog.records == []


def test_load_secret_trims_and_names_the_variable_only(caplog):
    with caplog.at_level(logging.WARNING):
        assert load(f" {GOOD}\n") == GOOD

    assert [record.getMessage() for record in caplog.records] == ["secret.trimmed name=CRON_SECRET"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("f3b1c9d27a6e 40858e1d90ab", "whitespace"),
        ("f3b1c9d27a6e\n40858e1d90ab", "whitespace"),
        ("f3b1c9d27a6e\u00a040858e1d90ab", "whitespace"),
        ("f3b1c9d27a6e\x0040858e1d90ab", "control_characters"),
        ("f3b1c9d27a6e\u200b40858e1d90ab", "control_characters"),
        (f'"{GOOD}"', "quoted"),
        (f"'{GOOD}'", "quoted"),
        (f"“{GOOD}”", "quoted"),
        (f"CRON_SECRET={GOOD}", "assignment"),
        (f"export CRON_SECRET={GOOD}", "assignment"),
        (f"token={GOOD}", "assignment"),
        (f"={GOOD}", "assignment"),
        ("CRON_SECRET=", "assignment"),
        (GOOD + "\\n", "escaped_newline"),
        ("changeme", "placeholder"),
        ("Change-Me", "placeholder"),
        ("changemechangemechangeme", "placeholder"),
        ("secret", "placeholder"),
        ("PASSWORD", "placeholder"),
        ("password123", "placeholder"),
        ("test", "placeholder"),
        ("your-api-key-goes-here-now", "placeholder"),
        ("your_api_key", "placeholder"),
        ("<paste-your-secret-in-here>", "placeholder"),
        ("xxxxxxxxxxxxxxxxxxxxxxxxxxxx", "placeholder"),
        ("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX", "placeholder"),
        ("************************", "placeholder"),
        (GOOD[:23], "too_short"),
    ],
)
def test_hard_13_refused_secret_stops_start(raw, reason):
    with pytest.raises(BadSecret) as refused:
        load(raw)

    assert (refused.value.name, refused.value.reason) == ("CRON_SECRET", reason)
    assert raw not in str(refused.value)
    assert refused.value.http_status == 422


def test_load_secret_in_development_warns_and_counts_as_missing(caplog):
    with caplog.at_level(logging.WARNING):
        assert load("changeme", env="development") is None

    assert [record.getMessage() for record in caplog.records] == ["secret.refused name=CRON_SECRET reason=placeholder"]


@pytest.mark.parametrize(
    "raw",
    [
        "c2l4dGVlbi1ieXRlcy1vbmUtc2l4dGVlbi1ieXRlMSE=",
        "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dg==",
        "tests-only-9e1f7c0a5b3d4826af10c7",
        "secretive-9e1f7c0a5b3d4826af10c7",
        "pit-4c0b9f5e-7d57-4a39-8a11-1b2c3d4e5f60",
    ],
)
def test_load_secret_accepts_real_shapes(raw):
    assert load(raw) == raw


def test_load_secret_provider_keys_need_eight_characters():
    assert load("k3y-8-ch", min_len=8) == "k3y-8-ch"
    with pytest.raises(BadSecret):
        load("k3y-7ch", min_len=8)


@pytest.mark.parametrize(
    ("secret", "masked"),
    [
        (None, ""),
        ("", ""),
        ("short", BULLETS),
        ("elevenchars", BULLETS),
        ("twelve-chars", BULLETS + "hars"),
        (GOOD, BULLETS + "90ab"),
    ],
)
def test_mask_secret_shows_four_characters_of_long_secrets_only(secret, masked):
    assert mask_secret(secret) == masked


@given(st.text(min_size=1, max_size=80))
def test_hard_01_secret_never_revealed_beyond_four_characters(secret):
    shown = mask_secret(secret).removeprefix(BULLETS)

    assert len(shown) == (4 if len(secret) >= 12 else 0)
    assert secret.endswith(shown)


@pytest.mark.parametrize("typed", [None, "", "  ", BULLETS, mask_secret(GOOD), f" {mask_secret(GOOD)} "])
def test_clean_secret_input_blank_or_mask_leaves_unchanged(typed):
    assert clean_secret_input("api_key", typed) is None


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("abc def", "whitespace"),
        ("abc\tdef", "whitespace"),
        ("abc\x07def", "control_characters"),
        ("changeme", "placeholder"),
        ("your-api-key", "placeholder"),
        ("xxxxxxxx", "placeholder"),
        ("xxx", "placeholder"),
        ("<token>", "placeholder"),
    ],
)
def test_clean_secret_input_refuses(typed, reason):
    with pytest.raises(BadSecret) as refused:
        clean_secret_input("api_key", typed)

    assert refused.value.reason == reason
    assert refused.value.data == {"field": "api_key", "reason": reason}


def test_clean_secret_input_trims():
    assert clean_secret_input("api_key", "  abc123 \n") == "abc123"


def test_matches_any_accepts_every_configured_secret():
    assert matches_any("two", ["one", "two"])
    assert matches_any(b"one", ["one", "two"])
    assert not matches_any("three", ["one", "two"])


@pytest.mark.parametrize("accepted", [[], [None], [""], ["", None]])
@pytest.mark.parametrize("given_secret", ["", None, b"", "x"])
def test_hard_13_no_trigger_without_secret(given_secret, accepted):
    assert not matches_any(given_secret, accepted)


def test_matches_any_survives_odd_characters():
    assert not matches_any("\udcff\u2603", ["one"])
    assert matches_any("schlüssel", ["schlüssel"])


def test_equal_secrets_names_each_pair():
    secrets = {"CRON_SECRET": ["a", "b"], "ADMIN_ACTIONS_SECRET": ["b"], "METRICS_TOKEN": ["c"], "X": ["", ""]}

    assert equal_secrets(secrets) == [("ADMIN_ACTIONS_SECRET", "CRON_SECRET")]


def test_fingerprint_is_eight_hex_digits_of_salt_and_secret():
    assert len(fingerprint(GOOD, "salt")) == 8
    assert fingerprint(GOOD, "salt") == fingerprint(GOOD, "salt")
    assert fingerprint(GOOD, "salt") != fingerprint(GOOD, "other")
