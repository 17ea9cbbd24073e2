"""What an answer of a provider means for a row of the outbox.

Attention is worth more than delivery: where nothing protects from a second copy, a message that may have
arrived is never sent again.
"""

from datetime import datetime, timedelta

from integrations.enums import Code
from integrations.resend.client import IN_PROGRESS
from integrations.results import ProviderResult
from notifications.contracts import Delivery
from notifications.enums import Destination, SendKind

BACKOFF = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
)
MAX_ATTEMPTS = len(BACKOFF) + 1
JITTER = 0.2
# News that is told late is worse than none.
STALE_AFTER = {
    SendKind.SENTIMENT_REALTIME.value: timedelta(hours=2),
    SendKind.DAILY_DIGEST.value: timedelta(hours=12),
    SendKind.DRAFT_APPROVAL.value: timedelta(hours=24),
}
# The mail provider remembers a key for 24 hours; an attempt may take a minute to begin.
KEY_REMEMBERED = timedelta(hours=23)

# The provider did nothing, and may do it later.
_LATER = frozenset([Code.RATE_LIMITED, Code.TIMEOUT, Code.NETWORK, Code.PROVIDER_5XX])


def read_result(destination: str, result: ProviderResult) -> Delivery:
    """The outcome of one call. Only mail carries an idempotency key."""
    if result.ok:
        return Delivery(outcome="sent", reference=_reference(result))
    reason = _reason(result)
    if result.outcome == "unknown":
        if destination == Destination.EMAIL:
            return Delivery(outcome="retry", reason=reason, uncertain=True)
        # A server that answers with an error has not delivered.
        return Delivery(outcome="retry" if result.code == Code.PROVIDER_5XX else "unknown", reason=reason)
    if result.code in _LATER or result.message.startswith(IN_PROGRESS):
        untried = result.code == Code.RATE_LIMITED and result.status is None
        return Delivery(outcome="retry", reason=reason, retry_after=result.retry_after, untried=untried)
    return Delivery(outcome="failed", reason=reason)


def next_wait(attempts: int, delivery: Delivery, jitter: float) -> timedelta | None:
    """How long to wait after attempt number `attempts`; None when it was the last. `jitter` is −1 … 1."""
    asked = timedelta(seconds=delivery.retry_after or 0)
    if delivery.untried:
        return asked or BACKOFF[0]
    if attempts >= MAX_ATTEMPTS:
        return None
    return max(asked, BACKOFF[attempts - 1] * (1 + JITTER * jitter))


def is_stale(kind: str, created_at: datetime, now: datetime) -> bool:
    """Whether it is too late to tell it."""
    limit = STALE_AFTER.get(kind)
    return limit is not None and now - created_at > limit


def _reference(result: ProviderResult) -> str:
    reference = getattr(result.data, "reference", result.data)
    return reference[:200] if isinstance(reference, str) else ""


def _reason(result: ProviderResult) -> str:
    """Slack's own word where there is one, else the code."""
    words = result.message if result.code in (Code.BAD_REQUEST, Code.NOT_FOUND, Code.AUTH_FAILED) else ""
    word = words.partition(":")[0].strip()
    return (word if word.replace("_", "").isalnum() and word.islower() else str(result.code))[:80]
