"""Who may answer for Clay."""

import pytest

from integrations.clay import verify_signature
from tests.integrations.clay.payloads import hmac_of
from tests.support.simulator import CLAY_SECRET

pytestmark = pytest.mark.unit

BODY = b'{"leadId":"x"}'
DIGEST = hmac_of(BODY.decode())


@pytest.mark.parametrize(
    ("secret", "header", "use_hmac", "expected"),
    [
        (CLAY_SECRET, CLAY_SECRET, False, (True, "")),
        (f" {CLAY_SECRET}\n", f"{CLAY_SECRET} ", False, (True, "")),
        (CLAY_SECRET, CLAY_SECRET.upper(), False, (False, "mismatch")),
        (CLAY_SECRET, DIGEST, False, (False, "mismatch")),
        (CLAY_SECRET, DIGEST, True, (True, "")),
        (CLAY_SECRET, f"sha256={DIGEST}", True, (True, "")),
        (CLAY_SECRET, DIGEST.upper(), True, (True, "")),
        (CLAY_SECRET, CLAY_SECRET, True, (False, "mismatch")),
        (CLAY_SECRET, hmac_of("{}"), True, (False, "mismatch")),
        (CLAY_SECRET, hmac_of(BODY.decode(), "another-secret-of-someone"), True, (False, "mismatch")),
        (CLAY_SECRET, "ümläut", True, (False, "mismatch")),
        (CLAY_SECRET, None, False, (False, "missing")),
        (CLAY_SECRET, "  ", True, (False, "missing")),
        ("", "", False, (False, "secret_unset")),
        ("", None, True, (False, "secret_unset")),
        ("  ", hmac_of(BODY.decode(), ""), True, (False, "secret_unset")),
    ],
)
def test_signature(secret: str, header: str | None, use_hmac: bool, expected: tuple[bool, str]) -> None:
    assert verify_signature(secret, header, BODY, use_hmac=use_hmac) == expected
