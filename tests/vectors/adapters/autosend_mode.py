"""Who decides about a lead's drafts."""

from dataclasses import asdict
from typing import Any

from inbox.rules.autosend.modes import determine_mode


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    return asdict(determine_mode(**case_input))
