from integrations.admin.connections import ConnectionAdmin
from integrations.admin.lookups import EmailBisonBaseHostAdmin, EmailSenderAdmin, ProviderBudgetAdmin, WebhookRouteAdmin

__all__ = [
    "ConnectionAdmin",
    "EmailBisonBaseHostAdmin",
    "EmailSenderAdmin",
    "ProviderBudgetAdmin",
    "WebhookRouteAdmin",
]
