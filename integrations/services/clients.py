"""A client for a workspace's connection, wired to its address, key, circuit and health."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from django.utils import timezone

from integrations.emailbison import answers
from integrations.emailbison.client import EmailBisonClient
from integrations.enums import Code, Provider
from integrations.env import emailbison_max_retries, emailbison_timeout_seconds
from integrations.errors import SecretUnreadable
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.rules.hosts import host_of
from integrations.services.health import UNREADABLE, claim_call, record_circuit, record_provider_outcome
from integrations.services.hosts import base_url_of
from integrations.services.secrets import read_secrets
from integrations.transport import Transport, failure
from zrg.lib.log_events import CONNECTION_SECRET_UNREADABLE
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Access:
    """What a client needs to know of its connection; `problem` when calls cannot be made."""

    connection: Connection | None
    base_url: str = ""
    key: str = ""
    problem: ProviderResult | None = None


def get_client(workspace_id: UUID, provider: str = Provider.EMAILBISON) -> EmailBisonClient:
    """The client of the workspace's connection to `provider`. Without a usable connection every call of
    the client answers `failed` with `not_configured` (or `auth_failed` for an unreadable credential).

    Opens its own short transaction; use the client outside of any.
    """
    if provider != Provider.EMAILBISON:
        raise LookupError(f"No client for {provider}")
    access = _read_access(workspace_id, provider)
    return EmailBisonClient(_transport(workspace_id, access))


def _read_access(workspace_id: UUID, provider: str) -> _Access:
    with tenant(workspace_id):
        connection = (
            Connection.objects.in_workspace(workspace_id).of(provider).active().select_related("base_host").first()
        )
    if connection is None:
        return _Access(connection=None, problem=_not_configured(provider))
    try:
        key = read_secrets(connection).get("api_key", "")
    except SecretUnreadable:
        logger.error(CONNECTION_SECRET_UNREADABLE, provider=provider, connection=str(connection.pk))
        record_provider_outcome(connection, UNREADABLE)
        return _Access(connection=connection, problem=UNREADABLE)
    if not key:
        return _Access(connection=connection, problem=_not_configured(provider))
    return _Access(connection=connection, base_url=base_url_of(connection), key=key)


def _transport(workspace_id: UUID, access: _Access) -> Transport:
    def refusal() -> ProviderResult | None:
        if access.problem is not None:
            return access.problem
        with tenant(workspace_id):
            until = claim_call(workspace_id, Provider.EMAILBISON)
        return _circuit_open(until) if until else None

    def observe(result: ProviderResult) -> None:
        assert access.connection is not None
        with tenant(workspace_id):
            record_circuit(workspace_id, Provider.EMAILBISON, result)
            record_provider_outcome(access.connection, result)

    return Transport(
        provider=Provider.EMAILBISON,
        base_url=access.base_url,
        headers={"Authorization": f"Bearer {access.key}", "Accept": "application/json"},
        timeout=emailbison_timeout_seconds(),
        max_retries=emailbison_max_retries(),
        explain=partial(answers.explain, host=host_of(access.base_url) or "the host"),
        refusal=refusal,
        observer=observe,
    )


def _not_configured(provider: str) -> ProviderResult:
    return failure(Code.NOT_CONFIGURED, f"{Provider(provider).label} is not connected")


def _circuit_open(until: datetime) -> ProviderResult:
    # The shape of a rate limit: the job waits without spending an attempt.
    seconds = max(1.0, (until - timezone.now()).total_seconds())
    return failure(Code.RATE_LIMITED, "calls are paused after repeated failures", retry_after=seconds)
