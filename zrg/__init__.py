"""The project and its ground floor: helpers, people and tenancy, work, model calls, figures."""

from zrg.celery import app as celery_app

__all__ = ["celery_app"]
