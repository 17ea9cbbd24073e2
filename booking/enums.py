"""Words of the calendar floor."""

from django.db import models


class CalendarType(models.TextChoices):
    """Whose page a calendar link leads to; told from the link, never typed."""

    CALENDLY = "calendly", "Calendly"
    HUBSPOT = "hubspot", "HubSpot"
    GHL = "ghl", "GoHighLevel"
    UNKNOWN = "unknown", "Not recognised"
