"""URLs of this app: one webhook endpoint per provider."""

from django.urls import path

from integrations.calendly.webhook import receive_calendly_event
from integrations.clay.webhook import receive_clay_answer
from integrations.emailbison.webhook import receive_email_event
from integrations.ghl.webhook import receive_sms_event
from integrations.instantly.webhook import receive_instantly_event
from integrations.lead_push.webhook import receive_pushed_lead
from integrations.slack.webhook import receive_slack_interaction
from integrations.smartlead.webhook import receive_smartlead_event
from integrations.unipile.webhook import receive_linkedin_event

urlpatterns = [
    path("api/webhooks/email", receive_email_event, name="webhook_email"),
    path("api/webhooks/ghl/sms", receive_sms_event, name="webhook_ghl_sms"),
    path("api/webhooks/slack/interactions", receive_slack_interaction, name="webhook_slack"),
    path("api/webhooks/smartlead", receive_smartlead_event, name="webhook_smartlead"),
    path("api/webhooks/instantly", receive_instantly_event, name="webhook_instantly"),
    path("api/webhooks/linkedin", receive_linkedin_event, name="webhook_linkedin"),
    path("api/webhooks/clay", receive_clay_answer, name="webhook_clay"),
    path("api/webhooks/lead-push/<str:source>", receive_pushed_lead, name="webhook_lead_push"),
    path("api/webhooks/calendly/<str:workspace>", receive_calendly_event, name="webhook_calendly"),
]
