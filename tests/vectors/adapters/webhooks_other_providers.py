"""The same calls and effects as `webhooks`, at the doors of the other providers."""

from tests.vectors.adapters.webhooks import applies, run

__all__ = ["applies", "run"]
