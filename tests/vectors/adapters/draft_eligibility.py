"""Whether a draft may be generated."""

from dataclasses import asdict
from typing import Any

from inbox.rules.eligibility import draft_eligibility


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    return asdict(draft_eligibility(**case_input))
