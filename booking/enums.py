"""Words of the calendar floor."""

from django.db import models
from django.utils.translation import gettext_noop as _


class CalendarType(models.TextChoices):
    """Whose page a calendar link leads to; told from the link, never typed."""

    CALENDLY = "calendly", "Calendly"
    HUBSPOT = "hubspot", "HubSpot"
    GHL = "ghl", "GoHighLevel"
    UNKNOWN = "unknown", _("Not recognised")


class LinkType(models.TextChoices):
    """How an e-mail shows the booking link; texts and LinkedIn always show the address."""

    PLAIN_URL = "PLAIN_URL", _("The address itself")
    HYPERLINKED_TEXT = "HYPERLINKED_TEXT", _("Linked words")


class InstructionOrder(models.TextChoices):
    """What comes first in the answer."""

    QUESTIONS_FIRST = "QUESTIONS_FIRST", _("Questions, times, link")
    TIMES_FIRST = "TIMES_FIRST", _("Times, questions, link")
    LINK_FIRST = "LINK_FIRST", _("Link, questions, times")
