"""Whether mail can leave through Resend."""

from uuid import UUID

from integrations.enums import Provider
from integrations.env import resend_api_key, resend_from_email
from integrations.models import Connection


def can_mail(workspace_id: UUID | None) -> bool:
    """Whether mails of the workspace (None: the platform's) can leave: there is a key and an address, each its
    own or the platform's. Reads in the caller's context.
    """
    own = Connection.objects.in_workspace(workspace_id).of(Provider.RESEND).active().first() if workspace_id else None
    key = (own.secrets if own else "") or resend_api_key()
    sender = (own.config.get("from_email") if own else "") or resend_from_email()
    return bool(key and sender)
