"""The one HTTP client for models: pooled, never without a timeout, never retrying by itself."""

from functools import lru_cache
from urllib.parse import urlsplit

import openai
from django.conf import settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def model_calls_possible() -> bool:
    """Whether a key is configured; without one nothing is guessed and no draft is written by a model."""
    return bool(settings.OPENAI_API_KEY)


def get_client() -> openai.OpenAI:
    """Shared client of this process (SDK retries off: the runner retries within the deadline)."""
    return _client(settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL)


@lru_cache(maxsize=4)
def _client(api_key: str, base_url: str) -> openai.OpenAI:
    host = urlsplit(base_url)
    if host.scheme != "https" and not (settings.ZRG_ALLOW_LOOPBACK_PROVIDERS and host.hostname in LOOPBACK):
        raise ValueError("OPENAI_BASE_URL must be an https address")
    return _pool().with_options(api_key=api_key, base_url=base_url)


@lru_cache(maxsize=1)
def _pool() -> openai.OpenAI:
    """The connections; reading the trusted certificates takes longer than many a call."""
    return openai.OpenAI(api_key="none yet", max_retries=0, timeout=30.0)
