"""The outbox: rolled back with its transaction, each mail at most once."""

import smtplib
import threading
import time
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import connections, transaction
from django.utils import timezone

from notifications.contracts import Delivery, Parcel
from notifications.enums import Carrier, SendStatus
from notifications.models import NotificationSendLog
from notifications.services import transport
from notifications.services.carrying import Way
from notifications.services.outbox import begin, claim_due, deliver_outbox, enqueue_mail, requeue, settle_abandoned
from notifications.services.transport import send_mail
from tests.factories import WorkspaceFactory
from zrg.jobs.contracts import RunContext
from zrg.workspaces.context import platform
from zrg.workspaces.mail import INVITATION_MAIL, send_platform_mail


@pytest.fixture(autouse=True)
def _outbox_backend(settings):
    settings.EMAIL_BACKEND = "notifications.mail.OutboxBackend"


def run_context() -> RunContext:
    return RunContext(job="outbox", deadline=time.monotonic() + 30, correlation_id="test")


def deliver(*outcomes: str) -> list[tuple[str, str, str]]:
    """Deliver once with the given outcomes; returns what was handed over."""
    sent: list[tuple[str, str, str]] = []

    def hand_over(parcel: Parcel) -> Delivery:
        sent.append((parcel.target, parcel.subject, parcel.text))
        outcome = outcomes[min(len(sent), len(outcomes)) - 1]
        return Delivery(outcome=outcome, reason="" if outcome == "sent" else "reason")

    deliver_outbox(run_context(), find=lambda parcel: Way(carrier=Carrier.SMTP, hand_over=hand_over))
    return sent


@pytest.mark.django_db
def test_mail_becomes_a_row_per_recipient():
    EmailMessage(subject="Hello", body="Text", to=["A@x.example", "b@x.example"]).send()

    rows = NotificationSendLog.objects.order_by("target")
    assert [(row.target, row.kind, row.status) for row in rows] == [
        ("a@x.example", "account", "pending"),
        ("b@x.example", "account", "pending"),
    ]


@pytest.mark.django_db
def test_links_are_stored_encrypted_and_erased_when_sent():
    send_platform_mail(to="a@x.example", subject="Join", text="/invite/secret-token", kind=INVITATION_MAIL)
    assert "secret-token" not in str(NotificationSendLog.objects.get().payload)

    assert deliver("sent") == [("a@x.example", "Join", "/invite/secret-token")]

    row = NotificationSendLog.objects.get()
    assert (row.status, row.payload) == (SendStatus.SENT, {"subject": "Join"})
    assert row.sent_at is not None


@pytest.mark.django_db
def test_subject_cannot_inject_headers():
    enqueue_mail(kind="account", target="a@x.example", subject="Hi\r\nBcc: x@y.example", text="t")

    assert NotificationSendLog.objects.get().payload["subject"] == "Hi Bcc: x@y.example"


@pytest.mark.django_db
def test_same_key_is_stored_once():
    for _ in range(2):
        enqueue_mail(kind="account", target="a@x.example", subject="s", text="t", dedupe_key="k")

    assert NotificationSendLog.objects.count() == 1


@pytest.mark.django_db
def test_sent_is_never_sent_again():
    enqueue_mail(kind="account", target="a@x.example", subject="s", text="t")

    assert len(deliver("sent")) == 1
    assert deliver("sent") == []


@pytest.mark.django_db
def test_surely_undelivered_is_retried_later_and_ends_failed():
    enqueue_mail(kind="account", target="a@x.example", subject="s", text="t")
    waits = []
    for _ in range(6):
        NotificationSendLog.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
        deliver("retry")
        row = NotificationSendLog.objects.get()
        waits.append((row.next_attempt_at - timezone.now()).total_seconds())

    assert (row.status, row.attempts, row.reason) == (SendStatus.FAILED, 6, "reason")
    assert 20 < waits[0] < 40
    assert 5000 < waits[4] < 9000


