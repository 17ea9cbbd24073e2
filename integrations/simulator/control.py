"""The control plane: scripts, the journal, reset, and writing "as the lead"."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import requests

from integrations.simulator.core import Script, SimRequest, SimResponse

if TYPE_CHECKING:
    from integrations.simulator.server import Simulator

POST_TIMEOUT_SECONDS = 15
REPLY_EVENTS = ("LEAD_REPLIED", "LEAD_INTERESTED", "UNTRACKED_REPLY_RECEIVED")
PERSON_FIELDS = ("first_name", "last_name", "company", "title", "from_email")
STEP_EVENTS = ("EMAIL_SENT", "EMAIL_OPENED", "EMAIL_BOUNCED", "LEAD_UNSUBSCRIBED")


class Control:
    """`/__sim/…` of one simulator. `webhook_target` is the product's EmailBison webhook URL."""

    def __init__(self, simulator: "Simulator", *, webhook_target: str) -> None:
        self._simulator = simulator
        self.webhook_target = webhook_target
        self._routes: dict[tuple[str, str], Callable[[SimRequest], SimResponse]] = {
            ("POST", "/script"): self._script,
            ("GET", "/script"): self._scripts,
            ("GET", "/requests"): self._requests,
            ("POST", "/reset"): self._reset,
            ("POST", "/keys"): self._keys,
            ("POST", "/target"): self._target,
            ("POST", "/write"): self._write,
            ("GET", "/health"): lambda request: SimResponse(body={"status": "ok"}),
        }

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer one control call."""
        route = self._routes.get((request.method, request.path))
        if route is None:
            return SimResponse(status=404, body={"error": f"no control {request.method} {request.path}"})
        try:
            return route(request)
        except (KeyError, TypeError, ValueError) as problem:
            return SimResponse(status=400, body={"error": f"{type(problem).__name__}: {problem}"})

    def write_as_lead(self, given: dict[str, Any]) -> dict[str, Any]:
        """Let a person (or a step of the campaign) act at EmailBison and post the call to the product.

        `event` is one of the event types, `email` the lead, `text` what it wrote. Returns what the
        product answered.
        """
        target = str(given.get("target") or self.webhook_target)
        if not target:
            raise ValueError("no webhook target is set")
        payload = self._payload(given)
        response = requests.post(target, json=payload, timeout=POST_TIMEOUT_SECONDS, allow_redirects=False)
        return {"status": response.status_code, "answer": _json_of(response), "payload": payload}

    def _payload(self, given: dict[str, Any]) -> dict[str, Any]:
        emailbison = self._simulator.emailbison
        event_type = str(given.get("event") or "LEAD_REPLIED")
        person = {
            name: given[name]
            for name in ("first_name", "last_name", "company", "title", "from_email")
            if given.get(name)
        }
        base_url = str(given.get("base_url") or "http://127.0.0.1/emailbison")
        if event_type in REPLY_EVENTS:
            return emailbison.write_as_lead(
                str(given["email"]),
                str(given.get("text") or ""),
                event_type=event_type,
                subject=str(given.get("subject") or ""),
                base_url=base_url,
                **person,
            )
        if event_type in STEP_EVENTS:
            return emailbison.event_about(str(given["email"]), event_type, base_url=base_url, **person)
        raise ValueError(f"unknown event {event_type}")

    def _script(self, request: SimRequest) -> SimResponse:
        given = request.json
        match, respond = given.get("match") or {}, given.get("respond") or {}
        if given["provider"] not in self._simulator.providers:
            raise ValueError(f"no simulator for {given['provider']}")
        if respond.get("close") not in (None, "before", "after"):
            raise ValueError("close is before or after")
        self._simulator.scripts.add(
            Script(
                provider=given["provider"],
                method=match.get("method", "*"),
                path=match.get("path", "*"),
                contains=match.get("contains", ""),
                times=int(given.get("times", 1)),
                status=respond.get("status"),
                headers=respond.get("headers") or {},
                body=respond.get("body", {}),
                delay_ms=int(respond.get("delay_ms", 0)),
                close=respond.get("close"),
            )
        )
        return SimResponse(status=201, body={"queued": True})

    def _scripts(self, request: SimRequest) -> SimResponse:
        """What was scripted and not taken yet: a call that takes its script has arrived."""
        waiting = [
            {"provider": one.provider, "method": one.method, "path": one.path, "times": one.times}
            for one in self._simulator.scripts.waiting()
        ]
        return SimResponse(body={"scripts": waiting})

    def _requests(self, request: SimRequest) -> SimResponse:
        wanted = {name: request.query[name] for name in ("provider", "method", "path") if name in request.query}
        return SimResponse(body={"requests": self._simulator.journal.entries(**wanted)})

    def _reset(self, request: SimRequest) -> SimResponse:
        self._simulator.reset()
        return SimResponse(body={"reset": True})

    def _keys(self, request: SimRequest) -> SimResponse:
        self._simulator.emailbison.add_key(str(request.json["key"]))
        return SimResponse(status=201, body={"added": True})

    def _target(self, request: SimRequest) -> SimResponse:
        self.webhook_target = str(request.json["url"])
        return SimResponse(body={"target": self.webhook_target})

    def _write(self, request: SimRequest) -> SimResponse:
        is_form = request.json is None
        given = dict(parse_qsl(request.body)) if is_form else dict(request.json)
        given.setdefault("base_url", request.base_url.removesuffix("__sim") + "emailbison")
        try:
            written = self.write_as_lead(given)
        except requests.RequestException as problem:
            return SimResponse(status=502, body={"error": f"the product did not answer: {type(problem).__name__}"})
        if is_form:
            return SimResponse(status=303, body=f"product answered {written['status']}", headers={"Location": "/"})
        return SimResponse(body=written)


def _json_of(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text[:500]
