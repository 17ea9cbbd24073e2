"""The project and its ground floor: helpers, people and tenancy, work, model calls, figures."""

from zrg.lib.metric_files import count_in_files

# Before anything imports what counts.
count_in_files()

from zrg.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
