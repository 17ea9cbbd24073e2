"""Helpers of this app's tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from zrg.jobs import registry
from zrg.jobs.contracts import Event
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.announce import event_from_payload


@contextmanager
def announced(*classes: type[Event]) -> Iterator[list[Any]]:
    """Collects the events of these classes announced inside the block (through their RECEIVER jobs)."""
    name = f"test-{uuid4().hex}"
    for event_class in classes:
        registry.register_event_receiver(event_class, name, lambda event: None)
    found: list[Any] = []
    try:
        yield found
        rows = BackgroundJob.objects.filter(type="RECEIVER", payload__receiver=name).order_by("seq")
        found.extend(
            event_from_payload(registry.event_class(row.payload["event"]), row.payload["data"])  # type: ignore[arg-type]
            for row in rows
        )
        rows.delete()
    finally:
        for event_class in classes:
            registry._receivers[event_class.__name__].pop(name, None)
