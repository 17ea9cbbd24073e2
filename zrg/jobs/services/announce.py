"""Telling higher apps what happened: one job per receiver, in the announcer's transaction."""

import types
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from zrg.jobs import registry
from zrg.jobs.constants import RECEIVER_JOB
from zrg.jobs.contracts import Event, JobContext
from zrg.jobs.errors import Permanent
from zrg.jobs.registry import ReceiverSpec
from zrg.jobs.services.enqueue import NewJob, enqueue_jobs
from zrg.workspaces.context import dispatch


def announce(event: Event) -> int:
    """Insert one job per registered receiver of `event`; returns how many are new.

    Joins the caller's transaction: rolled back together, committed together. The event's key makes a
    repeat a duplicate. An event nobody receives leaves no row.
    """
    if not registry.receivers_of(type(event).__name__):
        return 0
    # A job of the installation belongs to no workspace; only the queue's own context may add one.
    with dispatch() if event.workspace_id is None else nullcontext():
        return announce_all([event])


def announce_all(events: Iterable[Event]) -> int:
    """The same for several events of workspaces, by one statement."""
    jobs = []
    for event in events:
        receivers = registry.receivers_of(type(event).__name__)
        data = event_payload(event) if receivers else {}
        jobs += [_job_of(event, spec, data) for spec in receivers]
    return enqueue_jobs(jobs)


def run_receiver(ctx: JobContext) -> None:
    """Handler of RECEIVER jobs: rebuild the event and hand it to its receiver."""
    name, receiver = str(ctx.payload.get("event")), str(ctx.payload.get("receiver"))
    event_class, spec = registry.event_class(name), registry.receiver_of(name, receiver)
    if event_class is None or spec is None:
        raise Permanent(f"No receiver {receiver} for {name} in this version")
    spec.receiver(event_from_payload(event_class, ctx.payload["data"]))


def event_payload(event: Event) -> dict[str, Any]:
    """The event's fields as JSON values."""
    return {field.name: _to_json(getattr(event, field.name)) for field in fields(event)}


def event_from_payload(event_class: type[Event], data: Mapping[str, Any]) -> Event:
    """The event again; fields this version does not know are ignored."""
    known = _types_of(event_class)  # type: ignore[arg-type]  # classes are hashable; the stub sees instances
    return event_class(**{name: _from_json(known[name], value) for name, value in data.items() if name in known})


def _job_of(event: Event, spec: ReceiverSpec, data: Mapping[str, Any]) -> NewJob:
    name = type(event).__name__
    lead_id = getattr(event, "lead_id", None)
    if spec.lead_bound and lead_id is None:
        raise ValueError(f"{name} has no lead; {spec.name} cannot be lead-bound")
    return NewJob(
        type=RECEIVER_JOB,
        workspace_id=event.workspace_id,
        lead_id=lead_id if spec.lead_bound else None,
        message_id=getattr(event, "message_id", None),
        draft_id=getattr(event, "draft_id", None),
        dedupe_key=f"{event.workspace_id or 'platform'}:{name}:{event.key}:{spec.name}",
        payload={"event": name, "receiver": spec.name, "data": data},
    )


@lru_cache(maxsize=256)
def _types_of(event_class: type[Event]) -> dict[str, Any]:
    hints = get_type_hints(event_class)
    return {field.name: hints[field.name] for field in fields(event_class)}


def _to_json(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (UUID, datetime, date)):
        return value.isoformat() if isinstance(value, date) else str(value)
    if isinstance(value, (tuple, list, frozenset, set)):
        return [_to_json(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"an event cannot carry {type(value).__name__}")


def _from_json(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _from_json(next(arg for arg in get_args(kind) if arg is not type(None)), value)
    if origin in (tuple, list, frozenset, set):
        return origin(_from_json(get_args(kind)[0], item) for item in value)
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    if kind is UUID or (isinstance(kind, type) and issubclass(kind, Enum)):
        return kind(value)
    return value
