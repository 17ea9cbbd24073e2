"""Our own pace towards a provider: counters in the cache, one per provider and account.

Never needed for correctness: without the cache nothing is held back and the provider's 429 rules.
"""

import math
import time
from dataclasses import dataclass

import structlog
from django.core.cache import cache
from django.db import DatabaseError
from redis.exceptions import RedisError

from zrg.lib.log_events import PROVIDER_THROTTLED

# A window's counter must outlive the window by any difference between clocks.
KEPT_WINDOWS = 3

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """At most `limit` calls in each window of `seconds` for `account`, over all processes."""

    provider: str
    account: str
    limit: int
    seconds: float

    def wait(self) -> float:
        """Take one call of the present window and return 0, or the seconds until the next one begins."""
        now = time.time()
        window = math.floor(now / self.seconds)
        key = f"throttle:{self.provider}:{self.account}:{window}"
        try:
            cache.add(key, 0, timeout=max(5, math.ceil(self.seconds * KEPT_WINDOWS)))
            used = cache.incr(key)
        except (DatabaseError, RedisError, OSError, ValueError) as down:
            logger.warning(PROVIDER_THROTTLED, provider=self.provider, error=type(down).__name__)
            return 0.0
        if used <= self.limit:
            return 0.0
        return max(0.05, (window + 1) * self.seconds - now)
