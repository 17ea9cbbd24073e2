"""The control plane: scripts, the journal, reset, and writing "as the lead"."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import requests

from integrations.simulator.core import CallingSimulator, KeyedSimulator, Outgoing, Script, SimRequest, SimResponse

if TYPE_CHECKING:
    from integrations.simulator.server import Simulator

POST_TIMEOUT_SECONDS = 15
DEFAULT_PROVIDER = "emailbison"


class Control:
    """`/__sim/…` of one simulator. `product_url` is where the product's webhooks are."""

    def __init__(self, simulator: "Simulator", *, product_url: str) -> None:
        self._simulator = simulator
        self.product_url = product_url
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

    def write_as_lead(self, given: dict[str, Any], *, base_url: str) -> dict[str, Any]:
        """Let something happen at a provider and post its call to the product.

        `provider` names the simulator, `event` one of its events; the rest is the provider's business.
        `base_url` is the address of all simulators. Returns what the product answered.
        """
        name = str(given.get("provider") or DEFAULT_PROVIDER)
        provider = self._simulator.providers.get(name)
        if not isinstance(provider, CallingSimulator):
            raise ValueError(f"{name} calls nobody")
        product_url = str(given.get("target") or self.product_url).rstrip("/")
        if not product_url:
            raise ValueError("the product's address is not set")
        filled = {key: value for key, value in given.items() if value not in (None, "")}
        filled.setdefault("event", provider.events[0])
        if filled["event"] not in provider.events:
            raise ValueError(f"{name} knows no event {filled['event']}")
        call = provider.compose(filled, base_url=f"{base_url}/{name}")
        response = _post(product_url, call)
        return {"status": response.status_code, "answer": _json_of(response), "payload": call.json}

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
        provider = self._simulator.providers[str(request.json.get("provider") or DEFAULT_PROVIDER)]
        if not isinstance(provider, KeyedSimulator):
            raise ValueError("this provider keeps no keys")
        provider.add_key(str(request.json["key"]))
        return SimResponse(status=201, body={"added": True})

    def _target(self, request: SimRequest) -> SimResponse:
        self.product_url = str(request.json["url"])
        return SimResponse(body={"target": self.product_url})

    def _write(self, request: SimRequest) -> SimResponse:
        is_form = request.json is None
        given: dict[str, Any] = dict(parse_qsl(request.body)) if is_form else dict(request.json)
        try:
            written = self.write_as_lead(given, base_url=request.base_url.removesuffix("/__sim"))
        except requests.RequestException as problem:
            return SimResponse(status=502, body={"error": f"the product did not answer: {type(problem).__name__}"})
        if is_form:
            said = urlencode({"provider": given.get("provider") or DEFAULT_PROVIDER, "answer": written["status"]})
            return SimResponse(status=303, body="", headers={"Location": f"/?{said}"})
        return SimResponse(body=written)


def _post(product_url: str, call: Outgoing) -> requests.Response:
    content: dict[str, Any] = {"json": call.json} if call.body is None else {"data": call.body.encode()}
    return requests.post(
        product_url + call.path,
        headers=call.headers,
        timeout=POST_TIMEOUT_SECONDS,
        allow_redirects=False,
        **content,
    )


def _json_of(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text[:500]
