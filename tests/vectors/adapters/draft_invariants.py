"""What a draft text states without a source."""

from typing import Any

from inbox.rules.invariants import draft_invariants


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    return {"codes": draft_invariants(**case_input)}
