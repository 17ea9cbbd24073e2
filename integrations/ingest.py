"""What all webhook views share: reading a body, the standard answers, nothing else.

A view keeps one event and answers; no lead, message, campaign or model work and no provider call
happens while a provider waits.
"""

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

MAX_DEPTH = 64
RETRY_AFTER_SECONDS = "60"

_NUL_OR_SURROGATE = re.compile(r"\\u(?:0000|d[89a-f])", re.IGNORECASE)
_SURROGATES = re.compile(r"[\x00\ud800-\udfff]")


class Rejected(Exception):
    """The call is answered with `status`, `error` and, where callers are told, `reason`; nothing of it
    is kept.
    """

    def __init__(self, status: int, error: str, *, reason: str | None = None):
        super().__init__(error)
        self.status = status
        self.error = error
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A parsed JSON object, free of NUL and lone surrogates, and the same as JSON text."""

    payload: dict[str, Any]
    text: str


def read_body(request: HttpRequest, *, limit: int | None = None) -> bytes:
    """The body; `Rejected` 413 above `limit` bytes (without one WEBHOOK_MAX_BODY_BYTES), without reading it
    where the length is told.
    """
    limit = limit or settings.WEBHOOK_MAX_BODY_BYTES
    announced = str(request.META.get("CONTENT_LENGTH") or "0")
    if announced.isdecimal() and int(announced) > limit:
        raise Rejected(413, "Payload too large")
    body = request.body
    if len(body) > limit:
        raise Rejected(413, "Payload too large")
    return body


def parse_object(body: bytes, *, error: str = "Invalid JSON payload") -> Body:
    """The JSON object in `body`; `Rejected` 400 for anything else, also for nesting deeper than 64."""
    try:
        return _parse(body)
    except (ValueError, RecursionError):
        raise Rejected(400, error) from None


def _parse(body: bytes) -> Body:
    text = body.decode("utf-8", "surrogatepass").removeprefix("\ufeff").replace("\x00", "")
    payload = json.loads(text, parse_constant=_refuse_constant)
    if not isinstance(payload, dict):
        raise ValueError("no object")
    suspicious = _NUL_OR_SURROGATE.search(text) is not None or not _encodable(text)
    # A document of at most 64 brackets cannot be nested deeper than that.
    if suspicious or text.count("{") + text.count("[") > MAX_DEPTH:
        payload = _clean(payload, 1)
    if suspicious:
        text = json.dumps(payload, ensure_ascii=False)
    return Body(payload=payload, text=text)


def parse_uuid(value: str | None) -> UUID | None:
    """The UUID a parameter names; None for anything else."""
    try:
        return UUID((value or "").strip())
    except ValueError:
        return None


def bearer(request: HttpRequest) -> str:
    """The token of `Authorization: Bearer …`; "" without one."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def accepted(event_id: UUID, event_type: str, *, deduped: bool) -> HttpResponse:
    """Kept now, or known already."""
    body: dict[str, Any] = {"success": True, "queued": not deduped}
    if deduped:
        body["deduped"] = True
    return answer(200, {**body, "event_id": str(event_id), "event_type": event_type})


def ignored(reason: str, event_type: str | None = None) -> HttpResponse:
    """Understood and deliberately not processed."""
    known = {"event_type": event_type} if event_type else {}
    return answer(200, {"success": True, "ignored": True, "reason": reason, **known})


def rejected(problem: Rejected) -> HttpResponse:
    """The answer to a call that is not kept."""
    told = {"reason": problem.reason} if problem.reason else {}
    return answer(problem.status, {"error": problem.error, **told})


def unavailable(error: str) -> HttpResponse:
    """Come back in a minute."""
    response = answer(503, {"error": error})
    response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def describe_endpoint(request: HttpRequest, name: str) -> HttpResponse:
    """The answer to a GET (providers and people probe URLs with it); 405 to any other method."""
    if request.method == "GET":
        return answer(200, {"status": "ok", "endpoint": name})
    response = answer(405, {"error": "Method not allowed"})
    response["Allow"] = "GET, POST"
    return response


def answer(status: int, body: dict[str, Any]) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(json.dumps(body), status=status, content_type="application/json")


def _clean(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return _SURROGATES.sub("", value)
    if not isinstance(value, (dict, list)):
        return value
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        return {_SURROGATES.sub("", key): _clean(item, depth + 1) for key, item in value.items()}
    return [_clean(item, depth + 1) for item in value]


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
