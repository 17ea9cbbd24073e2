"""How free times are written; what cannot be read as a time is refused where slots are parsed."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from booking.rules.slot_labels import first_touch_sentence, format_label, format_long_label

FORMATS = {"label": format_label, "long": format_long_label}


def applies(case: dict[str, Any]) -> bool:
    return "error" not in case["expect"]


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if case_input["kind"] == "sentence":
        return {"sentence": first_touch_sentence(case_input["labels"], case_input.get("template"))}
    slot = datetime.fromisoformat(case_input["slot_utc"])
    return {"label": FORMATS[case_input["kind"]](slot, ZoneInfo(case_input["time_zone"]))}
