"""From an HTTP exchange to a `ProviderResult`: the client contract all providers share.

`unknown` (possibly performed) is never repeated here, nor are other writes except after a 429, which
the provider refused. Reads are repeated after timeouts and network errors.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import structlog
from django.conf import settings

from integrations.enums import Code
from integrations.metrics import count_provider_call
from integrations.results import Outcome, ProviderResult
from integrations.rules.hosts import host_of, is_loopback
from integrations.wire import Call, Exchange, exchange
from zrg.lib.log_events import PROVIDER_CALL, PROVIDER_THROTTLED
from zrg.lib.redact import redact_text

MAX_MESSAGE = 2_000
# A call may sleep this long for 429s in total; longer waits go back to the job.
RATE_LIMIT_SLEEP_SECONDS = 30.0
# What a job should wait when the provider names no time.
DEFAULT_RETRY_AFTER_SECONDS = 30.0
# An `X-RateLimit-Reset` beyond this is a moment, not a number of seconds.
MAX_RESET_SECONDS = 3_600

CODE_OF_STATUS = {
    400: Code.BAD_REQUEST,
    401: Code.AUTH_FAILED,
    402: Code.PAYMENT_REQUIRED,
    403: Code.AUTH_FAILED,
    404: Code.NOT_FOUND,
    409: Code.CONFLICT,
    422: Code.UNPROCESSABLE,
    429: Code.RATE_LIMITED,
}

logger = structlog.get_logger(__name__)

# The moment (monotonic) until which somebody waits for the calls of this thread; None: a job does.
_deadline: ContextVar[float | None] = ContextVar("provider_deadline", default=None)

Reader = Callable[[Any], Any]
Explainer = Callable[[int, Any], tuple[str, str]]


class Refused(Exception):
    """A reader found in a 2xx answer that the provider did not do it."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


class UnexpectedAnswer(Exception):
    """A reader cannot make sense of a 2xx answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often a call is repeated, by what went wrong, and the seconds before each repetition.

    Only a 429 repeats a write: the provider refused it, so it was not performed. Network errors and 5xx
    repeat reads. The waits get the number of repetitions so far.
    """

    rate_limited: int = 2
    network: int = 0
    server_errors: int = 0
    rate_limit_wait: Callable[[ProviderResult, int], float] = lambda result, n: _told_or(doubling(n), result)
    network_wait: Callable[[int], float] = lambda n: doubling(n)
    server_error_wait: Callable[[int], float] = lambda n: doubling(n)

    def wait(self, call: Call, result: ProviderResult, tried: Counter[str]) -> float | None:
        """Seconds until the next attempt after `result`, None for no further one; counts it in `tried`."""
        kind, allowed, wait = self._kind(call, result)
        if kind is None or tried[kind] >= allowed:
            return None
        seconds = wait(tried[kind])
        tried[kind] += 1
        return seconds

    def _kind(self, call: Call, result: ProviderResult) -> tuple[str | None, int, Callable[[int], float]]:
        if result.code == Code.RATE_LIMITED:
            return "rate", self.rate_limited, lambda n: self.rate_limit_wait(result, n)
        if call.reads_only and result.code in (Code.TIMEOUT, Code.NETWORK):
            return "network", self.network, self.network_wait
        if call.reads_only and result.code == Code.PROVIDER_5XX:
            return "server", self.server_errors, self.server_error_wait
        return None, 0, self.network_wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """How a provider wants to be shown the key. Neither part is ever logged."""

    headers: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)


