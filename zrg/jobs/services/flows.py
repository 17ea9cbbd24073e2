"""docs/flows.md, rendered from what is registered."""

from importlib import import_module
from importlib.util import find_spec
from inspect import getmembers, isclass

from django.apps import apps

from zrg.jobs import registry
from zrg.jobs.contracts import Event

_HEAD = """# Flows

Events a lower app announces and who receives them. Each receiver runs in a job of its own, after the
announcing transaction has committed; a lead-bound one takes its turn behind other jobs of the lead.
`manage.py flows` prints this file; a test compares it with the registry.

| event | defined by | receivers |
|---|---|---|
"""


def render_flows() -> str:
    """The whole file, ending with a newline."""
    return _HEAD + "".join(_line(name, app) for name, app in sorted(_events().items()))


def _events() -> dict[str, str]:
    """Every event class in the contracts of an installed app, with the app's name."""
    found = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.contracts"
        if find_spec(name) is None:
            continue
        for event, member in getmembers(import_module(name), isclass):
            if issubclass(member, Event) and member is not Event and member.__module__ == name:
                found[event] = config.name
    return found


def _line(name: str, app: str) -> str:
    receivers = [f"{spec.name}{' (lead-bound)' if spec.lead_bound else ''}" for spec in registry.receivers_of(name)]
    return f"| `{name}` | {app} | {', '.join(receivers) or '–'} |\n"
