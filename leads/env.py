"""Knobs of leads, read leniently when they are used: a typing error never stops a message."""

import os

from zrg.lib.phone import AI_CONFIDENCE_THRESHOLD, DEFAULT_CALLING_CODE

DEFAULT_REGION_MODEL = "gpt-5-mini"


def default_calling_code() -> str:
    """Country calling code of a number nothing else places; `resolve_phone` reads it leniently."""
    return os.environ.get("GHL_DEFAULT_COUNTRY_CALLING_CODE", "").strip() or DEFAULT_CALLING_CODE


def is_region_model_on() -> bool:
    """Whether a model may name the country of a number that nothing else places."""
    return os.environ.get("PHONE_E164_AI_ENABLED", "").strip().lower() in ("1", "true", "yes", "on")


def region_model() -> str:
    """The model that is asked."""
    return os.environ.get("PHONE_E164_AI_MODEL", "").strip() or DEFAULT_REGION_MODEL


def region_threshold() -> float:
    """How sure the model must be, 0 to 1."""
    try:
        value = float(os.environ.get("PHONE_E164_AI_CONFIDENCE_THRESHOLD", ""))
    except ValueError:
        return AI_CONFIDENCE_THRESHOLD
    return min(max(value, 0.0), 1.0) if value == value else AI_CONFIDENCE_THRESHOLD  # not a number is no number
