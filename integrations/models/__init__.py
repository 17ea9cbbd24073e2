from integrations.models.budget import ProviderBudget
from integrations.models.connection import Connection, WebhookRoute
from integrations.models.contact import NotificationContact
from integrations.models.host import EmailBisonBaseHost
from integrations.models.sender import EmailSender

__all__ = [
    "Connection",
    "EmailBisonBaseHost",
    "EmailSender",
    "NotificationContact",
    "ProviderBudget",
    "WebhookRoute",
]
