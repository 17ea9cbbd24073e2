"""Two runners of one import, and one that dies in the middle: real connections, a real SIGKILL."""

import signal
import threading
import time
from uuid import uuid4

import pytest
from django.db import connections

from leads.models import Lead, LeadImportJob
from leads.services.importing import running
from tests.factories import WorkspaceFactory
from tests.factories.imports import started
from tests.stack.waiting import wait_for
from tests.support import forked
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import Reschedule
from zrg.workspaces.context import platform, tenant

pytestmark = pytest.mark.integration

PATIENCE_SECONDS = 60


def context(workspace_id, import_id, *, seconds=3_600.0):
    return JobContext(
        id=uuid4(),
        type="LEAD_IMPORT",
        workspace_id=workspace_id,
        lead_id=None,
        message_id=None,
        draft_id=None,
        payload={"import_id": str(import_id)},
        attempts=1,
        max_attempts=3,
        correlation_id="",
        deadline=time.monotonic() + seconds,
    )


@pytest.fixture
def job(committed_db, monkeypatch):
    monkeypatch.setattr(running, "CHUNK_ROWS", 2)
    with platform():
        workspace = WorkspaceFactory()
        # People without an e-mail address: no unique key would hide a chunk that is done twice.
        return started(workspace, [f"A{number},Reyes,,,Northfork," for number in range(7)])


def state(job):
    with tenant(job.workspace_id):
        names = list(
            Lead.objects.in_workspace(job.workspace_id).order_by("first_name").values_list("first_name", flat=True)
        )
        return LeadImportJob.objects.get(pk=job.pk), names


ALL = [f"A{number}" for number in range(7)]


def test_hard_03_import_killed_inside_a_chunk_goes_on_after_the_last_whole_one(job):
    def import_and_stop_inside_the_second_chunk(say):
        write = running.write_rows

        def write_and_hang(locked, rows, planner):
            result = write(locked, rows, planner)
            if locked.next_row == 2:
                say("inside")
                time.sleep(600)
            return result

        running.write_rows = write_and_hang
        running.run_import(context(job.workspace_id, job.pk))

    process, heard = forked.start(import_and_stop_inside_the_second_chunk)
    assert forked.hear(heard) == "inside"
    process.kill()
    process.join(PATIENCE_SECONDS)
    assert process.exitcode == -signal.SIGKILL
    # The server notices the dead client and rolls its chunk back.
    wait_for(lambda: not held(job), PATIENCE_SECONDS)
    left, names = state(job)
    assert (left.next_row, left.created_leads, names) == (2, 2, ["A0", "A1"])

    running.run_import(context(job.workspace_id, job.pk))

    done, names = state(job)
    assert (done.status, done.next_row, done.created_leads, names) == ("completed", 7, 7, ALL)


def held(job):
    """Whether some other transaction holds the row of the import."""
    with tenant(job.workspace_id):
        return not LeadImportJob.objects.filter(pk=job.pk).select_for_update(skip_locked=True).exists()


def test_second_runner_leaves_the_import_to_the_first(job, monkeypatch):
    inside, go_on = threading.Event(), threading.Event()
    write = running.write_rows

    def write_slowly(locked, rows, planner):
        inside.set()
        assert go_on.wait(PATIENCE_SECONDS)
        return write(locked, rows, planner)

    monkeypatch.setattr(running, "write_rows", write_slowly)

    def first_run():
        try:
            running.run_import(context(job.workspace_id, job.pk))
        finally:
            connections.close_all()

    first = threading.Thread(target=first_run)
    first.start()
    assert inside.wait(PATIENCE_SECONDS)

    with pytest.raises(Reschedule):
        running.run_import(context(job.workspace_id, job.pk))
    go_on.set()
    first.join(PATIENCE_SECONDS)

    done, names = state(job)
    assert (done.status, done.created_leads, names) == ("completed", 7, ALL)
    running.run_import(context(job.workspace_id, job.pk))
    assert state(job)[1] == ALL


def test_runner_that_fell_behind_does_not_repeat_what_another_did(job, monkeypatch):
    begin = running._begin

    def begin_and_be_overtaken(*ids):
        found = begin(*ids)
        monkeypatch.setattr(running, "_begin", begin)
        running.run_import(context(job.workspace_id, job.pk))
        return found

    monkeypatch.setattr(running, "_begin", begin_and_be_overtaken)

    with pytest.raises(Reschedule):
        running.run_import(context(job.workspace_id, job.pk))

    done, names = state(job)
    assert (done.status, done.created_leads, names) == ("completed", 7, ALL)


def test_run_without_time_hands_over_and_the_next_one_goes_on(job):
    with pytest.raises(Reschedule):
        running.run_import(context(job.workspace_id, job.pk, seconds=0))
    assert state(job)[1] == []

    running.run_import(context(job.workspace_id, job.pk))

    assert state(job)[1] == ALL