@pytest.mark.django_db
def test_unknown_outcome_is_never_retried():
    enqueue_mail(kind="account", target="a@x.example", subject="s", text="t")

    deliver("unknown")

    assert NotificationSendLog.objects.get().status == SendStatus.UNKNOWN
    assert deliver("sent") == []


@pytest.mark.django_db
def test_row_of_a_dead_sender_becomes_unknown():
    enqueue_mail(kind="account", target="a@x.example", subject="s", text="t")
    (row,) = claim_due()
    assert begin(row, Way(carrier=Carrier.SMTP, hand_over=lambda parcel: Delivery(outcome="sent")))
    NotificationSendLog.objects.update(locked_at=timezone.now() - timedelta(minutes=6))

    assert settle_abandoned() == 1
    assert deliver("sent") == []
    row.refresh_from_db()
    assert (row.status, row.reason) == (SendStatus.UNKNOWN, "sender_died")


@pytest.mark.django_db
def test_row_whose_sender_died_before_calling_is_sent():
    enqueue_mail(kind="account", target="a@x.example", subject="s", text="t")
    claim_due()
    NotificationSendLog.objects.update(locked_at=timezone.now() - timedelta(minutes=6))

    assert settle_abandoned() == 1
    assert len(deliver("sent")) == 1


@pytest.mark.django_db
def test_failed_row_is_requeued_by_hand_unknown_is_not():
    enqueue_mail(kind="account", target="a@x.example", subject="s", text="t")
    deliver("failed")
    row = NotificationSendLog.objects.get()

    assert requeue(row)
    deliver("unknown")
    row.refresh_from_db()
    assert not requeue(row)


@pytest.mark.integration
def test_rollback_sends_nothing(committed_db):
    with platform():
        enqueue_mail(kind="account", target="a@x.example", subject="s", text="t")
        transaction.set_rollback(True)

    with platform():
        assert NotificationSendLog.objects.count() == 0


@pytest.mark.integration
def test_hard_10_once_per_recipient_two_senders_share_the_rows(committed_db):
    with platform():
        workspace = WorkspaceFactory()
        for number in range(40):
            enqueue_mail(
                kind="platform_alert",
                target=f"p{number}@x.example",
                subject="s",
                text="t",
                workspace_id=workspace.pk,
            )
    sent: list[str] = []

    def hand_over(parcel: Parcel) -> Delivery:
        sent.append(parcel.target)
        return Delivery(outcome="sent")

    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        deliver_outbox(run_context(), find=lambda parcel: Way(carrier=Carrier.SMTP, hand_over=hand_over))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(sent) == len(set(sent)) == 40


@pytest.mark.unit
@pytest.mark.parametrize(
    ("opening", "sending", "outcome"),
    [
        (None, None, "sent"),
        (ConnectionRefusedError(), None, "retry"),
        (smtplib.SMTPAuthenticationError(535, b"no"), None, "retry"),
        (None, smtplib.SMTPRecipientsRefused({"a@x.example": (550, b"unknown")}), "failed"),
        (None, smtplib.SMTPDataError(451, b"later"), "retry"),
        (None, smtplib.SMTPServerDisconnected("gone"), "unknown"),
        (None, TimeoutError(), "unknown"),
    ],
)
def test_outcome_of_an_attempt(monkeypatch, settings, opening, sending, outcome):
    settings.MAIL_CONFIGURED = True

    class Connection:
        def open(self) -> None:
            if opening:
                raise opening

        def send_messages(self, messages: list[EmailMessage]) -> None:
            if sending:
                raise sending

        def close(self) -> None:
            return None

    monkeypatch.setattr(transport, "transport", Connection)

    assert send_mail(["a@x.example"], "s", "t").outcome == outcome


@pytest.mark.unit
def test_without_transport_a_mail_fails_at_once(settings):
    settings.MAIL_CONFIGURED = False

    assert send_mail(["a@x.example"], "s", "t") == Delivery(outcome="failed", reason="not_configured")
