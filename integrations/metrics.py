"""Counters of this app; labels never carry ids."""

from prometheus_client import Counter, Histogram

WEBHOOKS = Counter("zrg_webhooks_total", "Inbound calls by result", ["provider", "event_type", "result"])
WEBHOOK_SECONDS = Histogram(
    "zrg_webhook_seconds",
    "Time until an inbound call is answered",
    ["provider"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5),
)
PROVIDER_CALLS = Counter("zrg_provider_calls_total", "Calls to providers", ["provider", "outcome", "code"])
PROVIDER_SECONDS = Histogram(
    "zrg_provider_seconds",
    "Time a provider takes to answer",
    ["provider"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
SLACK_REFUSALS = Counter("zrg_slack_signature_refused_total", "Calls whose signature did not fit", ["why"])


def count_webhook(provider: str, event_type: str, result: str, seconds: float) -> None:
    """One inbound call; `event_type` is one of the provider's known ones, or "other"."""
    WEBHOOKS.labels(provider=provider, event_type=event_type, result=result).inc()
    WEBHOOK_SECONDS.labels(provider=provider).observe(seconds)


def count_provider_call(provider: str, outcome: str, code: str | None, seconds: float) -> None:
    """One attempt of a call to a provider."""
    PROVIDER_CALLS.labels(provider=provider, outcome=outcome, code=code or "").inc()
    PROVIDER_SECONDS.labels(provider=provider).observe(seconds)


def count_slack_refusal(why: str) -> None:
    """One call to Slack's interactivity address that nobody signed as it should be."""
    SLACK_REFUSALS.labels(why=why).inc()
