"""The page of the simulators: the calls received, and a form to write as the lead."""

import json
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from integrations.simulator.core import CallingSimulator

if TYPE_CHECKING:
    from integrations.simulator.server import Simulator

SHOWN = 50
_PAGE = Template((Path(__file__).parent / "page.html").read_text())


def render_page(simulator: "Simulator") -> str:
    """The page as it stands now, newest call first."""
    entries = list(reversed(simulator.journal.entries()))
    return _PAGE.substitute(
        target=escape(simulator.control.product_url),
        events="".join(_group(name, provider) for name, provider in simulator.providers.items()),
        count=len(entries),
        shown=min(SHOWN, len(entries)),
        calls="".join(_row(entry) for entry in entries[:SHOWN]) or '<tr><td colspan="5">No call yet.</td></tr>',
    )


def _group(name: str, provider: object) -> str:
    if not isinstance(provider, CallingSimulator):
        return ""
    options = "".join(f'<option value="{name}:{event}">{escape(event)}</option>' for event in provider.events)
    return f'<optgroup label="{escape(name)}">{options}</optgroup>'


def _row(entry: dict[str, Any]) -> str:
    body = escape(json.dumps(entry["json"], indent=1, ensure_ascii=False)) if entry["json"] is not None else ""
    details = f"<details><summary>JSON</summary><pre>{body}</pre></details>" if body else ""
    cells = (entry["n"], entry["provider"], f"{entry['method']} {entry['path']}", entry["answer"])
    return "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + f"<td>{details}</td></tr>"
