"""When an unattended answer leaves (06 R8, R9)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from zrg.workspaces.enums import AutoSendScheduleMode
from zrg.workspaces.hours import Window, build_window, is_open, local_date, next_start, resolve_zone, valid_zone
from zrg.workspaces.send_schedule import SendSchedule, stored_send_schedule

LATE_BY = timedelta(seconds=30)
"""How soon an answer leaves whose time is already past."""
LOOK_AHEAD_DAYS = 90
# Days before today whose windows may still be open, as the hours module looks at them.
_LOOK_BACK = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleCheck:
    """Whether sending is open now; `next_window_start` (UTC) is None when it is, and when it never is again."""

    within: bool
    reason: str
    next_window_start: datetime | None = None


def delay_seconds(trigger_message_id: UUID | str, minimum: int, maximum: int) -> int:
    """Seconds from the reply to its answer: stable for a message, spread evenly over the closed range."""
    low = max(0, minimum)
    span = max(0, maximum - low) + 1
    digest = hashlib.sha256(f"auto-send-delay:{trigger_message_id}".encode()).digest()
    return low + int.from_bytes(digest[:8], "big") % span


def compute_run_at(
    trigger_message_id: UUID | str, inbound_sent_at: datetime, minimum: int, maximum: int, now: datetime
) -> datetime:
    """When the answer is due, before windows are looked at; never in the past."""
    if minimum <= 0 and maximum <= 0:
        return now
    due = inbound_sent_at + timedelta(seconds=delay_seconds(trigger_message_id, minimum, maximum))
    return due if due >= now else now + LATE_BY


def schedule_check(
    *,
    now: datetime,
    workspace_mode: str | None = None,
    campaign_mode: str | None = None,
    workspace_custom: Any = None,
    campaign_custom: Any = None,
    lead_timezone: str | None = None,
    workspace_timezone: str | None = None,
    work_start: str | None = None,
    work_end: str | None = None,
) -> ScheduleCheck:
    """Whether an unattended message may leave at `now`, and when it may next.

    The campaign's mode and schedule go before the workspace's. CUSTOM without a usable schedule means business
    hours, never any time.
    """
    mode = campaign_mode or workspace_mode or AutoSendScheduleMode.ALWAYS
    if mode == AutoSendScheduleMode.ALWAYS:
        return ScheduleCheck(within=True, reason="always")
    stored = campaign_custom or workspace_custom
    custom = stored_send_schedule(stored) if mode == AutoSendScheduleMode.CUSTOM else None
    zone = _zone(custom, lead_timezone, workspace_timezone)
    today = local_date(now, zone)
    if custom is None:
        return _check(build_window(work_start, work_end, zone=zone), now)
    last = today + timedelta(days=LOOK_AHEAD_DAYS)
    return _check(custom.window(zone, today - _LOOK_BACK, last), now)


def _check(window: Window, now: datetime) -> ScheduleCheck:
    if is_open(window, now):
        return ScheduleCheck(within=True, reason="within_window")
    return ScheduleCheck(
        within=False, reason=_closed_reason(window, now), next_window_start=next_start(window, now, LOOK_AHEAD_DAYS)
    )


def _closed_reason(window: Window, now: datetime) -> str:
    every_date = Window(weekdays=window.weekdays, start=window.start, end=window.end, zone=window.zone)
    if is_open(every_date, now):
        return "blackout_date"
    return "outside_window" if local_date(now, window.zone).weekday() in window.weekdays else "day_not_active"


def _zone(custom: SendSchedule | None, lead_timezone: str | None, workspace_timezone: str | None) -> ZoneInfo:
    if custom is not None and custom.zone is not None:
        return custom.zone
    return valid_zone(lead_timezone) or resolve_zone(workspace_timezone)
