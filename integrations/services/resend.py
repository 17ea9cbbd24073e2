"""Whether mail can leave through Resend, and trying it."""

from uuid import UUID, uuid4

from integrations.enums import Provider
from integrations.env import resend_api_key, resend_from_email
from integrations.models import Connection
from integrations.resend.client import SPEC
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from integrations.transport import within

TEST_SECONDS = 8.0


def can_mail(workspace_id: UUID | None) -> bool:
    """Whether mails of the workspace (None: the platform's) can leave: there is a key and an address, each its
    own or the platform's. Reads in the caller's context.
    """
    own = Connection.objects.in_workspace(workspace_id).of(Provider.RESEND).active().first() if workspace_id else None
    key = (own.secrets if own else "") or resend_api_key()
    sender = (own.config.get("from_email") if own else "") or resend_from_email()
    return bool(key and sender)


def send_test_mail(workspace_id: UUID, *, to: str) -> ProviderResult:
    """One mail that says from where it comes, within a person's patience; call outside transactions."""
    client = get_client(workspace_id, SPEC)
    text = f"Mails of this workspace leave from {client.sender}. This one was asked for on its settings page."
    with within(TEST_SECONDS):
        return client.send_email(to=[to], subject="[ZRG] Test mail", text=text, idempotency_key=f"test-mail:{uuid4()}")
