import time
from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import LeadImportJob
from leads.services.importing.retention import end_dead_imports, purge_import_files
from tests.factories import WorkspaceFactory
from tests.factories.imports import started, uploaded
from tests.support.drain import drain
from zrg.jobs.contracts import RunContext
from zrg.jobs.models import BackgroundJob

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ROW = "Dana,Reyes,dana@x.example,,,"


def run(routine, **params):
    ctx = RunContext(job="maintenance", deadline=time.monotonic() + 60, correlation_id="", params=params)
    routine(ctx)
    return ctx.stats


def age(job, *, hours, **values):
    moment = timezone.now() - timedelta(hours=hours)
    LeadImportJob.objects.filter(pk=job.pk).update(
        created_at=moment, completed_at=moment if job.status == "completed" else None, **values
    )


def test_files_go_a_day_after_the_end_and_rows_stay():
    workspace = WorkspaceFactory()
    over, fresh = started(workspace, [ROW]), started(workspace, [ROW])
    drain()
    forgotten, waiting = uploaded(workspace, ROW), uploaded(workspace, ROW)
    for job in (over, fresh):
        job.refresh_from_db()
    age(over, hours=25)
    age(fresh, hours=23)
    age(forgotten, hours=25)
    storage = over.file.storage

    assert run(purge_import_files, dryRun=True) == {"import_files": 2}
    assert storage.exists(over.file.name)
    assert run(purge_import_files) == {"import_files": 2}

    states = dict(LeadImportJob.objects.values_list("pk", "status"))
    assert [storage.exists(job.file.name) for job in (over, fresh, forgotten, waiting)] == [False, True, False, True]
    assert states == {over.pk: "completed", fresh.pk: "completed", forgotten.pk: "cancelled", waiting.pk: "pending"}
    assert run(purge_import_files) == {"import_files": 0}


def test_import_whose_job_died_for_good_is_failed():
    workspace = WorkspaceFactory()
    dead, alive = started(workspace, [ROW]), started(workspace, [ROW])
    BackgroundJob.objects.filter(dedupe_key__contains=str(dead.pk)).update(status="FAILED")

    assert run(end_dead_imports) == {"imports_failed": 1}

    assert dict(LeadImportJob.objects.values_list("pk", "status")) == {dead.pk: "failed", alive.pk: "validating"}
