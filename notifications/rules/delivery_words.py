"""How a delivery is told to people: whom it went to without the whole address, and why it did not."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

HIDDEN = "•••"
SHOWN_OF_A_PHONE = 4

_REASONS = {
    "slack_off": _("Alerts in Slack are switched off"),
    "slack_not_configured": _("Slack is not connected"),
    "slack_disconnected": _("Slack is disconnected"),
    "email_not_configured": _("Mail cannot be sent yet"),
    "email_disconnected": _("Resend is disconnected"),
    "sms_not_configured": _("GoHighLevel is not connected"),
    "sms_disconnected": _("GoHighLevel is disconnected"),
    "lead_phone": _("A lead has this number"),
    "sms_cap": _("Enough texts for a day"),
    "repeated": _("The same was told a short while ago"),
    "replaced": _("Newer news took its place"),
    "pager_not_configured": _("There is no pager"),
    "no_recipients": _("Nobody is chosen"),
    "not_configured": _("The connection was removed meanwhile"),
    "suspended": _("The workspace is suspended"),
    "note_deleted": _("The note was deleted or changed before it was told"),
    "no_access": _("They could not see the lead any more"),
    "stale": _("Too old by the time it could be sent"),
}


def mask_target(target: str) -> str:
    """First letter and domain of an address, the last digits of a phone; ids of channels as they are."""
    name, at, domain = target.partition("@")
    if at:
        return f"{name[:1]}{HIDDEN}@{domain}"
    return f"{HIDDEN}{target[-SHOWN_OF_A_PHONE:]}" if target.startswith("+") else target


def reason_in_words(reason: str) -> str:
    """A reason we know in a sentence; a provider's code as it is."""
    return gettext(_REASONS.get(reason, reason.replace("_", " ")))
