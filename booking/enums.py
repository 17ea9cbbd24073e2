"""Words of the calendar floor."""

from django.db import models


class CalendarType(models.TextChoices):
    """Whose page a calendar link leads to; told from the link, never typed."""

    CALENDLY = "calendly", "Calendly"
    HUBSPOT = "hubspot", "HubSpot"
    GHL = "ghl", "GoHighLevel"
    UNKNOWN = "unknown", "Not recognised"


class LinkType(models.TextChoices):
    """How an e-mail shows the booking link; texts and LinkedIn always show the address."""

    PLAIN_URL = "PLAIN_URL", "The address itself"
    HYPERLINKED_TEXT = "HYPERLINKED_TEXT", "Linked words"


class InstructionOrder(models.TextChoices):
    """What comes first in the answer."""

    QUESTIONS_FIRST = "QUESTIONS_FIRST", "Questions, times, link"
    TIMES_FIRST = "TIMES_FIRST", "Times, questions, link"
    LINK_FIRST = "LINK_FIRST", "Link, questions, times"
