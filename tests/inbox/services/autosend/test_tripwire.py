"""Auto-send of a workspace switches itself off, and a person switches it on again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from booking.registry import NoCalendar, register_calendar
from inbox.models import DraftEvent, Message
from inbox.services.autosend.tripwire import check_tripwire
from leads.models import Lead
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.leads import LeadFactory
from tests.integrations.support import announced
from zrg.jobs.contracts import Notice
from zrg.lib.errors import BadInput
from zrg.workspaces.models import AdminAuditEvent, WorkspaceSettings
from zrg.workspaces.services.settings import change_settings

pytestmark = pytest.mark.django_db


def sends(world, number: int = 1, **values) -> list[Message]:
    """Messages of the machine, an hour ago, each to a lead of its own."""
    hour_ago = timezone.now() - timedelta(hours=1)
    return [
        MessageFactory(
            lead=LeadFactory(workspace=world.workspace),
            direction="outbound",
            origin="ai",
            sent_by="ai",
            sent_at=hour_ago,
            **{"delivery_status": "sent", **values},
        )
        for _ in range(number)
    ]


def withdraw(messages: list[Message], reason: str) -> None:
    for message in messages:
        Lead.objects.filter(pk=message.lead_id).update(
            opted_out_at=timezone.now(), status="blacklisted", blacklist_reason=reason
        )


def row(world) -> WorkspaceSettings:
    return WorkspaceSettings.objects.get(workspace=world.workspace)


def test_a_quiet_workspace_goes_on(world):
    withdraw(sends(world, 2), "complaint")
    sends(world, 2, delivery_status="unknown")

    with announced(Notice) as heard:
        assert check_tripwire(world.workspace.pk) == ""

    assert (row(world).auto_send_enabled, heard) == (True, [])


@pytest.mark.parametrize(
    ("number", "status", "reason", "code"),
    [
        (3, "sent", "complaint", "complaints"),
        (20, "sent", "opt_out", "opt_outs"),
        (3, "unknown", "", "unknown_deliveries"),
    ],
)
def test_hard_06_tripwire_switches_off_with_audit_and_alerts(world, number, status, reason, code):
    messages = sends(world, number, delivery_status=status)
    if reason:
        withdraw(messages[:3], reason)

    with announced(Notice) as heard:
        assert check_tripwire(world.workspace.pk) == code
        assert check_tripwire(world.workspace.pk) == ""

    found = row(world)
    event = AdminAuditEvent.objects.get()
    assert found.auto_send_enabled is False
    assert found.auto_send_tripped_at is not None
    assert (event.action, event.actor, event.reason) == ("settings.changed", None, code)
    assert (event.before["auto_send_enabled"], event.after["auto_send_enabled"]) == (True, False)
    kinds = [(notice.workspace_id, notice.kind) for notice in heard]
    assert kinds == [(world.workspace.pk, "autosend_tripped"), (None, "platform_alert")]


def test_what_was_sent_is_read_once_and_a_broken_text_trips(world):
    world.decide()
    world.pass_time()
    assert check_tripwire(world.workspace.pk) == ""
    fine = DraftEvent.objects.get(reason="post_send_audit")
    broken = DraftFactory(
        lead=LeadFactory(workspace=world.workspace), status="approved", content="Hi [Name], it costs $999."
    )
    reply = MessageFactory(lead=broken.lead, sent_at=timezone.now() - timedelta(hours=2))
    type(broken).objects.filter(pk=broken.pk).update(trigger_message=reply)
    MessageFactory(
        lead=broken.lead,
        draft=broken,
        draft_part_index=0,
        direction="outbound",
        origin="ai",
        sent_by="ai",
        delivery_status="sent",
        sent_at=timezone.now(),
    )

    assert check_tripwire(world.workspace.pk) == "invariant_sent"

    again = DraftEvent.objects.filter(reason="post_send_audit").exclude(pk=fine.pk).get()
    assert (fine.detail["codes"], fine.detail["broken"]) == ([], False)
    assert (again.draft, again.detail["codes"]) == (broken, ["placeholder", "price_unsupported"])
    assert row(world).auto_send_enabled is False


def test_five_failures_of_the_evaluator_in_a_row_trip(world):
    def judged(code: str, minutes: int) -> None:
        DraftFactory(
            lead=LeadFactory(workspace=world.workspace),
            auto_send_mode="AI_AUTO_SEND",
            auto_send_evaluated_at=timezone.now() - timedelta(minutes=minutes),
            auto_send_reason_code=code,
            auto_send_action="needs_review",
        )

    judged("below_threshold", 9)
    for minutes in range(4):
        judged("evaluation_error", minutes)
    assert check_tripwire(world.workspace.pk) == ""
    judged("evaluation_error", 8)

    assert check_tripwire(world.workspace.pk) == "evaluator_failing"


def test_a_planned_send_ends_with_the_trip(world):
    world.decide()
    sends(world, 3, delivery_status="unknown")
    check_tripwire(world.workspace.pk)

    world.pass_time()

    assert world.outcome == ("pending", "canceled", "workspace_auto_send_off")
    assert world.sent == []


def test_only_a_person_with_a_reason_switches_it_on_again_and_what_was_weighed_does_not_trip_twice(world):
    sends(world, 3, delivery_status="unknown")
    check_tripwire(world.workspace.pk)
    on = {"auto_send_enabled": True}

    with pytest.raises(BadInput):
        change_settings(row(world), on, by=world.person, version=None, access=None)
    change_settings(row(world), on, by=world.person, version=None, access=None, reason="Resolved with the provider")

    assert check_tripwire(world.workspace.pk) == ""
    assert (row(world).auto_send_enabled, row(world).auto_send_tripped_at) == (True, None)
    sends(world, 3, delivery_status="unknown")
    Message.objects.update(sent_at=timezone.now())
    assert check_tripwire(world.workspace.pk) == "unknown_deliveries"


class BrokenCalendar(NoCalendar):
    """Raises what no calendar should."""

    def availability(self, workspace_id, lead_id, *, wanted, count, seconds):
        raise RuntimeError("calendar")


def test_a_text_that_cannot_be_read_again_hides_no_other_sign(world):
    reply = MessageFactory(lead=world.lead, sent_at=timezone.now() - timedelta(hours=2))
    draft = DraftFactory(
        lead=LeadFactory(workspace=world.workspace), status="approved", content="See https://x.example"
    )
    type(draft).objects.filter(pk=draft.pk).update(trigger_message=reply)
    sends(world, 3, delivery_status="unknown")
    Message.objects.filter(pk=sends(world)[0].pk).update(draft=draft)
    register_calendar(BrokenCalendar())
    try:
        assert check_tripwire(world.workspace.pk) == "unknown_deliveries"
    finally:
        register_calendar(NoCalendar())

    assert row(world).auto_send_enabled is False
    assert not DraftEvent.objects.filter(reason="post_send_audit").exists()
