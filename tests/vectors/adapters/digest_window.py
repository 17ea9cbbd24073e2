"""When a digest is due, what it covers, what it holds and how its lines are split."""

from datetime import date, datetime
from typing import Any

from notifications.rules.digest import chunk_lines, decide_digest, digest_content, digest_period
from notifications.rules.sentiment import normalize_rules


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if "lines" in case_input:
        parts = chunk_lines(case_input["lines"], case_input["limit"])
        return {"parts": len(parts), "lines_per_part": [len(part) for part in parts]}
    if "events" in case_input:
        events = [(event["tag"], event["lead"]) for event in case_input["events"]]
        status, tags = digest_content(events, normalize_rules(case_input["rules"]), case_input["destination"])
        return {"tags": tags, "status": status}
    if "previous_period_to" in case_input:
        before = case_input["previous_period_to"]
        since, until = digest_period(_instant(before) if before else None, _instant(case_input["now"]))
        return {"from_exclusive": _wire(since), "to_inclusive": _wire(until)}
    return _due(case_input)


def _due(given: dict[str, Any]) -> dict[str, Any]:
    ticks = given.get("finished_digest_ticks")
    found = decide_digest(
        _instant(given["now"]),
        zone=given["timezone"],
        digest_time=given["digest_time"],
        enabled=given["email_digest"],
        done=[date.fromisoformat(_day(one)) for one in given["digest_runs"]],
        finished=[_instant(one) for one in ticks] if ticks is not None else None,
    )
    return {"due_day": found.day.isoformat() if found.day else None, "reason": found.reason}


def _day(run: Any) -> str:
    return run if isinstance(run, str) else next(str(run[name]) for name in ("local_day", "day") if name in run)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _wire(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
