"""Platform switches: a stop of the environment cannot be undone here; unreadable means nothing is sent.

Read from a cache of five seconds inside the process; it does not use Django's cache, whose failure
must never open anything.
"""

import os
import time
from dataclasses import dataclass
from typing import Literal

import structlog
from django.db import DatabaseError, transaction
from django.utils import timezone

from zrg.lib import log_events
from zrg.workspaces.enums import SwitchKey
from zrg.workspaces.errors import SwitchUnreadable
from zrg.workspaces.models import OperatorSwitch

CACHE_SECONDS = 5.0
OFF_WORDS = frozenset({"0", "false", "no", "off"})

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchState:
    """A switch as operators see it."""

    key: str
    value: bool
    source: Literal["environment", "row", "default"]
    reason: str = ""


class _Cache:
    values: dict[str, bool] | None = None
    read_at = 0.0


def is_switch_on(key: str) -> bool:
    """Whether the platform switch is on. Raises `SwitchUnreadable`: then sends must not happen."""
    # The environment wins when it says stop; its "no" does not undo a row that says stop (06 R2).
    return bool(environment_value(key)) or _rows().get(key, False)


def outbound_disabled() -> bool:
    """Whether all sending is stopped."""
    return is_switch_on(SwitchKey.OUTBOUND_DISABLED)


def environment_value(key: str) -> bool | None:
    """What the environment says; None when it says nothing. Anything but `0 false no off` means on."""
    raw = os.environ.get(key, "").strip().lower()
    return raw not in OFF_WORDS if raw else None


def switch_states() -> list[SwitchState]:
    """All switches with their source, for the admin."""
    rows = {row.key: row for row in OperatorSwitch.objects.all()}
    states = []
    for key in SwitchKey.values:
        row = rows.get(key)
        if environment_value(key):
            states.append(SwitchState(key=key, value=True, source="environment"))
        elif row is not None:
            states.append(SwitchState(key=key, value=_in_force(row), source="row", reason=row.reason))
        else:
            states.append(SwitchState(key=key, value=False, source="default"))
    return states


def forget_switches() -> None:
    """Read the rows anew at the next question (after a change in this process)."""
    _Cache.values = None


def _rows() -> dict[str, bool]:
    if _Cache.values is not None and time.monotonic() - _Cache.read_at < CACHE_SECONDS:
        return _Cache.values
    try:
        with transaction.atomic():
            rows = list(OperatorSwitch.objects.all())
    except DatabaseError as error:
        logger.error(log_events.SWITCH_UNREADABLE)
        raise SwitchUnreadable from error
    _Cache.values = {row.key: _in_force(row) for row in rows}
    _Cache.read_at = time.monotonic()
    return _Cache.values


def _in_force(row: OperatorSwitch) -> bool:
    return row.value and (row.expires_at is None or row.expires_at > timezone.now())
