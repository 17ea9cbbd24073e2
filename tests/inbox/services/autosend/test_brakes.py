"""Two machines that answer each other stop."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.services.autosend.brakes import is_paused, is_rate_limited
from tests.factories.inbox import MessageFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def ours(world, minutes, *, by="ai", **values):
    MessageFactory(
        lead=world.lead,
        outbound=True,
        origin=by,
        sent_by="ai" if by == "ai" else "setter",
        sent_at=timezone.now() - timedelta(minutes=minutes),
        **values,
    )


def theirs(world, minutes, body, **values):
    MessageFactory(lead=world.lead, body=body, sent_at=timezone.now() - timedelta(minutes=minutes), **values)


def test_a_lead_nobody_wrote_to_is_free(world):
    assert is_rate_limited(world.lead, timezone.now()) is False


def test_three_within_a_day_are_enough(world, settings):
    for minutes in (300, 200, 100):
        ours(world, minutes)
        theirs(world, minutes - 10, "What does it cost for ten seats?")

    assert is_rate_limited(world.lead, timezone.now()) is True
    settings.AUTO_SEND_MAX_PER_LEAD_24H = 4
    assert is_rate_limited(world.lead, timezone.now()) is False


@pytest.mark.parametrize(
    ("body", "values", "limited"),
    [
        ("Thank you for your message. This mailbox is not monitored.", {"safety_kind": "automated_reply"}, True),
        ("Thanks!", {}, True),
        ("Could you send me the price for ten seats?", {}, False),
    ],
)
def test_three_in_a_row_without_a_word_that_engages(world, body, values, limited):
    world.reply.delete()
    for day in (5, 4, 3):
        ours(world, day * 1440)
        theirs(world, day * 1440 - 10, body, **values)

    assert is_rate_limited(world.lead, timezone.now()) is limited


def test_a_person_of_ours_ends_the_row(world):
    world.reply.delete()
    for day in (5, 4, 3):
        ours(world, day * 1440)
    ours(world, 2 * 1440, by="setter")

    assert is_rate_limited(world.lead, timezone.now()) is False


def test_what_never_left_does_not_count(world):
    for minutes in (30, 20, 10):
        ours(world, minutes, delivery_status="failed")

    assert is_rate_limited(world.lead, timezone.now()) is False


def test_a_snoozed_conversation_rests(world):
    assert is_paused(world.lead, "email", NOW) is False
    world.lead.snoozed_until = NOW + timedelta(hours=1)
    assert is_paused(world.lead, "email", NOW) is True
    world.lead.snoozed_until, world.lead.snooze_until_reply = None, True
    assert is_paused(world.lead, "email", NOW) is True
