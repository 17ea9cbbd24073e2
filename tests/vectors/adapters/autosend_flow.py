"""The rules of auto-send, and its scenarios (see autosend_scenarios.py)."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from inbox.rules.autosend.checks import legacy_precheck, precheck
from inbox.rules.autosend.deciding import decide, interpret_evaluation
from inbox.rules.autosend.modes import determine_mode
from inbox.rules.autosend.revalidation import State, revalidate
from inbox.rules.autosend.timing import compute_run_at, delay_seconds, schedule_check
from inbox.rules.autosend.verdicts import Evaluation
from tests.support.autosend_scenarios import play

MODE_KEYS = (
    "env",
    "workspace_active",
    "auto_send_enabled",
    "channel",
    "campaign_response_mode",
    "has_campaign",
    "auto_reply_enabled",
)
DRAFT_NAMES = ("draft", "content", "draft_content", "draft_text", "text")


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    arguments = {name: value for name, value in case_input.items() if name != "call"}
    return CALLS[case_input["call"]](arguments)


def _decide(arguments: dict[str, Any]) -> dict[str, Any]:
    said = arguments.pop("evaluation")
    evaluation = Evaluation(
        confidence=said.get("confidence", 0.0),
        safe_to_send=said.get("safe_to_send", False),
        requires_human_review=said.get("requires_human_review", not said.get("safe_to_send", False)),
        hard_block=said.get("hard_block_code") or "",
    )
    return asdict(decide(evaluation, **{name: value for name, value in arguments.items() if value is not None}))


def _run_at(arguments: dict[str, Any]) -> dict[str, Any]:
    run_at = compute_run_at(
        arguments["trigger_message_id"],
        _time(arguments["inbound_sent_at"]),
        arguments["min_seconds"],
        arguments["max_seconds"],
        _time(arguments["now"]),
    )
    return {"run_at": _iso(run_at)}


def _schedule(arguments: dict[str, Any]) -> dict[str, Any]:
    check = schedule_check(**{**arguments, "now": _time(arguments["now"])})
    return {**asdict(check), "next_window_start": _iso(check.next_window_start)}


def _precheck(arguments: dict[str, Any]) -> dict[str, Any]:
    text = next((arguments.pop(name) for name in DRAFT_NAMES if name in arguments), "Happy to help.")
    return asdict(precheck(draft=text or "", **arguments))


def _revalidate(arguments: dict[str, Any]) -> dict[str, Any]:
    hours = arguments["evaluated_hours_ago"]
    opened = arguments["next_window_start"]
    state = State(
        draft_status=arguments["draft_status"],
        same_lead=arguments["same_lead"],
        trigger_exists=arguments["trigger_exists"],
        scheduled_mode=arguments["scheduled_mode"],
        mode=determine_mode(**{name: arguments[name] for name in MODE_KEYS if name in arguments}),
        lead_stopped=arguments["lead_opted_out"] or arguments["lead_status"] == "blacklisted",
        newer_inbound=arguments["newer_inbound"],
        outbound_after_trigger=arguments["outbound_after_trigger"],
        appointment_since=arguments["appointment_since"],
        version_matches=arguments["draft_version_matches"],
        evaluated_ago=None if hours is None else timedelta(hours=hours),
        offers_open=arguments["offered_slots_still_open"],
        within_schedule=arguments["within_schedule"],
        next_window_start=_time(opened) if opened else None,
        rate_limited=arguments.get("lead_rate_limited", False),
        paused=arguments.get("lead_paused", False),
    )
    found = revalidate(state)
    return {**asdict(found), "run_at": _iso(found.run_at)}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at is not None else None


CALLS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "interpret_evaluation": lambda values: asdict(interpret_evaluation(values["output"])),
    "decide": _decide,
    "delay_seconds": lambda values: {
        "seconds": delay_seconds(values["trigger_message_id"], values["min_seconds"], values["max_seconds"])
    },
    "compute_run_at": _run_at,
    "schedule_check": _schedule,
    "precheck": _precheck,
    "legacy_precheck": lambda values: asdict(legacy_precheck(**values)),
    "revalidate": _revalidate,
    "scenario": lambda values: play(values["given"], values["when"]),
}
