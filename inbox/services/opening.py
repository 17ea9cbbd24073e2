"""What happens when somebody opens a conversation, by whatever way."""

from datetime import datetime

from inbox.services.marking import mark_seen
from inbox.services.syncing.conversations import request_sync_if_stale
from leads.models import Lead
from zrg.workspaces.models import User


def open_conversation(lead: Lead, user: User, *, now: datetime) -> None:
    """The person has seen the lead; a conversation that was not compared with its provider lately is."""
    mark_seen(lead, user, now=now)
    request_sync_if_stale(lead, now=now)
