"""Who acts on a contract: exactly one receiver per class, named by the owning app in `apps.py`."""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog

from integrations.contracts import ProviderEvent
from zrg.lib.log_events import WEBHOOK_NO_RECEIVER

NO_RECEIVER = "ignored:no_receiver"

logger = structlog.get_logger(__name__)

Contract = TypeVar("Contract", bound=ProviderEvent)

_receivers: dict[type[ProviderEvent], Callable[[Any], str]] = {}


def register_receiver(contract: type[Contract], function: Callable[[Contract], str]) -> None:
    """`function(contract)` runs inside the event's tenant transaction and returns the event's outcome:
    `processed` or `ignored:<reason>`. A second, different receiver is a programming error.
    """
    existing = _receivers.get(contract)
    if existing is not None and existing is not function:
        raise RuntimeError(f"{contract.__name__} already has a receiver: {existing.__qualname__}")
    _receivers[contract] = function


def receive(contract: ProviderEvent) -> str:
    """Hand a contract to its receiver; returns the outcome.

    A contract nobody has registered for ends as `ignored:no_receiver`: the event is kept, and a replay
    processes it once the app that acts on it is installed. Retrying would only ring alarms.
    """
    receiver = _receivers.get(type(contract))
    if receiver is None:
        logger.warning(WEBHOOK_NO_RECEIVER, contract=type(contract).__name__, event_id=str(contract.event_id))
        return NO_RECEIVER
    return receiver(contract)


def registered_contracts() -> dict[str, str]:
    """Contract name → dotted path of its receiver (for docs/flows.md and its test)."""
    return {
        contract.__name__: f"{function.__module__}.{function.__qualname__}"
        for contract, function in sorted(_receivers.items(), key=lambda item: item[0].__name__)
    }
