"""calendly_webhook: signatures of calls. Routing a booking to its lead belongs to the booking app."""

from typing import Any

from integrations.calendly import verify_signature


def applies(case: dict[str, Any]) -> bool:
    return bool(case["input"]["kind"] == "signature")


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    ok, reason = verify_signature(
        case_input["signing_key"], case_input["header"], case_input["body"].encode(), case_input["now"]
    )
    return {"ok": ok, "reason": reason}
