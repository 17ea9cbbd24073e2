"""Which processor turns the stored calls of a provider into their effects."""

from collections.abc import Callable

from integrations.calendly import process as calendly
from integrations.clay import process as clay
from integrations.emailbison import process as emailbison
from integrations.enums import Provider, RouteProvider
from integrations.ghl import process as ghl
from integrations.instantly import process as instantly
from integrations.lead_push import process as lead_push
from integrations.slack import process as slack
from integrations.smartlead import process as smartlead
from integrations.unipile import process as unipile
from zrg.jobs.models import WebhookEvent

PROCESSORS: dict[str, Callable[[WebhookEvent], str]] = {
    Provider.EMAILBISON.value: emailbison.process,
    Provider.SLACK.value: slack.process,
    Provider.SMARTLEAD.value: smartlead.process,
    Provider.INSTANTLY.value: instantly.process,
    Provider.UNIPILE.value: unipile.process,
    Provider.GHL.value: ghl.process,
    RouteProvider.CLAY.value: clay.process,
    Provider.CALENDLY.value: calendly.process,
    Provider.LEAD_PUSH.value: lead_push.process,
}
"""By the event's provider; each runs inside the event's transaction, is safe to repeat and returns the
outcome (`processed`, `ignored:<reason>`)."""


def process(event: WebhookEvent) -> str:
    """Process one stored call (registered with the job engine for every provider above)."""
    return PROCESSORS[event.provider](event)
