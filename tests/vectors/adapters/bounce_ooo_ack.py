"""The safety kind of one inbound message."""

from typing import Any

from inbox.rules.safety import classify_safety


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    return {"kind": classify_safety(**case_input)}
