"""The mail transport of EMAIL_URL: what an attempt came to, in the words of the outbox."""

import smtplib
import ssl
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from notifications.contracts import Delivery

TIMEOUT_SECONDS = 10


def send_mail(recipients: Sequence[str], subject: str, text: str) -> Delivery:
    """Hand one plain mail over. SMTP recognises no repeat: what may have arrived stays `unknown`."""
    if not settings.MAIL_CONFIGURED:
        return Delivery(outcome="failed", reason="not_configured")
    connection = transport()
    message = EmailMessage(subject=subject, body=text, from_email=settings.DEFAULT_FROM_EMAIL, to=list(recipients))
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return Delivery(outcome="retry", reason=_name(error))
    try:
        connection.send_messages([message])
    except (OSError, smtplib.SMTPException) as error:
        return _after_writing(error)
    finally:
        _close(connection)
    return Delivery(outcome="sent")


def transport() -> Any:
    """A connection as EMAIL_URL says."""
    values = settings.MAIL_TRANSPORT
    if "smtp" not in values["email_backend"]:
        return get_connection(values["email_backend"])
    return get_connection(
        values["email_backend"],
        host=values.get("email_host"),
        port=values.get("email_port"),
        username=values.get("email_host_user"),
        password=values.get("email_host_password"),
        use_tls=values.get("email_use_tls", False),
        use_ssl=values.get("email_use_ssl", False),
        timeout=TIMEOUT_SECONDS,
    )


def _after_writing(error: Exception) -> Delivery:
    codes = _codes(error)
    if codes and all(code >= 500 for code in codes):
        return Delivery(outcome="failed", reason=f"smtp_{codes[0]}")
    if codes:
        return Delivery(outcome="retry", reason=f"smtp_{codes[0]}")
    return Delivery(outcome="unknown", reason=_name(error))


def _codes(error: Exception) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def _close(connection: Any) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException, ssl.SSLError):
        # The mail was accepted or refused before; a lost goodbye changes neither.
        return


def _name(error: Exception) -> str:
    return type(error).__name__[:80]
