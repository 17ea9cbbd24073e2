"""Rows and registrations the tests of the engine share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from zrg.jobs import registry
from zrg.jobs.contracts import ScheduleSpec
from zrg.jobs.models import WebhookEvent
from zrg.workspaces.context import platform
from zrg.workspaces.models import User, Workspace, WorkspaceSettings


def make_workspace(name: str = "Northwind", **settings: Any) -> Workspace:
    """A workspace with its owner and settings, under the platform context."""
    with platform():
        owner = User.objects.create(email=f"{uuid4().hex}@example.com")
        workspace = Workspace.objects.create(name=name, owner=owner)
        WorkspaceSettings.objects.create(workspace=workspace, **settings)
    return workspace


@contextmanager
def job_type(type: str, handler: Any, **options: Any) -> Iterator[None]:
    """A handler for the length of a test."""
    registry.register_job(type, handler, **options)
    try:
        yield
    finally:
        del registry._jobs[type]


@contextmanager
def schedule_registered(spec: ScheduleSpec) -> Iterator[ScheduleSpec]:
    """A schedule for the length of a test; one of the same name steps aside."""
    before = registry._schedules.pop(spec.name, None)
    registry.register_schedule(spec)
    try:
        yield spec
    finally:
        del registry._schedules[spec.name]
        if before is not None:
            registry._schedules[spec.name] = before


@contextmanager
def processor_registered(provider: str, processor: Any) -> Iterator[None]:
    """A webhook processor for the length of a test; the real one steps aside."""
    before = registry._processors.pop(provider, None)
    registry.register_webhook_processor(provider, processor)
    try:
        yield
    finally:
        del registry._processors[provider]
        if before is not None:
            registry._processors[provider] = before


def make_event(workspace: Workspace, *, key: str = "event", **values: Any) -> WebhookEvent:
    """A stored call waiting to be processed."""
    defaults = {"provider": "EMAILBISON", "event_type": "LEAD_REPLIED", "raw": {}, "priority": 10}
    with platform():
        return WebhookEvent.objects.create(workspace=workspace, dedupe_key=key, **{**defaults, **values})
