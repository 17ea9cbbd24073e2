"""What counts as signed by Slack."""

from datetime import UTC, datetime

import pytest

from integrations.slack.signature import sign, verify_signature

pytestmark = pytest.mark.unit

SECRET = "8f1e2d3c4b5a69788796a5b4c3d2e1f0"
BODY = b"payload=%7B%22a%22%3A1%7D"
STAMP = 1_741_100_400
NOW = datetime.fromtimestamp(STAMP, UTC)
GOOD = sign(SECRET, str(STAMP), BODY)


@pytest.mark.parametrize("offset", [-300, 0, 300])
def test_signed_within_five_minutes(offset: int) -> None:
    stamp = str(STAMP + offset)

    assert verify_signature(SECRET, stamp, sign(SECRET, stamp, BODY), BODY, NOW) == (True, "")


def test_secret_is_trimmed() -> None:
    assert verify_signature(f" {SECRET}\n", str(STAMP), GOOD, BODY, NOW) == (True, "")


@pytest.mark.parametrize(
    ("secret", "stamp", "signature", "reason"),
    [
        ("", str(STAMP), GOOD, "missing_secret"),
        ("  \n", str(STAMP), GOOD, "missing_secret"),
        (SECRET, "", GOOD, "missing_signature"),
        (SECRET, str(STAMP), "", "missing_signature"),
        (SECRET, f"{STAMP}x", GOOD, "malformed_timestamp"),
        (SECRET, f"-{STAMP}", GOOD, "malformed_timestamp"),
        (SECRET, f" {STAMP}", GOOD, "malformed_timestamp"),
        (SECRET, "١٧٤١١٠٠٤٠٠", GOOD, "malformed_timestamp"),
        (SECRET, str(STAMP), GOOD.upper(), "malformed_signature"),
        (SECRET, str(STAMP), GOOD.replace("v0=", "v1="), "malformed_signature"),
        (SECRET, str(STAMP), f"{GOOD}0", "malformed_signature"),
        (SECRET, str(STAMP), "v0=é" + GOOD[4:], "malformed_signature"),
        (SECRET, str(STAMP - 301), sign(SECRET, str(STAMP - 301), BODY), "timestamp_out_of_tolerance"),
        (SECRET, str(STAMP + 301), sign(SECRET, str(STAMP + 301), BODY), "timestamp_out_of_tolerance"),
        (SECRET, str(STAMP - 1), GOOD, "signature_mismatch"),
        (SECRET, str(STAMP), sign("another secret", str(STAMP), BODY), "signature_mismatch"),
    ],
)
def test_everything_else_is_refused(secret: str, stamp: str, signature: str, reason: str) -> None:
    assert verify_signature(secret, stamp, signature, BODY, NOW) == (False, reason)


def test_hard_06_signature_covers_the_raw_bytes() -> None:
    assert verify_signature(SECRET, str(STAMP), GOOD, BODY + b"&", NOW) == (False, "signature_mismatch")
    assert verify_signature(SECRET, str(STAMP), GOOD, BODY.replace(b"%3A", b":"), NOW) == (False, "signature_mismatch")
