"""Clay: asked about a lead's phone or LinkedIn profile, answers by a call of its own."""

from integrations.clay.signature import verify_signature

__all__ = ["verify_signature"]
