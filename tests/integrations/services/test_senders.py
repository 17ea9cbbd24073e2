"""The mailboxes of a workspace."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Connection, EmailSender
from integrations.services.senders import choose_sender, mark_not_sendable, own_addresses, refresh_senders
from tests.factories import EmailSenderFactory, WorkspaceFactory
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob

JOB = "EMAIL_SENDERS_REFRESH"


def sendable(connection: Connection) -> dict[str, tuple[bool, str | None]]:
    rows = EmailSender.objects.in_workspace(connection.workspace_id)
    return {row.sender_email_id: (row.is_sendable, row.disabled_reason) for row in rows}


def test_listing_becomes_the_snapshot(northfork: Connection, simulator: RunningSimulator) -> None:
    EmailSenderFactory(workspace=northfork.workspace, sender_email_id="5")
    other = EmailSenderFactory(workspace=WorkspaceFactory(), sender_email_id="5")
    simulator.state.emailbison.senders[1]["status"] = "Not connected"

    assert refresh_senders(northfork.workspace_id).ok

    assert sendable(northfork) == {
        "5": (False, "missing_in_provider"),
        "67": (True, None),
        "68": (False, "not connected"),
    }
    other.refresh_from_db()
    assert other.is_sendable is True
    assert "priya@outbound.example" in own_addresses(northfork.workspace_id)


def test_failed_listing_changes_nothing(northfork: Connection, simulator: RunningSimulator) -> None:
    EmailSenderFactory(workspace=northfork.workspace, sender_email_id="5")
    simulator.script("emailbison", status=500)

    assert refresh_senders(northfork.workspace_id).code == "provider_5xx"

    assert sendable(northfork) == {"5": (True, None)}


def test_empty_first_page_of_a_broken_listing_is_no_listing(northfork: Connection, simulator: RunningSimulator) -> None:
    EmailSenderFactory(workspace=northfork.workspace, sender_email_id="5")
    simulator.script("emailbison", status=200, body={"message": "maintenance"})

    refresh_senders(northfork.workspace_id)

    assert sendable(northfork) == {"5": (True, None)}


@pytest.mark.parametrize(
    ("preferred", "chosen"),
    [([], "9"), (["68"], "68"), ([None, "68"], "68"), (["77", "67"], "67"), (["Priya@outbound.example"], "67")],
)
def test_choice_of_a_sender(northfork: Connection, preferred: list[str | None], chosen: str) -> None:
    EmailSenderFactory(workspace=northfork.workspace, sender_email_id="68")
    EmailSenderFactory(workspace=northfork.workspace, sender_email_id="67", email_address="priya@outbound.example")
    EmailSenderFactory(workspace=northfork.workspace, sender_email_id="9")
    EmailSenderFactory(workspace=northfork.workspace, sender_email_id="77", is_sendable=False)
    EmailSenderFactory(workspace=WorkspaceFactory(), sender_email_id="1")

    sender = choose_sender(northfork.workspace_id, preferred=preferred)

    assert sender is not None
    assert sender.sender_email_id == chosen


def test_no_sender_at_all(northfork: Connection) -> None:
    assert choose_sender(northfork.workspace_id, preferred=["67"]) is None


def test_refused_mailbox_waits_for_the_next_hour(northfork: Connection, simulator: RunningSimulator) -> None:
    refresh_senders(northfork.workspace_id)

    assert mark_not_sendable(northfork.workspace_id, "67", reason="sender_invalid") is True
    drain()

    assert sendable(northfork)["67"] == (False, "sender_invalid")
    assert BackgroundJob.objects.get(type=JOB).status == JobStatus.SUCCEEDED

    EmailSender.objects.update(fetched_at=timezone.now() - timedelta(minutes=61))
    refresh_senders(northfork.workspace_id)
    assert sendable(northfork)["67"] == (True, None)


def test_refresh_job_waits_for_a_rate_limit(northfork: Connection, simulator: RunningSimulator) -> None:
    simulator.script("emailbison", status=429, headers={"Retry-After": "120"}, times=9)

    mark_not_sendable(northfork.workspace_id, "67", reason="sender_invalid")
    drain()

    job = BackgroundJob.objects.get(type=JOB)
    assert (job.status, job.attempts, job.reschedules) == (JobStatus.PENDING, 0, 1)
    assert job.run_at > timezone.now() + timedelta(seconds=100)


def test_refresh_job_of_a_lost_connection_ends(northfork: Connection, simulator: RunningSimulator) -> None:
    mark_not_sendable(northfork.workspace_id, "67", reason="sender_invalid")
    northfork.delete()

    drain()

    assert BackgroundJob.objects.get(type=JOB).status == JobStatus.CANCELLED


def test_refresh_job_with_a_refused_key_fails_at_once(northfork: Connection, simulator: RunningSimulator) -> None:
    simulator.state.emailbison.keys.clear()
    mark_not_sendable(northfork.workspace_id, "67", reason="sender_invalid")

    drain(expect_failures=True)

    assert BackgroundJob.objects.get(type=JOB).status == JobStatus.FAILED


def test_refresh_job_tries_again_after_an_outage(northfork: Connection, simulator: RunningSimulator) -> None:
    simulator.script("emailbison", status=500)
    mark_not_sendable(northfork.workspace_id, "67", reason="sender_invalid")

    drain(until=timezone.now() + timedelta(minutes=5))

    job = BackgroundJob.objects.get(type=JOB)
    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 2)
