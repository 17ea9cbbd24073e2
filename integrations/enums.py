"""States and names of this app."""

from django.db import models
from django.utils.translation import gettext_noop as _


class Provider(models.TextChoices):
    """Services a workspace can be connected to."""

    EMAILBISON = "EMAILBISON", "EmailBison"
    SMARTLEAD = "SMARTLEAD", "SmartLead"
    INSTANTLY = "INSTANTLY", "Instantly"
    GHL = "GHL", "GoHighLevel"
    UNIPILE = "UNIPILE", "Unipile"
    CALENDLY = "CALENDLY", "Calendly"
    SLACK = "SLACK", "Slack"
    RESEND = "RESEND", "Resend"
    LEAD_PUSH = "LEAD_PUSH", _("Lead push")
    CRM_WEBHOOK = "CRM_WEBHOOK", _("CRM webhook")


# A workspace has at most one active of these.
EMAIL_PROVIDERS = (Provider.EMAILBISON, Provider.SMARTLEAD, Provider.INSTANTLY)


class ConnectionStatus(models.TextChoices):
    """What we last learned about a connection."""

    UNKNOWN = "UNKNOWN", _("Unknown")
    CONNECTED = "CONNECTED", _("Connected")
    DEGRADED = "DEGRADED", _("Degraded")
    DISCONNECTED = "DISCONNECTED", _("Disconnected")


class RouteProvider(models.TextChoices):
    """Providers whose calls are routed by a key of their payload."""

    EMAILBISON = "EMAILBISON", "EmailBison"
    GHL = "GHL", "GoHighLevel"
    UNIPILE = "UNIPILE", "Unipile"
    SLACK = "SLACK", "Slack"
    CLAY = "CLAY", "Clay"


class Code(models.TextChoices):
    """Why a call did not succeed."""

    NOT_CONFIGURED = "not_configured"
    AUTH_FAILED = "auth_failed"
    RATE_LIMITED = "rate_limited"
    BAD_REQUEST = "bad_request"
    NOT_FOUND = "not_found"
    PAYMENT_REQUIRED = "payment_required"
    UNPROCESSABLE = "unprocessable"
    CONFLICT = "conflict"
    TIMEOUT = "timeout"
    NETWORK = "network"
    PROVIDER_5XX = "provider_5xx"
    INVALID_RESPONSE = "invalid_response"
    HOST_REFUSED = "host_refused"
    SMS_DND = "sms_dnd"
    MISSING_PHONE = "missing_phone"
    INVALID_COUNTRY_CODE = "invalid_country_code"
    LINKEDIN_DISCONNECTED = "linkedin_disconnected"
    LINKEDIN_UNREACHABLE = "linkedin_unreachable"
    SENDER_INVALID = "sender_invalid"


# The provider could not be used at all; these count against the connection and its circuit.
OUTAGE_CODES = frozenset([Code.TIMEOUT, Code.NETWORK, Code.PROVIDER_5XX, Code.INVALID_RESPONSE, Code.HOST_REFUSED])


class CircuitState(models.TextChoices):
    """Whether calls to a provider are made at all."""

    CLOSED = "closed", _("Closed")
    OPEN = "open", _("Open")
    HALF_OPEN = "half_open", _("Half open")
