"""The page of the simulators: what can happen at each provider, and the calls received."""

import json
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from integrations.simulator.core import CallingSimulator, SimRequest

if TYPE_CHECKING:
    from integrations.simulator.server import Simulator

SHOWN = 50
# Label and what the field holds at first; a name that is missing here is its own label.
FIELDS = {
    "email": ("E-mail of the lead", "dana@northfork.example"),
    "text": ("Text", "Could you send more details?"),
    "first_name": ("First name", "Dana"),
    "last_name": ("Last name", "Reyes"),
    "name": ("Name", "Dana Reyes"),
    "company": ("Company", "Northfork Dental"),
    "title": ("Job title", ""),
    "subject": ("Subject", ""),
    "from_email": ("Written from (a colleague)", ""),
    "phone": ("Phone of the lead", "+14155552671"),
    "linkedin": ("LinkedIn name or member id", "dana-reyes"),
    "linkedin_url": ("LinkedIn address", ""),
    "label": ("Sub-client label", ""),
    "location_id": ("Location id", ""),
    "account_id": ("Account id", ""),
    "client_id": ("Workspace id (clientId)", ""),
    "lead_id": ("Lead id", ""),
    "start": ("Start (ISO time)", ""),
    "status": ("Account status", ""),
    "secret": ("Webhook secret, if another", ""),
    "user": ("Slack user id", ""),
    "team": ("Slack team id", ""),
    "value": ("Value of the button", ""),
    "message_ts": ("Message ts", ""),
}
TITLES = {
    "emailbison": "E-mail through EmailBison",
    "smartlead": "E-mail through SmartLead",
    "instantly": "E-mail through Instantly",
    "ghl": "SMS through GoHighLevel",
    "unipile": "LinkedIn through Unipile",
    "calendly": "Booking at Calendly",
    "clay": "Answer of Clay",
    "slack": "Click in Slack",
}
_PAGE = Template((Path(__file__).parent / "page.html").read_text())


def render_page(simulator: "Simulator", request: SimRequest) -> str:
    """The page as it stands now, newest call first. Query: `provider` opens its form and shows its calls
    only, `answer` is what the product said to the last thing done here.
    """
    chosen = request.query.get("provider", "")
    entries = list(reversed(simulator.journal.entries(provider=chosen)))
    calling = {name: one for name, one in simulator.providers.items() if isinstance(one, CallingSimulator)}
    opened = chosen if chosen in calling else next(iter(calling))
    return _PAGE.substitute(
        answer=_answer(request.query.get("answer", "")),
        forms="".join(_form(name, one, simulator, is_open=name == opened) for name, one in calling.items()),
        filters="".join(_filter(name, chosen) for name in ("", *simulator.providers)),
        count=len(entries),
        shown=min(SHOWN, len(entries)),
        calls="".join(_row(entry) for entry in entries[:SHOWN]) or '<tr><td colspan="5">No call yet.</td></tr>',
    )


def _answer(answer: str) -> str:
    return f'<p class="answer" role="status">The product answered {escape(answer)}.</p>' if answer else ""


def _form(name: str, provider: CallingSimulator, simulator: "Simulator", *, is_open: bool) -> str:
    events = "".join(f"<option>{escape(event)}</option>" for event in provider.events)
    fields = "".join(_field(field) for field in provider.fields)
    return (
        f'<details name="provider"{" open" if is_open else ""}>'
        f"<summary>{escape(TITLES.get(name, name))}</summary>"
        '<form method="post" action="/__sim/write">'
        f'<input type="hidden" name="provider" value="{escape(name)}">'
        f'<label>What happens <select name="event">{events}</select></label>{fields}'
        f'<label>Address of the product <input name="target" value="{escape(simulator.control.product_url)}"></label>'
        '<button class="wide">Send to the product</button></form></details>'
    )


def _field(name: str) -> str:
    label, value = FIELDS.get(name, (name, ""))
    if name == "text":
        return f'<label class="wide">{escape(label)} <textarea name="text" rows="3">{escape(value)}</textarea></label>'
    return f'<label>{escape(label)} <input name="{escape(name)}" value="{escape(value)}"></label>'


def _filter(name: str, chosen: str) -> str:
    current = ' aria-current="true"' if name == chosen else ""
    return f'<a href="/{"?provider=" + name if name else ""}"{current}>{escape(name or "all")}</a>'


def _row(entry: dict[str, Any]) -> str:
    body = escape(json.dumps(entry["json"], indent=1, ensure_ascii=False)) if entry["json"] is not None else ""
    details = f"<details><summary>JSON</summary><pre>{body}</pre></details>" if body else ""
    cells = (entry["n"], entry["provider"], f"{entry['method']} {entry['path']}", entry["answer"])
    return "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + f"<td>{details}</td></tr>"
