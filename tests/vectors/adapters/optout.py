"""Withdrawn consent: the product's reading of one inbound text."""

from typing import Any

from inbox.rules.safety import is_opt_out


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    return {"opt_out": is_opt_out(**case_input)}
