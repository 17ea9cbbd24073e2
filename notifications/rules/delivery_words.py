"""How a delivery is told to people: whom it went to without the whole address, and why it did not."""

HIDDEN = "•••"
SHOWN_OF_A_PHONE = 4

_REASONS = {
    "slack_off": "Alerts in Slack are switched off",
    "slack_not_configured": "Slack is not connected",
    "slack_disconnected": "Slack is disconnected",
    "email_not_configured": "Mail cannot be sent yet",
    "email_disconnected": "Resend is disconnected",
    "sms_not_configured": "GoHighLevel is not connected",
    "sms_disconnected": "GoHighLevel is disconnected",
    "lead_phone": "A lead has this number",
    "sms_cap": "Enough texts for a day",
    "repeated": "The same was told a short while ago",
    "replaced": "Newer news took its place",
    "no_recipients": "Nobody is chosen",
    "not_configured": "The connection was removed meanwhile",
    "suspended": "The workspace is suspended",
    "note_deleted": "The note was deleted or changed before it was told",
    "no_access": "They could not see the lead any more",
    "stale": "Too old by the time it could be sent",
}


def mask_target(target: str) -> str:
    """First letter and domain of an address, the last digits of a phone; ids of channels as they are."""
    name, at, domain = target.partition("@")
    if at:
        return f"{name[:1]}{HIDDEN}@{domain}"
    return f"{HIDDEN}{target[-SHOWN_OF_A_PHONE:]}" if target.startswith("+") else target


def reason_in_words(reason: str) -> str:
    """A reason we know in a sentence; a provider's code as it is."""
    return _REASONS.get(reason, reason.replace("_", " "))
