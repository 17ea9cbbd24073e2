"""docs/flows.md, rendered from what is registered."""

from zrg.jobs import registry

_HEAD = """# Flows

Events a lower app announces and who receives them. Each receiver runs in a job of its own, after the
announcing transaction has committed; a lead-bound one takes its turn behind other jobs of the lead.
`manage.py flows` prints this file; a test compares it with the registry.

| event | announced by | receivers |
|---|---|---|
"""


def render_flows() -> str:
    """The whole file, ending with a newline."""
    return _HEAD + "".join(_line(name) for name in registry.event_names())


def _line(name: str) -> str:
    event_class = registry.event_class(name)
    app = event_class.__module__.removeprefix("zrg.").partition(".")[0] if event_class else ""
    receivers = [f"{spec.name}{' (lead-bound)' if spec.lead_bound else ''}" for spec in registry.receivers_of(name)]
    return f"| `{name}` | {app} | {', '.join(receivers) or '–'} |\n"
