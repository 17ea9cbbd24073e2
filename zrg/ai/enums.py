"""Closed sets of the model floor."""

from django.db.models import TextChoices


class Tone(TextChoices):
    FRIENDLY_PROFESSIONAL = "friendly-professional", "Friendly, professional"
    PROFESSIONAL = "professional", "Professional"
    CASUAL = "casual", "Casual"
    DIRECT = "direct", "Direct"
    WARM = "warm", "Warm"
