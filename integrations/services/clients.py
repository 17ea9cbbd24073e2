"""A client for a workspace's connection, wired to its address, key, pace, circuit and health."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import structlog
from django.utils import timezone
from django.utils.translation import gettext

from integrations.enums import Code, Provider
from integrations.errors import NotConfigured, SecretUnreadable
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.health import UNREADABLE, claim_call, record_circuit, record_provider_outcome
from integrations.services.secrets import read_secrets
from integrations.throttle import Throttle
from integrations.transport import Credential, Explainer, RetryPolicy, Transport, failure
from zrg.lib.log_events import CONNECTION_SECRET_UNREADABLE
from zrg.workspaces.context import platform, tenant

logger = structlog.get_logger(__name__)

Client = TypeVar("Client")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a specification may use of the connection a client is made for. Without a connection (the
    platform's own account) the secrets are empty.
    """

    connection: Connection | None
    secrets: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSpec(Generic[Client]):
    """How clients of one provider are made; each provider's `client.py` holds one as `SPEC`.

    `credential` and `base_url` raise `NotConfigured` when something is missing; the client then answers
    every call `failed` with `not_configured`. Functions, so that settings are read when they are used.
    `platform_wide`: the provider is one service for all workspaces (its circuit is shared), and a
    workspace may do without a connection of its own.
    """

    provider: str
    make: Callable[[Transport, Account], Client]
    base_url: Callable[[Account], str]
    credential: Callable[[Account], Credential]
    timeout: Callable[[], float]
    retries: Callable[[], RetryPolicy]
    explain: Callable[[str], Explainer]
    throttle: Callable[[Account], Throttle | None] = lambda account: None
    platform_wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Access:
    """What a transport needs to know; `problem` when calls cannot be made."""

    account: Account
    base_url: str = ""
    credential: Credential = field(default_factory=Credential)
    problem: ProviderResult | None = None


def get_client(workspace_id: UUID | None, spec: ClientSpec[Client]) -> Client:
    """The client of the workspace's connection (None: of the platform's own account). Without a usable
    connection every call of the client answers `failed` with `not_configured` (or `auth_failed` for an
    unreadable credential).

    Opens its own short transaction; use the client outside of any.
    """
    access = _read_access(workspace_id, spec)
    return spec.make(_transport(workspace_id, spec, access), access.account)


def get_trial_client(spec: ClientSpec[Client], secrets: dict[str, str]) -> Client:
    """A client with a credential nobody has saved yet: what it is told concerns no connection and no
    circuit. For providers whose specification asks for nothing but secrets.
    """
    account = Account(connection=None, secrets=secrets)
    base_url = spec.base_url(account)
    transport = Transport(
        provider=spec.provider,
        base_url=base_url,
        credential=spec.credential(account),
        timeout=spec.timeout(),
        retries=spec.retries(),
        explain=spec.explain(base_url),
    )
    return spec.make(transport, account)


def _read_access(workspace_id: UUID | None, spec: ClientSpec[Client]) -> _Access:
    connection = _connection(workspace_id, spec.provider) if workspace_id else None
    if connection is None and not spec.platform_wide:
        return _Access(account=Account(connection=None, secrets={}), problem=_not_configured(spec.provider))
    try:
        account = Account(connection=connection, secrets=read_secrets(connection) if connection else {})
    except SecretUnreadable:
        assert connection is not None
        logger.error(CONNECTION_SECRET_UNREADABLE, provider=spec.provider, connection=str(connection.pk))
        record_provider_outcome(connection, UNREADABLE)
        return _Access(account=Account(connection=connection, secrets={}), problem=UNREADABLE)
    try:
        return _Access(account=account, base_url=spec.base_url(account), credential=spec.credential(account))
    except NotConfigured as missing:
        return _Access(account=account, problem=failure(Code.NOT_CONFIGURED, str(missing)))


def _connection(workspace_id: UUID, provider: str) -> Connection | None:
    with tenant(workspace_id):
        rows = Connection.objects.in_workspace(workspace_id).of(provider).active()
        return rows.select_related("base_host").first()


def _transport(workspace_id: UUID | None, spec: ClientSpec[Client], access: _Access) -> Transport:
    owner = None if spec.platform_wide else workspace_id
    throttle = spec.throttle(access.account) if access.problem is None else None

    def context() -> AbstractContextManager[None]:
        return tenant(owner) if owner else platform()

    def refusal() -> ProviderResult | None:
        if access.problem is not None:
            return access.problem
        with context():
            until = claim_call(owner, spec.provider)
        return _circuit_open(until) if until else None

    def observe(result: ProviderResult) -> None:
        with context():
            record_circuit(owner, spec.provider, result)
        if access.account.connection is not None:
            record_provider_outcome(access.account.connection, result)

    return Transport(
        provider=spec.provider,
        base_url=access.base_url,
        credential=access.credential,
        timeout=spec.timeout(),
        retries=spec.retries(),
        explain=spec.explain(access.base_url),
        refusal=refusal,
        throttle=throttle.wait if throttle else lambda: 0.0,
        observer=observe,
    )


def required_secret(account: Account, name: str, provider: str) -> str:
    """A secret of the connection; raises `NotConfigured` when it is not there."""
    value = account.secrets.get(name)
    if not value:
        raise NotConfigured(gettext("{label} is not connected").format(label=Provider(provider).label))
    return value


def _not_configured(provider: str) -> ProviderResult:
    label = Provider(provider).label if provider in Provider.values else provider.capitalize()
    return failure(Code.NOT_CONFIGURED, f"{label} is not connected")


def _circuit_open(until: datetime) -> ProviderResult:
    # The shape of a rate limit: the job waits without spending an attempt.
    seconds = max(1.0, (until - timezone.now()).total_seconds())
    return failure(Code.RATE_LIMITED, "calls are paused after repeated failures", retry_after=seconds)
