import pytest

from leads.enums import BlacklistReason, LeadStatus
from leads.rules.statuses import blocks_every_channel, outranks, read_status

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("meeting-booked", LeadStatus.MEETING_BOOKED),
        ("Meeting Booked", LeadStatus.MEETING_BOOKED),
        (" needs_repair ", LeadStatus.NEEDS_REPAIR),
        ("blacklist", None),
        ("", None),
        (None, None),
    ],
)
def test_status_words_are_mapped(value, status):
    assert read_status(value) == status


@pytest.mark.parametrize("reason", BlacklistReason)
def test_only_email_reasons_leave_other_channels_open(reason):
    assert blocks_every_channel(reason) == (reason not in ("bounce", "dead_inbox", "email_invalid"))


def test_stop_of_every_channel_outranks_one_of_email_and_never_the_reverse():
    assert outranks("opt_out", "bounce")
    assert not outranks("bounce", "opt_out")
    assert not outranks("complaint", "opt_out")
    assert not outranks("dead_inbox", "bounce")
    assert outranks("bounce", None)
