"""Which mailboxes a provider will send from."""

from collections.abc import Sequence

# Texts of the provider's `status` field (only that one) that mean it will not send.
NOT_SENDABLE = (
    "disabled",
    "inactive",
    "disconnected",
    "not connected",
    "not_connected",
    "connection_failed",
    "error",
    "invalid",
    "deleted",
    "paused",
    "suspended",
)

MISSING_IN_PROVIDER = "missing_in_provider"


def refusal_of_status(status: str | None) -> str | None:
    """The word of `status` that says the mailbox cannot send; None when it can (or nothing is said)."""
    lowered = (status or "").lower()
    return next((word for word in NOT_SENDABLE if word in lowered), None)


def pick_sender(sendable_ids: Sequence[str], preferred: Sequence[str | None]) -> str | None:
    """The first preferred id that may send, else the lowest one; None when no mailbox may."""
    for wanted in preferred:
        if wanted and wanted in sendable_ids:
            return wanted
    return min(sendable_ids, key=_numeric_order, default=None)


def _numeric_order(sender_id: str) -> tuple[bool, int, str]:
    return (not sender_id.isdecimal(), int(sender_id) if sender_id.isdecimal() else 0, sender_id)
