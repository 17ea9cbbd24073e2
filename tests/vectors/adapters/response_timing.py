"""Response timing: events of a thread, and the edges of the buckets."""

from datetime import datetime
from typing import Any

from inbox.enums import MessageSource
from inbox.rules.response_timing import (
    ResponseEvent,
    TimedDraft,
    TimedMessage,
    delay_bucket,
    drift_bucket,
    response_bucket,
    response_events,
)

SHOWN = ("inbound", "channel", "setter_ms", "setter", "ai_ms", "first_responder", "bucket", "delay_bucket")


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if "response_ms" in case_input:
        return {"bucket": response_bucket(case_input["response_ms"])}
    if "chosen_delay_s" in case_input:
        return {"bucket": delay_bucket(case_input["chosen_delay_s"])}
    if "drift_ms" in case_input:
        return {"bucket": drift_bucket(case_input["drift_ms"])}
    events = response_events(map(_message, case_input["messages"]), map(_draft, case_input["drafts"]))
    return {"events": [_shown(event) for event in events]}


def _message(given: dict[str, Any]) -> TimedMessage:
    return TimedMessage(
        id=given["id"],
        at=datetime.fromisoformat(given["at"]),
        channel=given["channel"],
        inbound=given["direction"] == "inbound",
        is_campaign=given.get("source") == MessageSource.CAMPAIGN,
        sent_by=given.get("sent_by"),
        user=given.get("user"),
        draft=given.get("draft"),
    )


def _draft(given: dict[str, Any]) -> TimedDraft:
    scheduled = given.get("scheduled_at")
    return TimedDraft(
        id=given["id"],
        trigger=given["trigger"],
        chosen_delay_s=given.get("chosen_delay_s"),
        scheduled_at=datetime.fromisoformat(scheduled) if scheduled else None,
    )


def _shown(event: ResponseEvent) -> dict[str, Any]:
    return {**{name: getattr(event, name) for name in SHOWN}, "drift_bucket": event.drift_bucket}
