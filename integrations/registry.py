"""Who acts on a contract: exactly one receiver per class, named by the owning app in `apps.py`."""

from collections.abc import Callable
from typing import Any, TypeVar

from integrations.contracts import ProviderEvent

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
    """Hand a contract to its receiver; returns the outcome."""
    receiver = _receivers.get(type(contract))
    if receiver is None:
        # Raising keeps the event for a replay once the app that handles it is installed.
        raise LookupError(f"No receiver for {type(contract).__name__}")
    return receiver(contract)


def registered_contracts() -> dict[str, str]:
    """Contract name → dotted path of its receiver (for docs/flows.md and its test)."""
    return {
        contract.__name__: f"{function.__module__}.{function.__qualname__}"
        for contract, function in sorted(_receivers.items(), key=lambda item: item[0].__name__)
    }
