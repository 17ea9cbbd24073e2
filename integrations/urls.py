"""URLs of this app: one webhook endpoint per provider."""

from django.urls import path

from integrations.emailbison.webhook import receive_email_event

urlpatterns = [
    path("api/webhooks/email", receive_email_event, name="webhook_email"),
]
