"""resolve_phone with the named hints."""

import dataclasses

from zrg.lib.phone import resolve_phone


def run(case_input: dict, document: dict) -> dict:
    return dataclasses.asdict(resolve_phone(**case_input))
