"""Two runners of one import, and one that dies in the middle: real connections, a real SIGKILL."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connections

from leads.models import Lead, LeadImportJob
from leads.services.importing import running
from tests.factories import WorkspaceFactory
from tests.factories.imports import started
from tests.stack.waiting import wait_for
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import Reschedule
from zrg.workspaces.context import platform, tenant

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[4]
PATIENCE_SECONDS = 60
# Does one import and stops inside the transaction of the second chunk, for somebody to kill it there.
RUNNER = """
import sys, time
import tests.support.environment
import django
django.setup()
from leads.services.importing import running
from tests.leads.services.importing.test_runners import context
running.CHUNK_ROWS = 2
write = running.write_rows
def write_and_hang(job, rows, planner):
    result = write(job, rows, planner)
    if job.next_row == 2:
        print("inside", flush=True)
        time.sleep(600)
    return result
running.write_rows = write_and_hang
running.run_import(context(sys.argv[1], sys.argv[2]))
"""


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
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(job.workspace_id), str(job.pk)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "inside"
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE_SECONDS)
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
