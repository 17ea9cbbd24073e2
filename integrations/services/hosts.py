"""The instances of EmailBison a key may be sent to (changed by platform administrators only)."""

import os

from django.conf import settings
from django.utils.translation import gettext

from integrations.env import emailbison_base_url
from integrations.errors import HostInUse
from integrations.models import Connection, EmailBisonBaseHost
from integrations.rules.hosts import host_of, normalise_host
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit


def add_base_host(typed: str, *, label: str | None = None, by: User | None) -> EmailBisonBaseHost:
    """Allow one more instance; the same host again is the existing row. Raises `HostRefused`."""
    host, created = EmailBisonBaseHost.objects.get_or_create(
        host=normalise_host(typed), defaults={"label": (label or "").strip()[:100] or None}
    )
    if created:
        record_audit("host.added", actor=by, workspace=None, obj=host, after={"host": host.host})
    return host


def delete_base_host(host: EmailBisonBaseHost, *, by: User | None) -> None:
    """Remove an instance nobody uses; `HostInUse` otherwise (a connection would silently fall back to
    another instance and send its key there). Needs the platform context, which sees all workspaces.
    """
    if Connection.objects.filter(base_host=host).exists():
        raise HostInUse(gettext("A workspace uses this host"))
    record_audit("host.deleted", actor=by, workspace=None, obj=host, before={"host": host.host})
    host.delete()


def base_url_of(connection: Connection) -> str:
    """Where this connection's calls go: its own host, else the default instance.

    With loopback providers allowed (tests, demo) a set EMAILBISON_BASE_URL wins, so that no call of a
    test leaves the machine.
    """
    if connection.base_host is None or (settings.ZRG_ALLOW_LOOPBACK_PROVIDERS and _overridden()):
        return emailbison_base_url()
    return f"https://{connection.base_host.host}"


def effective_host(base_host: EmailBisonBaseHost | None) -> str | None:
    """The host name by which inbound calls of a connection with this selection are recognised."""
    return base_host.host if base_host else host_of(emailbison_base_url())


def _overridden() -> bool:
    return bool(os.environ.get("EMAILBISON_BASE_URL", "").strip())
