"""Calendly's signatures: what is accepted, and the reason for what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.calendly import verify_signature
from integrations.calendly.signature import sign

pytestmark = pytest.mark.unit

KEY = "whsec_9f2c"
NOW = 1_767_100_000
BODY = b'{"event":"invitee.created","payload":{"email":"buyer@example.com"}}'
GOOD = sign(KEY, str(NOW), BODY)


@pytest.mark.parametrize(
    ("key", "given", "now", "reason"),
    [
        (KEY, f"t={NOW},v1={GOOD}", NOW, None),
        (f" {KEY}\n", f"t={NOW},v1={GOOD}", NOW, None),
        (KEY, f" t={NOW} , v1={GOOD} ", NOW, None),
        (KEY, f"v1={GOOD},t={NOW}", NOW, None),
        (KEY, f"t={NOW},v1={'0' * 64},v1={GOOD}", NOW, None),
        (KEY, f"t={NOW},v0=old,v1={GOOD}", NOW, None),
        (KEY, f"t={NOW},v1={GOOD}", NOW + 300, None),
        (KEY, f"t={NOW},v1={GOOD}", NOW - 300, None),
        (KEY, f"t={NOW},v1={GOOD}", NOW + 301, "timestamp_out_of_tolerance"),
        (KEY, f"t={NOW},v1={GOOD}", NOW - 301, "timestamp_out_of_tolerance"),
        (KEY, f"t={NOW},v1={GOOD.upper()}", NOW, "signature_mismatch"),
        (KEY, f"t={NOW},v1=é", NOW, "signature_mismatch"),
        (KEY, f"t={NOW},v1=\ud800", NOW, "signature_mismatch"),
        ("another", f"t={NOW},v1={GOOD}", NOW, "signature_mismatch"),
        (KEY, f"t={NOW + 1},v1={GOOD}", NOW, "signature_mismatch"),
        (KEY, None, NOW, "missing_signature"),
        (KEY, "  ", NOW, "missing_signature"),
        (KEY, GOOD, NOW, "malformed_signature"),
        (KEY, f"v1={GOOD}", NOW, "malformed_signature"),
        (KEY, f"t={NOW}", NOW, "malformed_signature"),
        (KEY, f"t={NOW},v1=", NOW, "malformed_signature"),
        (KEY, f"t=soon,v1={GOOD}", NOW, "malformed_signature"),
        (KEY, f"t=-{NOW},v1={GOOD}", NOW, "malformed_signature"),
        (KEY, f"t={NOW}.5,v1={GOOD}", NOW, "malformed_signature"),
        (KEY, f"t={'9' * 5000},v1={GOOD}", NOW, "malformed_signature"),
        (None, f"t={NOW},v1={GOOD}", NOW, "no_signing_key"),
        (" ", f"t={NOW},v1={GOOD}", NOW, "no_signing_key"),
    ],
)
def test_signature(key: str | None, given: str | None, now: int, reason: str | None) -> None:
    assert verify_signature(key, given, BODY, now) == (reason is None, reason)


@given(body=st.binary(max_size=200), position=st.integers(min_value=0, max_value=199))
def test_any_changed_byte_is_noticed(body: bytes, position: int) -> None:
    signed = f"t={NOW},v1={sign(KEY, str(NOW), body)}"
    changed = bytearray(body or b"x")
    changed[position % len(changed)] ^= 1

    assert verify_signature(KEY, signed, body, NOW) == (True, None)
    assert verify_signature(KEY, signed, bytes(changed), NOW) == (False, "signature_mismatch")
