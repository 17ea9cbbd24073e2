"""Counters of this app."""

from prometheus_client import Counter

LOGINS = Counter("zrg_logins_total", "Log-ins by result", ["result"])
ACCESS_DENIED = Counter("zrg_access_denied_total", "Refused acts", ["action"])
PROVISIONING = Counter("zrg_provisioning_total", "Provisioning calls", ["endpoint", "status"])


def count_login(result: str) -> None:
    """One log-in attempt."""
    LOGINS.labels(result=result).inc()


def count_denied(action: str) -> None:
    """One refused act."""
    ACCESS_DENIED.labels(action=action).inc()


def count_provisioning(endpoint: str, status: int) -> None:
    """One provisioning call."""
    PROVISIONING.labels(endpoint=endpoint, status=str(status)).inc()
