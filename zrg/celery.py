"""Celery: wakes workers and keeps the clock. Rows are the truth; messages carry ids only."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zrg.settings")

app = Celery("zrg")
app.config_from_object("zrg.celeryconfig")
app.autodiscover_tasks(["zrg.jobs"], related_name="tasks")
