"""An import that a worker did."""

from tests.factories.imports import started
from tests.support.drain import drain


def run(workspace, lines, **options):
    """The import after a worker did it."""
    job = started(workspace, lines, **options)
    drain()
    job.refresh_from_db()
    assert job.status == "completed"
    return job


def counts(job):
    return job.processed_rows, job.created_leads, job.duplicate_rows, job.invalid_rows
