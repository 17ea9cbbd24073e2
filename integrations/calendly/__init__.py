"""Calendly: its webhook, its API, its subscription and its simulator."""

from integrations.calendly.signature import verify_signature

__all__ = ["verify_signature"]
