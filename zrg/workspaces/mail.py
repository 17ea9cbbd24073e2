"""Mails of accounts and invitations. They leave through the outbox, which is the mail backend."""

from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage

from zrg.workspaces.errors import MailNotConfigured

# Headers that tell the outbox what a mail is; they never leave the house.
MAIL_KIND_HEADER = "X-ZRG-Kind"
MAIL_WORKSPACE_HEADER = "X-ZRG-Workspace"
MAIL_DEDUPE_HEADER = "X-ZRG-Dedupe"
ACCOUNT_MAIL = "account"
INVITATION_MAIL = "invitation"


def send_platform_mail(
    *, to: str, subject: str, text: str, kind: str, dedupe_key: str = "", workspace_id: UUID | None = None
) -> None:
    """Put one plain mail into the outbox, inside the caller's transaction."""
    headers = {MAIL_KIND_HEADER: kind, MAIL_DEDUPE_HEADER: dedupe_key, MAIL_WORKSPACE_HEADER: str(workspace_id or "")}
    EmailMessage(
        subject=" ".join(subject.split()),
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={name: value for name, value in headers.items() if value},
    ).send()


def require_mail() -> None:
    """Refuse to create what only a mail could complete."""
    if not settings.MAIL_CONFIGURED:
        raise MailNotConfigured
