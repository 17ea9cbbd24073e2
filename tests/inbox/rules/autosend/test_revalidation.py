from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inbox.rules.autosend.modes import Mode
from inbox.rules.autosend.revalidation import Revalidation, State, revalidate

pytestmark = pytest.mark.unit

OPENS = datetime(2026, 3, 10, 13, tzinfo=UTC)
FINE = State(
    draft_status="pending",
    same_lead=True,
    trigger_exists=True,
    scheduled_mode="AI_AUTO_SEND",
    mode=Mode(mode="AI_AUTO_SEND", reason="campaign_ai_auto_send"),
    lead_stopped=False,
    newer_inbound=False,
    outbound_after_trigger=False,
    appointment_since=False,
    version_matches=True,
    evaluated_ago=timedelta(minutes=6),
    offers_open=True,
    within_schedule=True,
    next_window_start=None,
)
ROWS = [
    ({"draft_status": None}, "cancel", "draft_not_found", None),
    ({"draft_status": "superseded"}, "cancel", "draft_status_superseded", "superseded"),
    ({"same_lead": False}, "cancel", "draft_lead_mismatch", "pending"),
    ({"trigger_exists": False}, "cancel", "trigger_message_not_found", "pending"),
    (
        {"mode": Mode(mode="DISABLED", reason="workspace_auto_send_off")},
        "cancel",
        "workspace_auto_send_off",
        "pending",
    ),
    ({"scheduled_mode": "LEGACY_AUTO_REPLY"}, "cancel", "mode_changed", "pending"),
    ({"lead_stopped": True}, "cancel", "lead_opted_out", "rejected"),
    ({"newer_inbound": True}, "cancel", "newer_inbound_exists", "pending"),
    ({"outbound_after_trigger": True}, "cancel", "outbound_after_trigger", "pending"),
    ({"appointment_since": True}, "cancel", "appointment_booked_since", "pending"),
    ({"rate_limited": True}, "needs_review", "lead_rate_limited", "pending"),
    ({"paused": True}, "needs_review", "lead_paused", "pending"),
    ({"version_matches": False}, "needs_review", "draft_content_changed", "pending"),
    ({"evaluated_ago": timedelta(hours=168, seconds=1)}, "needs_review", "evaluation_expired", "pending"),
    ({"offers_open": False}, "needs_review", "offered_slot_expired", "pending"),
    ({"within_schedule": False, "next_window_start": OPENS}, "reschedule", "outside_schedule", "pending"),
]


@pytest.mark.parametrize(("change", "action", "reason", "status"), ROWS)
def test_each_row(change, action, reason, status):
    found = revalidate(replace(FINE, **change))

    assert (found.action, found.reason, found.draft_status) == (action, reason, status)


@pytest.mark.parametrize("index", range(len(ROWS)))
def test_the_first_row_that_holds_decides(index):
    everything_after = {}
    for change, *_ in reversed(ROWS[index:]):
        everything_after |= change

    found = revalidate(replace(FINE, **everything_after))

    assert found.reason == ROWS[index][2]


def test_nothing_found_sends():
    assert revalidate(FINE) == Revalidation(action="send", reason=None, draft_status="approved")


def test_a_week_exactly_still_holds():
    assert revalidate(replace(FINE, evaluated_ago=timedelta(hours=168))).action == "send"


def test_hard_06_no_send_without_decision():
    found = revalidate(replace(FINE, evaluated_ago=None))

    assert (found.action, found.reason) == ("needs_review", "evaluation_expired")


def test_a_window_that_never_opens_goes_to_a_person():
    found = revalidate(replace(FINE, within_schedule=False))

    assert (found.action, found.reason) == ("needs_review", "no_send_window")
