"""URLs of this app: one webhook endpoint per provider."""

from django.urls import path

from integrations.emailbison.webhook import receive_email_event
from integrations.slack.webhook import receive_slack_interaction

urlpatterns = [
    path("api/webhooks/email", receive_email_event, name="webhook_email"),
    path("api/webhooks/slack/interactions", receive_slack_interaction, name="webhook_slack"),
]
