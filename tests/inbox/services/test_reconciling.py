"""An unconfirmed message is looked for at 2 min, 10 min, 1 h and 6 h, and never sent again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Message
from inbox.services import reconciling, settling
from tests.factories.inbox import MessageFactory
from tests.inbox.services.conftest import send_to
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db
REPLY_PATH = "/api/replies/*/reply"


def send_unknown(thread, simulator) -> Message:
    """The provider drops the connection and did not perform the call."""
    simulator.script("emailbison", REPLY_PATH, method="POST", close="before")
    send_to(thread.lead, body="Hi")
    message = Message.objects.outbound().get(source="zrg")
    if message.delivery_status != "unknown":
        Message.objects.filter(pk=message.pk).update(delivery_status="sending")
        message.refresh_from_db()
        settling.mark_unknown(message, "timeout", "no answer")
    return message


@pytest.fixture
def asked(monkeypatch):
    """Messages a person was asked about, by the number of looks before."""
    found = []
    monkeypatch.setattr(reconciling, "ask_person_about", lambda message: found.append(message.pk))
    return found


def test_looks_four_times_at_growing_distances_and_asks_a_person_after_the_second(thread, simulator, asked):
    message = send_unknown(thread, simulator)
    start = timezone.now()
    waits = []

    for _ in range(4):
        job = BackgroundJob.objects.get(type="RECONCILE_SEND")
        waits.append(round((job.run_at - timezone.now()).total_seconds() / 60))
        drain(until=job.run_at + timedelta(seconds=1))

    job = BackgroundJob.objects.get(type="RECONCILE_SEND")
    message.refresh_from_db()
    assert waits == [2, 8, 50, 300]
    assert asked == [message.pk]
    assert (job.status, message.delivery_status) == ("SUCCEEDED", "unknown")
    assert timezone.now() - start < timedelta(minutes=2)


def test_a_second_unknown_of_the_same_message_is_looked_for_again(thread, simulator, setter):
    message = send_unknown(thread, simulator)
    drain(until=timezone.now() + timedelta(hours=7))
    settling.resolve_unknown(message.pk, was_sent=False, by=setter, reason="Looked into the mailbox")

    send_unknown(thread, simulator)

    assert BackgroundJob.objects.filter(type="RECONCILE_SEND", status="PENDING").count() == 1


def test_a_mail_that_is_another_message_of_ours_proves_nothing(thread, simulator):
    """Same subject, same recipient, a minute earlier: it is the message we know, not the lost one."""
    send_to(thread.lead, body="First", send_key="manual:0:part:0")
    lost = MessageFactory(
        lead=thread.lead,
        outbound=True,
        delivery_status="unknown",
        send_key="manual:9:part:0",
        subject="Re: quick idea",
        body="Second",
        sent_at=timezone.now(),
    )

    with pytest.raises(reconciling.Reschedule):
        reconciling.reconcile_send(thread.workspace_id, lost.pk, look=1)

    lost.refresh_from_db()
    assert lost.delivery_status == "unknown"


def test_hard_03_unknown_found_in_history_is_sent_and_never_resent(thread, simulator):
    """The provider performed the call and dropped the line: the first look finds the mail."""
    simulator.script("emailbison", REPLY_PATH, method="POST", close="after")
    send_to(thread.lead, body="Hi Dana")
    message = Message.objects.get(send_key="manual:1:part:0")
    unconfirmed = message.delivery_status

    drain(until=timezone.now() + timedelta(minutes=3))

    message.refresh_from_db()
    assert (unconfirmed, message.delivery_status) == ("unknown", "sent")
    assert message.email_bison_reply_id is not None
    assert Message.objects.outbound().filter(body="Hi Dana").count() == 1
    assert len(simulator.sent_replies()) == 1


def test_provider_that_is_down_is_a_miss_and_a_person_is_asked(thread, simulator, asked):
    message = send_unknown(thread, simulator)
    simulator.script("emailbison", "/api/leads/*", times=50, status=503)

    drain(until=timezone.now() + timedelta(minutes=11))

    message.refresh_from_db()
    assert (message.delivery_status, asked) == ("unknown", [message.pk])
    assert len(simulator.sent_replies()) == 1
