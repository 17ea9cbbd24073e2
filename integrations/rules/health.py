"""What one outcome says about a connection."""

from dataclasses import dataclass
from typing import Literal

from integrations.enums import OUTAGE_CODES, Code, ConnectionStatus
from integrations.results import ProviderResult

FAILURES_UNTIL_DEGRADED = 3

# Codes after which the credential or the account itself is the problem.
_LOST_CODES = frozenset([Code.AUTH_FAILED, Code.LINKEDIN_DISCONNECTED])


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Status of a connection and how many calls in a row could not use the provider."""

    status: str
    consecutive_failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChange:
    """`health` after the outcome; `error`: it belongs into the error fields; `ok`: it clears them."""

    health: Health
    ok: bool = False
    error: bool = False
    crossed: Literal["lost", "recovered"] | None = None


def next_health(health: Health, result: ProviderResult, *, via_webhook: bool = False) -> HealthChange:
    """Health after one call (or authenticated webhook).

    Success connects; a refused credential disconnects at once; three outages in a row degrade. An
    answer that concerns one request only (bad request, not found, one unreachable person) proves that
    the provider is there but not that the request was right: it leaves everything as it is. A webhook
    proves that the provider reaches us, not that our key works, so it never lifts DISCONNECTED.
    """
    if result.ok:
        if via_webhook and health.status == ConnectionStatus.DISCONNECTED:
            return HealthChange(health=health)
        return _changed(health, Health(status=ConnectionStatus.CONNECTED, consecutive_failures=0), ok=True)
    if result.code in _LOST_CODES:
        failures = health.consecutive_failures + 1
        return _changed(health, Health(status=ConnectionStatus.DISCONNECTED, consecutive_failures=failures), error=True)
    if result.code not in OUTAGE_CODES:
        return HealthChange(health=health)
    failures = health.consecutive_failures + 1
    status = health.status
    if failures >= FAILURES_UNTIL_DEGRADED and status != ConnectionStatus.DISCONNECTED:
        status = ConnectionStatus.DEGRADED
    return _changed(health, Health(status=status, consecutive_failures=failures), error=True)


def _changed(before: Health, after: Health, *, ok: bool = False, error: bool = False) -> HealthChange:
    crossed: Literal["lost", "recovered"] | None = None
    if (before.status == ConnectionStatus.DISCONNECTED) != (after.status == ConnectionStatus.DISCONNECTED):
        crossed = "lost" if after.status == ConnectionStatus.DISCONNECTED else "recovered"
    return HealthChange(health=after, ok=ok, error=error, crossed=crossed)
