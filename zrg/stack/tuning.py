"""How our PostgreSQL servers work: their share of the memory, how often they checkpoint, what reading costs.

A server as PostgreSQL is delivered takes 128 MB for its pages whatever the machine has, and under load begins a
checkpoint every few seconds, after which pages are written to the log whole.
"""

import os
from pathlib import Path

MEGABYTE = 1024**2
# An eighth: web, worker and, often, a browser live beside it. More than the upper end is left to the system's cache.
_BUFFERS_PART, _FEWEST_BUFFERS, _MOST_BUFFERS = 8, 128 * MEGABYTE, 2_048 * MEGABYTE
_CACHED_PART = 2
_LIMIT_OF_GROUP = Path("/sys/fs/cgroup/memory.max")

# What plans depend on is the same everywhere, so that plans seen in tests are those of an installation.
_PLANS = {"jit": "off", "random_page_cost": "1.1"}
# For data nobody misses: the machine may lose it, the server process may not.
_VOLATILE = {"max_connections": "200", "fsync": "off", "full_page_writes": "off"}
# After a crash up to the first figure is read again, about a minute for all of it.
_DURABLE = {"max_connections": "100", "max_wal_size": "4GB", "checkpoint_timeout": "15min"}


def server_settings(*, durable: bool) -> dict[str, str]:
    """Settings of postgresql.conf by name; memory in units PostgreSQL reads."""
    if not durable:
        return _PLANS | _VOLATILE
    memory = machine_memory()
    buffers = max(_FEWEST_BUFFERS, min(memory // _BUFFERS_PART, _MOST_BUFFERS))
    return (
        _PLANS
        | _DURABLE
        | {"shared_buffers": _megabytes(buffers), "effective_cache_size": _megabytes(memory // _CACHED_PART)}
    )


def machine_memory() -> int:
    """Bytes this machine, or the container it is, lets us have."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(whole, int(_LIMIT_OF_GROUP.read_text()))
    except (OSError, ValueError):  # no such limit, or "max"
        return whole


def _megabytes(size: int) -> str:
    return f"{size // MEGABYTE}MB"