class Transport:
    """Calls of one connection. `refusal` is asked before every call (circuit, missing credential),
    `throttle` for the seconds to wait before an attempt; `observer` hears the final result of every call
    that was tried.
    """

    def __init__(
        self,
        *,
        provider: str,
        base_url: str,
        credential: Credential,
        timeout: float,
        retries: RetryPolicy,
        explain: Explainer,
        refusal: Callable[[], ProviderResult | None] = lambda: None,
        throttle: Callable[[], float] = lambda: 0.0,
        observer: Callable[[ProviderResult], None] = lambda result: None,
        pause: Callable[[float], None] = time.sleep,
    ):
        self.provider = provider
        self.base_url = base_url
        self._credential = credential
        self._timeout = timeout
        self._retries = retries
        self._explain = explain
        self._refusal = refusal
        self._throttle = throttle
        self._observer = observer
        self._pause = pause

    def request(self, call: Call, read: Reader) -> ProviderResult:
        """Perform `call`; `read` turns the JSON of a 2xx answer into `data` (may raise `Refused` or
        `UnexpectedAnswer`). Never raises for what the provider does.
        """
        refused = self._refusal() or host_refusal(self.base_url) or _too_late()
        if refused is not None:
            return refused
        slept = 0.0
        patience = _remaining(RATE_LIMIT_SLEEP_SECONDS)
        tried: Counter[str] = Counter()
        while True:
            if (wait := self._throttle()) > 0:
                if slept + wait > patience:
                    return failure(Code.RATE_LIMITED, "our own rate limit is used up", retry_after=wait)
                self._pause(wait)
                slept += wait
                continue
            result = self._attempt(call, read, sum(tried.values()))
            again = self._retries.wait(call, result, tried)
            if again is None or slept + again > patience or _too_late():
                break
            if result.code == Code.RATE_LIMITED:
                logger.warning(PROVIDER_THROTTLED, provider=self.provider, path=call.template, wait_seconds=again)
            self._pause(again)
            slept += again
        if result.code == Code.RATE_LIMITED and result.retry_after is None:
            result = replace(result, retry_after=DEFAULT_RETRY_AFTER_SECONDS)
        self._observer(result)
        return result

    def _attempt(self, call: Call, read: Reader, attempt: int) -> ProviderResult:
        started = time.monotonic()
        answer = exchange(self._signed(call), base_url=self.base_url, timeout=_remaining(self._timeout))
        result = self._result(call, answer, read)
        seconds = time.monotonic() - started
        count_provider_call(self.provider, result.outcome, result.code, seconds)
        logger.info(
            PROVIDER_CALL,
            provider=self.provider,
            method=call.method,
            path=call.template,
            status=result.status,
            outcome=result.outcome,
            code=result.code,
            ms=round(seconds * 1000),
            attempt=attempt + 1,
        )
        return result

    def _signed(self, call: Call) -> Call:
        context = structlog.contextvars.get_contextvars()
        correlation_id = context.get("correlation_id") or context.get("request_id")
        traced = {"X-Request-Id": str(correlation_id)} if correlation_id else {}
        return replace(
            call,
            headers={**self._credential.headers, **traced, **call.headers},
            params={**call.params, **self._credential.params},
        )

    def _result(self, call: Call, answer: Exchange, read: Reader) -> ProviderResult:
        possibly_done: Outcome = "failed" if call.reads_only or not answer.written else "unknown"
        if answer.status is None:
            return _not_ok(possibly_done, None, answer.failure or Code.NETWORK, answer.detail)
        if 200 <= answer.status < 300:
            return self._read(call, answer, read, possibly_done)
        said = answer.body if answer.is_json else answer.text
        if answer.status >= 500:
            _, message = self._explain(answer.status, said)
            return _not_ok(possibly_done, answer.status, Code.PROVIDER_5XX, message)
        if answer.status < 400:
            # Redirects are not followed; whether the provider acted before it answered so is open.
            return _not_ok(possibly_done, answer.status, Code.INVALID_RESPONSE, "redirects are not followed")
        code, message = self._explain(answer.status, said)
        retry_after = _asked_to_wait(answer.headers) if answer.status == 429 else None
        return _not_ok("failed", answer.status, code, message, retry_after)

    def _read(self, call: Call, answer: Exchange, read: Reader, possibly_done: Outcome) -> ProviderResult:
        if answer.detail or not (answer.is_json or call.accepts_text):
            return _not_ok(possibly_done, answer.status, Code.INVALID_RESPONSE, answer.detail or "answer is no JSON")
        try:
            data = read(answer.body if answer.is_json else answer.text)
        except Refused as refused:
            return _not_ok("failed", answer.status, refused.code, str(refused))
        except UnexpectedAnswer as unexpected:
            return _not_ok(possibly_done, answer.status, Code.INVALID_RESPONSE, str(unexpected))
        return ProviderResult(outcome="ok", status=answer.status, data=data)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """A person waits: calls inside take at most this long together, and further ones are not made."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def _remaining(seconds: float) -> float:
    """As much of `seconds` as is left until the deadline, at least a moment."""
    deadline = _deadline.get()
    return seconds if deadline is None else max(0.05, min(seconds, deadline - time.monotonic()))


def _too_late() -> ProviderResult | None:
    deadline = _deadline.get()
    if deadline is None or time.monotonic() < deadline:
        return None
    return failure(Code.TIMEOUT, "no answer in time")


def host_refusal(base_url: str) -> ProviderResult | None:
    """Why no credential may be sent to this address, or None. Plain http and this machine only for tests."""
    if settings.ZRG_ALLOW_LOOPBACK_PROVIDERS:
        return None
    host = host_of(base_url)
    if base_url.startswith("https://") and host and not is_loopback(host):
        return None
    return failure(Code.HOST_REFUSED, "only https to a public host is allowed")


def failure(code: str, message: str, *, retry_after: float | None = None) -> ProviderResult:
    """A call that was not made."""
    return _not_ok("failed", None, code, message, retry_after)


def retry_after_seconds(header: str | None) -> float | None:
    """Seconds of a Retry-After header (number or date), never negative; None when absent or unreadable."""
    if not header:
        return None
    try:
        return max(0.0, float(header.strip()))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def code_of_status(status: int) -> Code:
    """The code of an error status nobody knows better."""
    return CODE_OF_STATUS.get(status, Code.PROVIDER_5XX if status >= 500 else Code.BAD_REQUEST)


def explain_plainly(status: int, body: Any) -> tuple[str, str]:
    """The explainer of a provider whose errors need no reading of their own."""
    return code_of_status(status), error_text(body) or f"status {status}"


def error_text(body: Any) -> str:
    """The sentence in the usual error shapes, or a short plain answer; "" when there is none."""
    if isinstance(body, str) and "<" not in body:
        return body.strip()[:300]
    if not isinstance(body, dict):
        return ""
    data = body.get("data")
    for found in (body.get("message"), body.get("error"), data.get("message") if isinstance(data, dict) else None):
        if isinstance(found, str) and found.strip():
            return found.strip()
        if isinstance(found, list):
            return "; ".join(str(item) for item in found)
    return ""


def _asked_to_wait(headers: dict[str, str]) -> float | None:
    told = retry_after_seconds(headers.get("retry-after"))
    if told is not None:
        return told
    # Some providers only tell in how many seconds their window starts anew.
    reset = retry_after_seconds(headers.get("x-ratelimit-reset"))
    return reset if reset is not None and reset <= MAX_RESET_SECONDS else None


def doubling(n: int) -> float:
    """1, 2, 4 … seconds."""
    return float(2**n)


def _told_or(otherwise: float, result: ProviderResult) -> float:
    return result.retry_after if result.retry_after is not None else otherwise


def _not_ok(
    outcome: Outcome, status: int | None, code: str, message: str, retry_after: float | None = None
) -> ProviderResult:
    return ProviderResult(
        outcome=outcome,
        status=status,
        code=str(code),
        message=redact_text(message)[:MAX_MESSAGE],
        retry_after=retry_after,
    )
